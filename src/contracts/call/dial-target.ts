/**
 * The one reader of what people type, paste and click: numbers, names, SIP addresses, `tel:` (RFC 3966), `callto:`, name-addr. Main, the phone and
 * the gateway read with it, so that what is judged is what is called.
 */
import { parseSuffix, type AfterDigits, type AfterProblem, type Suffix } from './after-digits';
import { callingCodeOf, zeroBelongsToNumber } from './calling-code';
import { plainDialText } from './dial-text';
import { withoutLetters } from './letters';
import { EMERGENCY_EVERYWHERE } from './emergency-everywhere';
import { looksLikeTwo, parseNumber, withoutSeparators, type NumberProblem } from './number';
import { comparedHost, formatSipUri, isHost, isIpv6 } from './sip-uri';

/** Whom to call. */
export interface DialTarget {
  /** `sip:user@host`, or `sips:` where it was written so; without parameters and headers. */
  readonly uri: string;
  /** What is called, as people read it: a number, a name of the own domain, or `user@host`. */
  readonly shown: string;
  /** Digits for after the answer, in their order. */
  readonly after: readonly AfterDigits[];
}

/** Why a target can't be called. */
export type TargetProblem = 'empty' | 'too-long' | 'malformed-uri' | 'phone-context' | NumberProblem | AfterProblem;

export type ParsedTarget = DialTarget | { readonly problem: TargetProblem };

