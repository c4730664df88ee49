/** Which changes of a profile need a person's word: those that let its key speak elsewhere, for somebody else, or for more than before. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { plainText } from '../../contracts/base/plain-text';
import type { HoursSpan, ProfilePolicy } from '../../contracts/policy/policy';
import type { Profile } from '../../contracts/profile/profile';

/** Values longer than this are not quoted: a person would read past them. Hosts and identities are never cut, their end is what counts. */
const LONGEST_VALUE = 160;

type Fields = Readonly<Record<string, unknown>>;

const NOTHING = 'nothing';
const whole = (text: string): string => (text === '' ? NOTHING : plainText(text, 600));

function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
  if (text === '' || text === '[]' || text === '{}' || text === 'null') return NOTHING;
  return text.length > LONGEST_VALUE ? `a text of ${text.length} characters` : plainText(text, LONGEST_VALUE);
}

const urlOf = (text: string): URL | null => {
  try {
    return new URL(text);
  } catch {
    return null;
  }
};

/** `host -> host`, which is what a person can judge; the whole addresses where the host stays. */
function addressChange(before: string, after: string): string {
  const [old, wanted] = [urlOf(before)?.host ?? before, urlOf(after)?.host ?? after];
  return old === wanted ? `${whole(before)} -> ${whole(after)}` : `${whole(old)} -> ${whole(wanted)}`;
}

/** The same address, however it is spelt. */
const sameAddress = (one: string, other: string): boolean =>
  (urlOf(one)?.href ?? one) === (urlOf(other)?.href ?? other);

function providerChanges(before: Profile['provider'], after: Profile['provider']): readonly string[] {
  const [old, wanted]: readonly [Fields, Fields] = [before, after];
  const changes = before.kind === after.kind ? [] : [`Maker of the tokens: ${before.kind} -> ${after.kind}`];
  // Every field of every provider decides what the key signs or where it is sent, so one that is added later is on the list by itself.
  for (const name of new Set([...Object.keys(old), ...Object.keys(wanted)])) {
    if (name === 'kind' || isDeepStrictEqual(old[name], wanted[name])) continue;
    if (name === 'baseUrl' || name === 'url') {
      const [from, to] = [old[name], wanted[name]].map((each) => (typeof each === 'string' ? each : ''));
      changes.push(`The key goes to: ${addressChange(from ?? '', to ?? '')}`);
    } else changes.push(`${name}: ${quoted(old[name])} -> ${quoted(wanted[name])}`);
  }
  return changes;
}

/** Null counts as "no limit". */
const isLonger = (before: number | null, after: number | null): boolean =>
  before !== null && (after === null || after > before);
const has = <T>(all: readonly T[], one: T): boolean => all.some((each) => isDeepStrictEqual(each, one));
const holdsAll = <T>(all: readonly T[], wanted: readonly T[]): boolean => wanted.every((each) => has(all, each));
/** A list in which nothing means everything. */
const isWider = <T>(before: readonly T[], after: readonly T[]): boolean =>
  before.length > 0 && (after.length === 0 || !holdsAll(before, after));

/** One entry for each rule of a policy, so that a rule that is added can't be forgotten: what loosens it, in words, or null. */
const LOOSENED: {
  readonly [Rule in keyof ProfilePolicy]: (before: ProfilePolicy[Rule], after: ProfilePolicy[Rule]) => string | null;
} = {
  tokenLifeS: (before, after) => (after > before ? `Life of a token: ${before} s -> ${after} s` : null),
  purposes: (before, after) =>
    holdsAll(before, after) ? null : `Tokens for: ${before.join(', ')} -> ${after.join(', ')}`,
  rate: (before, after) =>
    after.burst > before.burst || after.perSecond > before.perSecond
      ? `Tokens: ${before.burst} at once, ${before.perSecond} a second -> ${after.burst} at once, ${after.perSecond} a second`
      : null,
  maxCallS: (before, after) =>
    isLonger(before, after) ? `Longest call: ${before ?? 0} s -> ${after === null ? 'no limit' : `${after} s`}` : null,
  maxCalls: (before, after) => (after > before ? `Calls at a time: ${before} -> ${after}` : null),
  dial: (before, after) => {
    const [allow, deny] = [isWider(before.allow, after.allow), !holdsAll(after.deny, before.deny)];
    if (!allow && !deny) return null;
    return [
      allow
        ? `Calls allowed: ${quoted(before.allow)} -> ${after.allow.length === 0 ? 'everybody' : quoted(after.allow)}`
        : '',
      deny ? `Calls refused: ${quoted(before.deny)} -> ${quoted(after.deny)}` : '',
    ]
      .filter((text) => text !== '')
      .join('\n');
  },
  hours: (before: readonly HoursSpan[], after: readonly HoursSpan[]) =>
    isWider(before, after) ? `Hours of calls: ${after.length === 0 ? 'no limit any more' : 'other ones'}` : null,
  onScreenLock: (before, after) =>
    before === 'lock' && after === 'keep' ? 'When the screen is locked: the line stays open' : null,
};

function loosened(before: ProfilePolicy, after: ProfilePolicy): readonly string[] {
  // Never both the rule of one name and the values of another: the table's type has said so, and is lost in the loop.
  return Object.entries(LOOSENED as Readonly<Record<string, (before: unknown, after: unknown) => string | null>>)
    .map(([rule, look]) => look((before as Fields)[rule], (after as Fields)[rule]))
    .filter((text) => text !== null);
}

/** The agent's name becomes part of what is signed or sent. */
const saysAgent = ({ provider }: Profile): boolean => JSON.stringify(provider).includes('{agent}');

/**
 * What a person has to agree to before `after` takes the place of `before`, which has a key: a line of text for each change, with old and new
 * value. Empty: nothing. Both with the policy that holds for them. Stricter rules, another name or colour are nobody's risk.
 */
export function riskyChanges(before: Profile, after: Profile): readonly string[] {
  return [
    ...(sameAddress(before.gatewayUrl, after.gatewayUrl)
      ? []
      : [`Tokens go to: ${addressChange(before.gatewayUrl, after.gatewayUrl)}`]),
    ...(before.identity === after.identity
      ? []
      : [`Speaks for: ${whole(before.identity)} -> ${whole(after.identity)}`]),
    ...providerChanges(before.provider, after.provider),
    ...(isDeepStrictEqual(before.presentation, after.presentation)
      ? []
      : [`Tokens are shown: ${quoted(before.presentation)} -> ${quoted(after.presentation)}`]),
    ...(before.displayName !== after.displayName && (saysAgent(before) || saysAgent(after))
      ? [`Signs as: ${quoted(before.displayName)} -> ${quoted(after.displayName)}`]
      : []),
    ...loosened(before.policy, after.policy),
  ];
}
