/**
 * Whom a line may call. Pure, and the same for main, which answers the agent, and for a gateway, which reads the rules from the token.
 *
 * A rule is a number (`+254*`, `10??`) or an address (`sales`, `*@pbx.example.com`, with or without `sip:`); `*` stands for any rest, `?`
 * for one character, `*` alone for everybody. Case and visual separators do not count, `00` at the start is `+`, the port of a host is left out.
 * A rule without a host means the line's own domain when it allows, and any host when it denies: a denied number stays denied behind another host.
 */
import { plainText } from '../base/plain-text';
import type { DialRules } from './policy';
import { parseSipUri } from '../call/sip-uri';

/** The line that calls. */
export interface DialLine {
  /** The domain of its identity. */
  readonly domain: string;
  /** ISO 3166-1 alpha-2 of where this computer is, or '' when it is not known. */
  readonly country: string;
}

export type DialDecision =
  /** `emergency`: it passed whatever the rules say. */
  | { readonly allowed: true; readonly emergency: boolean }
  /** `rule`: the pattern that denies, or null when there are patterns that allow and none of them fits. */
  | { readonly allowed: false; readonly rule: string | null; readonly sentence: string };

interface Callee {
  readonly user: string;
  /** Lower case, without a port. */
  readonly host: string;
}

/** Reach emergency services on every mobile network (3GPP TS 22.101 section 10.1.1). */
const EMERGENCY_EVERYWHERE: readonly string[] = ['112', '911', '999'];
/** More national numbers (police, ambulance, fire). Only for computers in that country: elsewhere `101` is somebody's extension. */
const EMERGENCY_BY_COUNTRY: Readonly<Record<string, readonly string[]>> = {
  AE: ['997', '998'],
  AR: ['100', '101', '107'],
  AT: ['122', '133', '144'],
  AU: ['000', '106'],
  BE: ['100', '101'],
  BR: ['190', '192', '193'],
  CH: ['117', '118', '144'],
  CL: ['131', '132', '133'],
  CN: ['110', '119', '120'],
  CO: ['123'],
  CZ: ['150', '155', '158'],
  DE: ['110'],
  EG: ['122', '123', '180'],
  ES: ['061', '062', '080', '091'],
  FR: ['15', '17', '18', '114'],
  GH: ['191', '192', '193'],
  GR: ['100', '166', '199'],
  HR: ['192', '193', '194'],
  HU: ['104', '105', '107'],
  ID: ['110', '113', '118', '119'],
  IL: ['100', '101', '102'],
  IN: ['100', '101', '102', '108'],
  IT: ['113', '115', '118'],
  JP: ['110', '118', '119'],
  KR: ['119'],
  KZ: ['101', '102', '103'],
  MA: ['15', '19'],
  NO: ['110', '113'],
  NZ: ['111'],
  PE: ['105', '106', '116'],
  PK: ['15', '16', '1122'],
  PL: ['997', '998'],
  RS: ['192', '193', '194'],
  RU: ['101', '102', '103'],
  SG: ['995'],
  SK: ['150', '155', '158'],
  SN: ['15', '17', '18'],
  TH: ['191', '199', '1669'],
  TR: ['110', '155'],
  TW: ['110', '119'],
  UA: ['101', '102', '103'],
  VN: ['113', '114', '115'],
  ZA: ['10111', '10177'],
};

/** Said whenever an emergency number is dialled. */
export const EMERGENCY_SENTENCE =
  'This phone may not reach emergency services. If nobody answers at once, use another phone.';

const withoutPort = (host: string): string => host.replace(/:\d+$/, '').toLowerCase();

/**
 * Without percent-encoding (RFC 3261 section 19.1.4: the same address). Byte by byte: one escape that is no UTF-8 must not leave the others as they
 * are, or a number could hide behind it.
 */
export function percentDecoded(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_all, byte: string) => String.fromCharCode(Number.parseInt(byte, 16)));
}

