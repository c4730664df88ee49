/**
 * What a text that is offered as a key looks like, where it looks like something else. Pure. A symmetric key may be any text, so that most of this is a doubt that a
 * person can overrule; what no key ever is, nobody can. No sentence repeats anything of the text.
 */
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';

export interface Likeness {
  /** What it looks like, and what to do. At most 300 characters. */
  readonly sentence: string;
  /** Whether it can be a key as it stands: any key, only one that another system issued and that signs nothing here, or none. */
  readonly canBe: 'any' | 'issued' | 'none';
}

/** One kind of text. */
interface Kind extends Likeness {
  /** Where the text is of this kind: what it wraps, or '' where it wraps nothing. Null: it is not of this kind. */
  readonly inside: (text: string) => string | null;
}

const ALONE = 'Copy the key alone, then add it again.';
const DOUBLE = '"\\u201c-\\u201f\\u00ab\\u00bb\\uff02\\u2033';
const SINGLE = "'\\u2018-\\u201b\\u2039\\u203a\\uff07\\u2032";
/** Quotes of every kind, the backtick and the accent that keyboards give for one. */
const QUOTES = `${DOUBLE}${SINGLE}\`\\u00b4\\uff40\\u300c-\\u300f`;
const QUOTED = new RegExp(`^[${QUOTES}]|[${QUOTES}][,;]?$`);
const unquoted = (text: string): string =>
  text.replace(/[,;]$/, '').replace(new RegExp(`^[${QUOTES}]+|[${QUOTES}]+$`, 'g'), '');

/** What no one sees: soft hyphen, zero width, direction marks, a byte order mark, and blanks that are none of a keyboard. */
const UNSEEN =
  /[\u00ad\u034f\u061c\u115f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]|(?! )\p{Zs}/u;

const ASSIGNED =
  /^((?:export|setx?|declare -x|env|let|const|var|arg)\s+|--?|\$(?:env:)?)?([A-Za-z][\w.-]{2,63})\s*:?=\s*(\S.*)$/is;
const NAMES_A_KEY = /key|secret|token|passw|passphrase|auth|credential|hmac|jwt/i;
/** What a program calls a variable. Base64 ends in signs that stand for nothing. */
function assigned(line: string): string | null {
  const [, prefix, name = '', value = ''] = ASSIGNED.exec(line) ?? [];
  if (name === '' || /^=*$/.test(value)) return null;
  const isName = /^(?:[A-Z][A-Z0-9_]*|[a-z][a-z0-9_.-]*)$/.test(name) || NAMES_A_KEY.test(name);
  return prefix !== undefined || isName ? unquoted(value) : null;
}
const NAMED = /^(?:"[^"]{1,64}"\s*:\s*|'[^']{1,64}'\s*:\s*|[A-Za-z][\w. -]{1,63}:\s+)(\S.*)$/s;
const named = (line: string): string | null => {
  const value = NAMED.exec(line)?.[1];
  return value === undefined ? null : unquoted(value);
};
const matched = (pattern: RegExp) => (text: string) => {
  const found = pattern.exec(text);
  return found === null ? null : (found[1] ?? '');
};

const linesOf = (text: string): readonly string[] =>
  text.split(/[\r\n\u2028\u2029]+/).filter((line) => line.trim() !== '');

