/** The challenges of a 401 or 407 (RFC 3261 section 22, RFC 8898 section 2.1), and which of them JsSIP may hear. */
import type { WireMessage } from './sip-wire';

export interface Challenge {
  /** In lower case: `digest`, `bearer`. */
  readonly scheme: string;
  /** By name in lower case, without quotes. */
  readonly parameters: ReadonlyMap<string, string>;
}

const NAMES: ReadonlyMap<number, string> = new Map([
  [401, 'WWW-Authenticate'],
  [407, 'Proxy-Authenticate'],
]);
/** `Scheme name=value` begins a challenge, `, name=value` goes on with it. */
const PART = /[\s,]*(?:([A-Za-z][\w-]*)\s+)?([A-Za-z][\w-]*)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,"]+)/gy;

const unquoted = (value: string): string =>
  value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value;

function parse(value: string): Challenge[] {
  const alone = /^\s*([A-Za-z][\w-]*)\s*$/.exec(value)?.[1];
  if (alone !== undefined) return [{ scheme: alone.toLowerCase(), parameters: new Map() }];
  const found: { scheme: string; parameters: Map<string, string> }[] = [];
  for (const [, scheme, name = '', written = ''] of value.matchAll(PART)) {
    if (scheme !== undefined) found.push({ scheme: scheme.toLowerCase(), parameters: new Map() });
    found.at(-1)?.parameters.set(name.toLowerCase(), unquoted(written));
  }
  return found;
}

/** All challenges of a response, in order; none for any status but 401 and 407. What can't be read is left out. */
export function challengesIn(response: WireMessage): readonly Challenge[] {
  const name = response.kind === 'response' ? NAMES.get(response.status) : undefined;
  return name === undefined ? [] : response.headers(name.toLowerCase()).flatMap(parse);
}

/** Realms are domains here, so case does not count. */
export function isRealm(challenge: Challenge, realm: string): boolean {
  return challenge.parameters.get('realm')?.toLowerCase() === realm.toLowerCase();
}

/** JsSIP computes MD5 alone (RFC 8760 asks for more). */
export function isMd5(challenge: Challenge): boolean {
  return (challenge.parameters.get('algorithm') ?? 'md5').toLowerCase() === 'md5';
}

function written(challenge: Challenge): string | null {
  const { parameters } = challenge;
  const quoted = (name: string): string[] => {
    const value = parameters.get(name);
    return value === undefined ? [] : [`${name}="${value.replace(/["\\]/g, '\\$&')}"`];
  };
  const reinvites = (parameters.get('qop') ?? '').split(',').map((one) => one.trim().toLowerCase());
  // JsSIP would take auth-int first, which breaks where anything on the way touches the body.
  const qop = reinvites.includes('auth') ? ['qop="auth"'] : reinvites.includes('auth-int') ? ['qop="auth-int"'] : [];
  if (!parameters.has('nonce')) return null;
  const stale = parameters.get('stale')?.toLowerCase() === 'true' ? ['stale=true'] : [];
  return `Digest ${[...quoted('realm'), ...quoted('nonce'), ...quoted('opaque'), ...qop, ...stale, 'algorithm=MD5'].join(', ')}`;
}

/**
 * The 401 or 407 as JsSIP may hear it: with the one challenge that the credentials of `realm` are meant for, or with none, which it takes
 * for a plain refusal. Left to itself it answers whatever realm asks first. `realm` null: there are no credentials. Other messages are
 * returned as they are.
 */
export function withAnswerableChallenge(text: string, response: WireMessage, realm: string | null): string {
  const name = response.kind === 'response' ? NAMES.get(response.status) : undefined;
  if (name === undefined) return text;
  const ours =
    realm === null
      ? undefined
      : challengesIn(response).find((one) => one.scheme === 'digest' && isRealm(one, realm) && isMd5(one));
  const answerable = ours === undefined ? null : written(ours);
  const end = text.indexOf('\r\n\r\n');
  const head = (end === -1 ? text : text.slice(0, end)).replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  const kept = head.filter((line) => !/^(?:WWW|Proxy)-Authenticate\s*:/i.test(line));
  return (
    [...kept, ...(answerable === null ? [] : [`${name}: ${answerable}`])].join('\r\n') +
    (end === -1 ? '' : text.slice(end))
  );
}