/** The user part as rules see it: without parameters (RFC 3261 section 19.1.6) and percent-encoding, a number without visual separators (RFC 3966 section 5.1.1). */
function plainUser(user: string): string {
  const bare = percentDecoded(user)
    .replace(/[;,].*$/s, '')
    .toLowerCase();
  const number = bare.replace(/[\s().\-/]/g, '');
  return /^\+?[\d*#]+$/.test(number) ? number : bare;
}

const international = (number: string): string => number.replace(/^00(?=[\d*?])/, '+');

/** Whether `text` fits the pattern. Walks back to the last `*` only, so that no pattern takes long. */
function fits(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p;
      p += 1;
      resume = t;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p += 1;
      t += 1;
    } else if (star >= 0) {
      p = star + 1;
      resume += 1;
      t = resume;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(p));
}

function calleeOf(uri: string): Callee | null {
  const address = parseSipUri(uri);
  return address === null ? null : { user: plainUser(address.user), host: withoutPort(address.host) };
}

function ruleFits(rule: string, { user, host }: Callee, ownDomain: string | null): boolean {
  const [wantedUser = '', wantedHost] = rule
    .replace(/^sips?:/i, '')
    .toLowerCase()
    .split('@');
  if (wantedHost === undefined && wantedUser === '*') return true;
  if (wantedHost !== undefined ? !fits(withoutPort(wantedHost), host) : ownDomain !== null && host !== ownDomain)
    return false;
  const pattern = /^\+?[\d*?]+$/.test(wantedUser) ? wantedUser : percentDecoded(wantedUser).toLowerCase();
  return fits(pattern, user) || fits(international(pattern), international(user));
}

/** Whether this SIP URI is an emergency number of the line's own domain: the same digits at another host are just a name there. */
export function isEmergency(uri: string, { domain, country }: DialLine): boolean {
  const callee = calleeOf(uri);
  if (callee === null || callee.host !== withoutPort(domain)) return false;
  return (
    EMERGENCY_EVERYWHERE.includes(callee.user) ||
    (EMERGENCY_BY_COUNTRY[country.toUpperCase()] ?? []).includes(callee.user)
  );
}

/**
 * Decides about a call to `uri` (`sip:user@host`, as `parseTarget` makes it). A rule that denies is stronger than one that allows; no rule
 * that allows: everybody. Emergency numbers pass every rule.
 */
export function decideDial({ allow, deny }: DialRules, uri: string, line: DialLine): DialDecision {
  if (isEmergency(uri, line)) return { allowed: true, emergency: true };
  if (allow.length === 0 && deny.length === 0) return { allowed: true, emergency: false };
  const callee = calleeOf(uri);
  const label =
    callee === null
      ? 'that address'
      : plainText(callee.host === withoutPort(line.domain) ? callee.user : `${callee.user}@${callee.host}`, 100);
  const shown = label.length > 60 ? `${label.slice(0, 59)}...` : label;
  // Nothing can be said about what can't be read: it is refused as soon as there are rules.
  const denying = callee === null ? null : (deny.find((rule) => ruleFits(rule, callee, null)) ?? null);
  if (denying !== null)
    return {
      allowed: false,
      rule: denying,
      sentence: `This line may not call ${shown}: its dial rule "${denying.slice(0, 100)}" denies that.`,
    };
  if (callee !== null && (allow.length === 0 || allow.some((rule) => ruleFits(rule, callee, withoutPort(line.domain)))))
    return { allowed: true, emergency: false };
  return {
    allowed: false,
    rule: null,
    sentence: `This line may not call ${shown}: its dial rules allow only ${listed(allow)}.`,
  };
}

function listed(rules: readonly string[]): string {
  const named: string[] = [];
  for (const rule of rules) {
    if (named.join(', ').length + rule.length > 120) break;
    named.push(rule);
  }
  const more = rules.length - named.length;
  return more === 0 ? named.join(', ') : `${named.join(', ')}${named.length === 0 ? '' : ' and '}${more} more`;
}
