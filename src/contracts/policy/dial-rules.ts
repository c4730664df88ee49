/**
 * Whom a line may call. Pure, and the same for main, which answers the agent, and for a gateway, which reads the rules from the token.
 *
 * A rule is a number (`+254*`, `10??`) or an address (`sales`, `*@pbx.example.com`, with or without `sip:`); `*` stands for any rest, `?`
 * for one character, `*` alone for everybody. Case and visual separators do not count, `00` at the start is `+`, the port of a host is left out.
 * A rule without a host means the line's own domain when it allows, and any host when it denies: a denied number stays denied behind another host.
 * A star code that denies (`*67`, `#31#`) denies each call that begins with it; `%2A` is a `*` that stands for itself.
 *
 * What denies is compared with every meaning that a server may give the number (see dial-readings.ts): without `*67`, with `+` for `00` or `011`,
 * without a trunk zero, and, where the region is known, a national number in its international form. What allows is compared with the number
 * as it is dialled, without a code that hides the caller's number, and with `+` for `00`: a national number is never allowed by an international rule.
 */
import { plainText } from '../base/plain-text';
import { EMERGENCY_EVERYWHERE } from '../call/emergency-everywhere';
import { callerIdCodeOf } from '../call/number';
import { comparedHost, parseSipUri } from '../call/sip-uri';
import { fitsPattern, starCodeOf } from './dial-pattern';
import { plainUser, possibleReadings, sureReadings, withPlus } from './dial-readings';
import { EMERGENCY_NUMBERS } from './emergency-numbers';
import type { DialRules } from './policy';

/** The line that calls. */
export interface DialLine {
  /** The domain of its identity. */
  readonly domain: string;
  /** ISO 3166-1 alpha-2 of where this computer is, or '' when it is not known. */
  readonly country: string;
  /** Emergency numbers of where the line is, for whoever is told them instead of the country. */
  readonly emergency?: readonly string[];
}

export type DialDecision =
  /** `emergency`: it passed whatever the rules say. */
  | { readonly allowed: true; readonly emergency: boolean }
  /** `rule`: the pattern that denies, or null when there are patterns that allow and none of them fits. */
  | { readonly allowed: false; readonly rule: string | null; readonly sentence: string };

interface Callee {
  /** As the URI has it. */
  readonly user: string;
  /** As it is compared. */
  readonly host: string;
}

/** Said whenever an emergency number is dialled. */
export const EMERGENCY_SENTENCE =
  'This phone may not reach emergency services. If nobody answers at once, use another phone.';

function calleeOf(uri: string): Callee | null {
  const address = parseSipUri(uri);
  return address === null ? null : { user: address.user, host: comparedHost(address.host) };
}

/** `ownDomain`: the only host that a rule without one means; null: it means any. */
function ruleFits(rule: string, host: string, readings: readonly string[], ownDomain: string | null): boolean {
  const [wantedUser = '', wantedHost] = rule.replace(/^sips?:/i, '').split('@');
  if (wantedHost === undefined && wantedUser === '*') return true;
  if (
    wantedHost !== undefined
      ? !fitsPattern(comparedHost(wantedHost), host)
      : ownDomain !== null && host !== comparedHost(ownDomain)
  )
    return false;
  return readings.some((user) => fitsPattern(wantedUser, user) || fitsPattern(withPlus(wantedUser), user));
}

function denies(rule: string, { host }: Callee, readings: readonly string[]): boolean {
  const code = starCodeOf(rule.split('@')[0] ?? '');
  const readingsOfRule =
    code === null ? readings : [...readings, ...readings.filter((one) => one.startsWith(code)).map(() => code)];
  return ruleFits(rule, host, readingsOfRule, null);
}

/** The emergency numbers of a region that are not those of everywhere. */
export const nationalEmergency = (country: string): readonly string[] =>
  emergencyIn(country.toUpperCase()).filter((number) => number !== '' && !EMERGENCY_EVERYWHERE.includes(number));

const emergencyIn = (region: string): readonly string[] =>
  Object.hasOwn(EMERGENCY_NUMBERS, region) ? (EMERGENCY_NUMBERS[region] ?? '').split(' ') : [];

/**
 * Whether this SIP URI is an emergency number of the line's own domain: the same digits at another host are just a name there. National numbers
 * count in their region only: elsewhere `101` is somebody's extension. A code that hides the caller's number may stand before it.
 */
export function isEmergency(uri: string, { domain, country, emergency = [] }: DialLine): boolean {
  const callee = calleeOf(uri);
  if (callee === null || callee.host !== comparedHost(domain)) return false;
  const user = plainUser(callee.user);
  const number = user.slice(callerIdCodeOf(user).length);
  return (
    number !== '' && [...EMERGENCY_EVERYWHERE, ...emergencyIn(country.toUpperCase()), ...emergency].includes(number)
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
      : plainText(
          callee.host === comparedHost(line.domain)
            ? plainUser(callee.user)
            : `${plainUser(callee.user)}@${callee.host}`,
          100,
        );
  const shown = label.length > 60 ? `${label.slice(0, 59)}...` : label;
  // Nothing can be said about what can't be read: it is refused as soon as there are rules.
  const meant = callee === null ? [] : possibleReadings(callee.user, line.country);
  const denying = callee === null ? null : (deny.find((rule) => meant === null || denies(rule, callee, meant)) ?? null);
  if (denying !== null)
    return {
      allowed: false,
      rule: denying,
      sentence: `This line may not call ${shown}: its dial rule "${denying.slice(0, 100)}" denies that.`,
    };
  const sure = callee === null ? [] : sureReadings(callee.user);
  if (callee !== null && (allow.length === 0 || allow.some((rule) => ruleFits(rule, callee.host, sure, line.domain))))
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