const LONGEST = 256;
const NAME = /^[A-Za-z][A-Za-z0-9._-]{0,63}$/;
/** Where a number begins, in a field that may hold a name. */
const NUMBER_START = /^[+\d*#([]/;
const NUMBER_PART = /^[+\d*#\s().\-/[\]~]*/;

/** Parameters of a URI itself: they say how to send a request, and not whom to call. */
const URI_PARAMETER = /;\s*(?!ext|postd|phone-context|m-)[a-z][a-z0-9-]*(?:=[^;,\s]*)?/gi;

const malformed = { problem: 'malformed-number' } as const;
const noAddress = { problem: 'malformed-uri' } as const;

/** Percent-decoded as UTF-8 and in plain characters, or null when it is no text. */
function decoded(text: string): string | null {
  try {
    return plainDialText(decodeURIComponent(text));
  } catch {
    return null;
  }
}

/** The user part with escapes where RFC 3261 section 25.1 wants them, and for `;`, `,` and `?`, which would mean something else. */
const encodedUser = (user: string): string =>
  encodeURIComponent(user).replace(/%(?:26|3D|2B|24|2F)/g, (escape) => decodeURIComponent(escape));

interface Read {
  readonly number: string;
  readonly suffix: Suffix;
}

/** A number and what stands behind it. */
function readNumber(text: string): Read | { readonly problem: TargetProblem } {
  const written = NUMBER_PART.exec(text)?.[0] ?? '';
  // "+1 201 555 0123 #45" is an extension; without a plus, # is dialled.
  const hash = /^([^#]*\+[^#]*\d[^#]*)#(?=\s*\d)/.exec(written)?.[1];
  const part = hash ?? written;
  const behind = hash === undefined ? text.slice(part.length) : text.slice(part.length).replace('#', 'x');
  const suffix = parseSuffix(behind, part);
  const main = parseNumber(part);
  if ('problem' in suffix)
    return suffix.problem === 'malformed-number' && looksLikeTwo(text) ? { problem: 'two-numbers' } : suffix;
  return 'problem' in main ? main : { number: main.number, suffix };
}

/**
 * A local number in its context (RFC 3966 section 5.1.5): our own domain, or the leading digits of a global number, which are put in front of
 * it where that can be a number. Null: nobody here can call it.
 */
function inContext(number: string, context: string, domain: string): string | null {
  if (number.includes('+')) return /^(?:\+[\d().-]+|[A-Za-z0-9.-]+)$/.test(context) ? number : null;
  if (/^[A-Za-z0-9.-]+$/.test(context) && /[A-Za-z]/.test(context))
    return comparedHost(context) === comparedHost(domain) ? number : null;
  const digits = /^\+[\d().-]*$/.test(context) ? withoutSeparators(context).slice(1) : '';
  const code = callingCodeOf(digits);
  if (code === null) return null;
  // "+1 911" is no number: 911 is called where it is.
  if (EMERGENCY_EVERYWHERE.includes(number)) return number;
  const whole = digits + number;
  const begins = digits === code && number.startsWith('0') && !zeroBelongsToNumber(code);
  return /^\d{8,15}$/.test(whole) && whole.length - code.length >= 6 && !begins ? `+${whole}` : null;
}

/** Letters that a person types stand for digits; in an address they are a name. */
function spelledTarget(text: string, domain: string): ParsedTarget {
  const read = numberTarget(text, domain, domain, false);
  if (!('problem' in read) || read.problem !== 'malformed-number') return read;
  const spelled = withoutLetters(text);
  return spelled === null ? read : numberTarget(spelled, domain, domain, false);
}

function numberTarget(text: string, host: string, domain: string, secure: boolean): ParsedTarget {
  const read = readNumber(text);
  if ('problem' in read) return read;
  const { after, context } = read.suffix;
  const number = context === null ? read.number : inContext(read.number, context, domain);
  if (number === null) return { problem: 'phone-context' };
  return target(number, host, domain, after, secure);
}

function target(
  user: string,
  host: string,
  domain: string,
  after: readonly AfterDigits[],
  secure: boolean,
): ParsedTarget {
  const encoded = encodedUser(user);
  if (encoded.length > 64) return { problem: 'too-long' };
  return {
    uri: formatSipUri({ user: encoded, host, ...(secure ? { secure: true as const } : {}) }),
    shown: comparedHost(host) === comparedHost(domain) ? user : `${user}@${host}`,
    after,
  };
}

/** The host at the start of `text`, in brackets where it is an IPv6 address, and what stands behind it. */
function takeHost(text: string): { readonly host: string; readonly rest: string } | null {
  const written = /^(?:\[[^\]]*\](?::\d+)?|[A-Za-z0-9.:-]+)/.exec(text)?.[0] ?? '';
  const bare = written.replace(/\.(?=$|:\d+$)/, '');
  const host = isIpv6(bare) && bare.includes('::') ? `[${bare}]` : bare;
  return isHost(host) ? { host, rest: text.slice(written.length) } : null;
}

/** `user@host` with parameters and headers. Headers are never taken over: a stranger could write our request with them. */
function addressTarget(text: string, domain: string, secure: boolean): ParsedTarget {
  const at = text.indexOf('@');
  const user = decoded(text.slice(0, at).trim());
  const found = takeHost(text.slice(at + 1).trim());
  if (user === null || found === null || user === '' || /[\p{Cc}?:<>"\\]/u.test(text.slice(0, at))) return noAddress;
  const [, parameters = ''] = /^([^?]*)(?:\?.*)?$/s.exec(found.rest) ?? [];
  if (parameters.includes('@')) return { problem: 'two-numbers' };
  const isOwn = comparedHost(found.host) === comparedHost(domain);
  const isGlobal = /^[*#\d]*\(?\+/.test(user);
  const behind = parameters.replace(URI_PARAMETER, '');
  const [part = ''] = (isGlobal ? NUMBER_PART : /^[+\d*#().-]*/).exec(user) ?? [];
  const tail = user.slice(part.length);
  if (NUMBER_START.test(user) && (isGlobal || tail === '' || /^[;,]/.test(tail))) {
    const whole = user + behind;
    if (isOwn || isGlobal) return numberTarget(whole, found.host, domain, secure);
    const suffix = parseSuffix(tail + behind, part);
    if ('problem' in suffix) return suffix;
    return suffix.context === null
      ? target(part, found.host, domain, suffix.after, secure)
      : numberTarget(whole, found.host, domain, secure);
  }
  if (!/^[^\s\p{Cc}]{1,64}$/u.test(user)) return noAddress;
  const suffix = parseSuffix(behind, user);
  if ('problem' in suffix) return suffix.problem === 'malformed-number' ? noAddress : suffix;
  return target(user, found.host, domain, suffix.after, secure);
}

/** The inside of `"Asha" <sip:1001@pbx.example.com>;tag=x`; null where brackets do not stand so. */
function withoutBrackets(text: string): string | null {
  if (!/[<>]/.test(text)) return text;
  const inside = /^(?:"(?:[^"\\]|\\.)*"\s*|[^"<>]*)<([^<>]+)>(?:\s*;.*)?$/s.exec(text)?.[1]?.trim() ?? null;
  if (inside === null) return null;
  // A word in brackets is a mark of some page, and nobody's name.
  return /^[A-Za-z]+:|@/.test(inside) || NUMBER_START.test(inside) ? inside : null;
}

/** Reads what an agent typed, pasted or clicked as somebody to call from `domain`. Pure; never throws. */
export function parseTarget(typed: string, domain: string): ParsedTarget {
  if (typed.length > LONGEST * 4) return { problem: 'too-long' };
  const plain = plainDialText(typed).trim();
  if (plain === '') return { problem: 'empty' };
  if (plain.length > LONGEST) return { problem: 'too-long' };
  // Marks of a spreadsheet or a text around it.
  const unquoted = /^"([^"]*)"$|^'([^']*)'$/.exec(plain);
  const text = withoutBrackets((unquoted?.[1] ?? unquoted?.[2] ?? plain).replace(/^'(?=[+\d])/, '').trim());
  if (text === null || text === '') return noAddress;
  const [scheme = '', name = ''] = /^([A-Za-z][A-Za-z0-9+.-]*)\s*:\s*(?:\/\/+)?\s*/.exec(text) ?? [];
  const behind = text.slice(scheme.length);
  switch (name.toLowerCase()) {
    case '':
      if (text.includes('@')) return addressTarget(text, domain, false);
      if (NUMBER_START.test(text)) return spelledTarget(text, domain);
      if (NAME.test(text)) return target(text, domain, domain, [], false);
      return looksLikeTwo(text) ? { problem: 'two-numbers' } : noAddress;
    case 'sip':
    case 'sips': {
      const secure = name.length === 4;
      if (behind.includes('@')) return addressTarget(behind, domain, secure);
      return /^(?:\+|%2B)?[\d*#-]+$/i.test(behind)
        ? numberTarget(decoded(behind) ?? '', domain, domain, secure)
        : noAddress;
    }
    case 'tel':
    case 'callto': {
      const whole = decoded(behind.replace(/\?[^\d]*$/, ''));
      if (whole === null) return malformed;
      if (behind.includes('@')) return addressTarget(behind, domain, false);
      return NUMBER_START.test(whole.trim()) ? spelledTarget(whole.trim(), domain) : malformed;
    }
    default:
      return noAddress;
  }
}

/**
 * The Request-URI for where a redirect sends a call (RFC 3261 section 8.1.3.4), which was read as `target`. It goes as it was written where its user part is
 * the one that was judged, letter by letter. Else that one goes in its place: a server may call another by what stands beside it (`phone-context`; `rn` of
 * RFC 4694), and digits for after the answer are no part of it.
 */
export function onwardUri(written: string, { uri, after }: DialTarget): string {
  const [, scheme = '', user = '', own = ''] = /^(sips?:)([^@?]*)@([^?]*)/i.exec(written) ?? [];
  if (scheme === '') return uri;
  const judged = decodeURIComponent(uri.slice(scheme.length, uri.indexOf('@')));
  if (user === judged && after.length === 0) return written.replace(/\?.*$/s, '');
  return `${uri}${(own.match(URI_PARAMETER) ?? []).join('')}`;
}