function parsedJson(text: string): unknown {
  try {
    return /^[[{]/.test(text) ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
const jwkKind = (text: string): unknown => membersOf(parsedJson(text))['kty'];

const BASE64URL = '[A-Za-z0-9_-]';
/** RFC 7519 and RFC 7516: three or five parts, of which the first is JSON. */
function isJwt(text: string): boolean {
  if (!new RegExp(`^${BASE64URL}+(?:\\.${BASE64URL}*){2}(?:(?:\\.${BASE64URL}*){2})?$`).test(text)) return false;
  const header = Buffer.from(text.split('.')[0] ?? '', 'base64url').toString('utf8');
  return Object.hasOwn(membersOf(parsedJson(header)), 'alg');
}

const succeeds = (action: () => unknown): boolean => {
  try {
    action();
    return true;
  } catch {
    return false;
  }
};
/** What PEM wraps, without its first and last line (RFC 7468). All of it is a SEQUENCE of more than 30 bytes, so that its Base64 begins with an M. */
function derOf(text: string): 'public' | 'private' | null {
  if (!/^M[A-Za-z0-9+/]{40,}={0,2}$/.test(text)) return null;
  const key = Buffer.from(text, 'base64');
  if (succeeds(() => createPublicKey({ key, format: 'der', type: 'spki' })) || succeeds(() => new X509Certificate(key)))
    return 'public';
  const isPrivate = (['pkcs8', 'pkcs1', 'sec1'] as const).some((type) =>
    succeeds(() => createPrivateKey({ key, format: 'der', type })),
  );
  return isPrivate ? 'private' : null;
}

/** In the order in which they are tried. */
const KINDS: readonly Kind[] = [
  {
    sentence: `That has characters in it which nobody can see (of no width, or blanks of another kind). No key has them: copy it from where it was made, not from a page or a letter.`,
    canBe: 'none',
    inside: (text) => (UNSEEN.test(text) ? '' : null),
  },
  {
    sentence:
      'That is a set of keys (JWKS, RFC 7517). Ringfence takes one key: of a symmetric one the plain text that "k" decodes to from base64url, of a private one PEM (PKCS #8).',
    canBe: 'none',
    inside: (text) => (Array.isArray(membersOf(parsedJson(text))['keys']) ? '' : null),
  },
  {
    sentence:
      'That is a symmetric key as JSON (JWK, RFC 7517). Its key is not this text, and not what stands at "k": it is what that decodes to from base64url. Decode it, and add the result where that is plain text.',
    canBe: 'none',
    inside: (text) => (jwkKind(text) === 'oct' ? '' : null),
  },
  {
    sentence:
      'That is a private key as JSON (JWK, RFC 7517). Ringfence takes PEM (PKCS #8): let the program that made it write it so.',
    canBe: 'none',
    inside: (text) => (jwkKind(text) !== undefined && Object.hasOwn(membersOf(parsedJson(text)), 'd') ? '' : null),
  },
  {
    sentence:
      'That is a public key as JSON (JWK, RFC 7517): it belongs to the gateway. A profile needs the secret one.',
    canBe: 'none',
    inside: (text) => (jwkKind(text) === undefined ? null : ''),
  },
  {
    sentence: `That is a JSON text, such as a file of settings or what a system answered. Copy the value of the key alone, without its quotes.`,
    canBe: 'any',
    inside: (text) => (parsedJson(text) === undefined ? null : ''),
  },
  {
    sentence: `That is several lines of names and values, such as an .env file. Copy the value of the one key alone.`,
    canBe: 'none',
    inside: (text) => {
      const lines = linesOf(text);
      const isSetting = (line: string): boolean =>
        /^\s*#/.test(line) || assigned(line.trim()) !== null || named(line.trim()) !== null;
      return lines.length > 1 && lines.filter(isSetting).length * 2 > lines.length ? '' : null;
    },
  },
  {
    sentence: `That has more than one line. A key is one line: ${ALONE.toLowerCase()} What a program has broken into lines has to be joined.`,
    canBe: 'none',
    inside: (text) => (linesOf(text).length > 1 ? '' : null),
  },
  {
    sentence:
      'That looks like a name and its value (NAME=value), as in an .env file or a shell. Copy what stands behind the = alone, without quotes.',
    canBe: 'any',
    inside: assigned,
  },
  {
    sentence:
      'That looks like a name and its value (name: value), as in a header, YAML or JSON. Copy the value alone, without quotes and without a word such as Bearer before it.',
    canBe: 'any',
    inside: named,
  },
  {
    sentence:
      'That begins or ends with a quote, which is seldom part of a key. Copy what stands between the quotes alone.',
    canBe: 'any',
    inside: (text) => (QUOTED.test(text) ? unquoted(text) : null),
  },
  {
    sentence:
      'That begins with a word such as Bearer or Basic, as a header has it. Copy what stands behind that word alone.',
    canBe: 'any',
    inside: matched(/^(?:bearer|basic|digest|token|api-?key|hmac|negotiate)\s+(\S.*)$/is),
  },
  {
    sentence:
      'That is a token (JWT), which somebody has signed and which expires. Ringfence makes tokens itself: it needs the key that signs them.',
    canBe: 'issued',
    inside: (text) => (isJwt(text) ? '' : null),
  },
  {
    sentence: 'That is an address (URL). Copy the key alone: of an otpauth: address, what stands behind secret=.',
    canBe: 'any',
    inside: matched(/^(?:[a-z][a-z0-9+.-]{1,20}:\/\/|(?:otpauth|mailto|data|sips?|tel|urn):|www\.)\S/i),
  },
  {
    sentence: 'That is the path of a file. Choose that file with "From file...", or copy what stands in it.',
    canBe: 'any',
    inside: matched(
      /^(?:~|\.{1,2}|%[A-Za-z]+%|\$HOME|[A-Za-z]:|\\)[\\/]|^\/(?:home|root|etc|usr|opt|var|tmp|mnt|srv|run|media|private|Users|Volumes|Library)\/|^[\w./\\ -]+\.(?:pem|key|txt|json|jwk|env|p12|pfx|p8|crt|cer|der|asc|pub)$/,
    ),
  },
  {
    sentence:
      'That is a public key or a certificate, which everybody may know: it belongs to the gateway. A profile needs the secret one.',
    canBe: 'none',
    inside: (text) =>
      /^(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-\S+|sk-(?:ssh|ecdsa)-\S+@openssh\.com) AAAA/.test(text) ||
      derOf(text) === 'public'
        ? ''
        : null,
  },
  {
    sentence:
      'That is a private key without its first and last line. Copy those too (-----BEGIN PRIVATE KEY-----, -----END PRIVATE KEY-----), or choose its file.',
    canBe: 'none',
    inside: (text) => (derOf(text) === 'private' ? '' : null),
  },
  {
    sentence: 'That is a fingerprint, which only names a key. Copy the key itself.',
    canBe: 'none',
    inside: matched(/^(?:SHA(?:1|256|384|512)|MD5)(?: Fingerprint)?[:=]\s?[A-Za-z0-9+/=:]{20,}$/i),
  },
  {
    sentence:
      'That is a row of bytes with colons between them, as fingerprints are written. A fingerprint only names a key: copy the key itself.',
    canBe: 'any',
    inside: matched(/^(?:[0-9a-f]{2}:){7,}[0-9a-f]{2}$/i),
  },
  {
    sentence: 'That looks like the hash of a password, which is kept to check one. Copy the key itself.',
    canBe: 'any',
    inside: matched(
      /^\$(?:[0-9][a-z]?|argon2(?:i|d|id)|scrypt|pbkdf2[\w-]*|y|gy|sha1|md5|bcrypt[\w-]*)\$|^\{(?:S?SHA(?:256|512)?|S?MD5|CRYPT|PBKDF2[\w-]*)\}/i,
    ),
  },
  {
    sentence: 'That stands for a key that was not filled in yet. Copy the key itself.',
    canBe: 'any',
    inside: matched(
      /^(?:<[^<>]*>|\$\{[^{}]*\}|\$[A-Za-z_]\w*|%[A-Za-z_]\w*%|\{\{.*\}\}|(?:your|insert|replace|change|enter|put)[-_ ].*(?:key|secret|token|me|this|here).*)$/i,
    ),
  },
  {
    sentence:
      'That looks like a key of which a page shows a part alone. Let the system show or make the whole key, and copy that.',
    canBe: 'any',
    inside: matched(/[*\u2022\u25cf\u00b7]{3,}|\.{3}|\u2026/),
  },
  {
    sentence:
      'That has signs in it which are written for a URL or a page (%2B, &amp;). Copy the key from where it was made.',
    canBe: 'any',
    inside: matched(/%(?:2[0-9a-f]|3[a-f])|&(?:amp|quot|apos|lt|gt|#\d{2,3});/i),
  },
  {
    sentence:
      'That looks like a public (publishable) key, which a system gives for web pages. It gives out tokens for its secret key alone.',
    canBe: 'any',
    inside: matched(
      /^(?:pk|pub)_(?:test|live|prod|dev|staging|sandbox)[_-]|(?:^|_)(?:public|publishable)[_-]|^pub-c-/i,
    ),
  },
  {
    sentence: `That is several words with blanks between them, such as a sentence or a command. ${ALONE}`,
    canBe: 'any',
    inside: matched(/\s/),
  },
];

const STRICTNESS: Readonly<Record<Likeness['canBe'], number>> = { any: 0, issued: 1, none: 2 };

/** What this text looks like, without the white space around it; null: like a key. A token in quotes can no more be a key than one without. */
export function likenessOf(text: string): Likeness | null {
  for (const { inside, sentence, canBe } of KINDS) {
    const wrapped = inside(text);
    if (wrapped === null) continue;
    const inner = wrapped === '' || wrapped.length >= text.length ? null : likenessOf(wrapped);
    return { sentence, canBe: inner !== null && STRICTNESS[inner.canBe] > STRICTNESS[canBe] ? inner.canBe : canBe };
  }
  return null;
}

/** What these bytes are where they are no text in UTF-8; null: they are one. A file of another program's making is meant for that program, byte for byte. */
export function bytesLikeness(bytes: Uint8Array): Likeness | null {
  const zeros = (odd: number): number => bytes.filter((byte, index) => index % 2 === odd && byte === 0).length;
  const half = Math.floor(bytes.length / 2);
  const [first, second] = bytes;
  const hasMark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (hasMark || (half > 1 && [0, 1].some((odd) => zeros(odd) >= half && zeros(1 - odd) === 0)))
    return {
      sentence:
        'That text is in UTF-16, as some editors and PowerShell write it. Save it as UTF-8 without a byte order mark, then add it again.',
      canBe: 'none',
    };
  const isText =
    bytes.every((byte) => byte !== 0) && succeeds(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  return isText
    ? null
    : {
        sentence:
          'That holds bytes that are no text. Ringfence takes a key as one line of plain text, or a private key as PEM: "openssl pkey -inform DER -in FILE" writes one so.',
        canBe: 'none',
      };
}
