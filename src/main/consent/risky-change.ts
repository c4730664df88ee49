/** Which changes of a profile need a person's word: those that let its key speak elsewhere, for somebody else, or for more than before. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { HoursSpan, ProfilePolicy } from '../../contracts/policy/policy';
import type { Profile } from '../../contracts/profile/profile';
import { shownAddress, shownChange, shownText } from './shown-text';

/** One change, in words. */
export interface RiskyChange {
  /** The heaviest, 0, comes first: where the key and its tokens go, and for whom it speaks. */
  readonly weight: number;
  readonly text: string;
}

/** From here on a change may be counted instead of shown where there are many: it makes no key speak elsewhere or for somebody else. */
export const LIGHT = 5;

type Fields = Readonly<Record<string, unknown>>;

const asText = (value: unknown): string => {
  const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
  return ['[]', '{}', 'null'].includes(text) ? '' : text;
};
const isEmpty = (value: unknown): boolean => asText(value) === '';
/** A list of words or numbers is one value. */
const hasParts = (value: unknown): value is Fields =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).length > 0 &&
  (!Array.isArray(value) || value.some((each) => typeof each === 'object'));
const change = (before: unknown, after: unknown): string => shownChange(asText(before), asText(after));
const whole = (text: string): string => (text === '' ? 'nothing' : shownAddress(text));

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

/** A line for each part that differs: between a hundred that stay, one would not be seen. */
function partChanges(path: string, before: unknown, after: unknown): readonly RiskyChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  const [old, wanted] = [before, after].map((value) => (hasParts(value) ? value : isEmpty(value) ? {} : null));
  if (!old || !wanted) return [{ weight: 4, text: `${shownAddress(path)}: ${change(before, after)}` }];
  return [...new Set([...Object.keys(old), ...Object.keys(wanted)])].flatMap((name) =>
    partChanges(`${path}.${name}`, old[name], wanted[name]),
  );
}

/** Who the tokens speak for: never cut. */
const IDENTITIES = new Set(['subject', 'issuer', 'audience']);

function providerChanges(before: Profile['provider'], after: Profile['provider']): readonly RiskyChange[] {
  const [old, wanted]: readonly [Fields, Fields] = [before, after];
  const changes: RiskyChange[] =
    before.kind === after.kind ? [] : [{ weight: 1, text: `Maker of the tokens: ${before.kind} -> ${after.kind}` }];
  // Every field of every provider decides what the key signs or where it is sent, so one that is added later is on the list by itself.
  for (const name of new Set([...Object.keys(old), ...Object.keys(wanted)])) {
    if (name === 'kind' || isDeepStrictEqual(old[name], wanted[name])) continue;
    const [from, to] = [asText(old[name]), asText(wanted[name])];
    if (name === 'baseUrl' || name === 'url')
      changes.push({ weight: 0, text: `The key goes to: ${addressChange(from, to)}` });
    else if (IDENTITIES.has(name)) changes.push({ weight: 3, text: `${name}: ${whole(from)} -> ${whole(to)}` });
    else changes.push(...partChanges(name, old[name], wanted[name]));
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
        ? `Calls allowed: ${after.allow.length === 0 ? `${shownText(asText(before.allow))} -> everybody` : change(before.allow, after.allow)}`
        : '',
      deny ? `Calls refused: ${change(before.deny, after.deny)}` : '',
    ]
      .filter((text) => text !== '')
      .join('\n');
  },
  hours: (before: readonly HoursSpan[], after: readonly HoursSpan[]) =>
    isWider(before, after) ? `Hours of calls: ${after.length === 0 ? 'no limit any more' : 'other ones'}` : null,
  onScreenLock: (before, after) =>
    before === 'lock' && after === 'keep' ? 'When the screen is locked: the line stays open' : null,
};

function loosened(before: ProfilePolicy, after: ProfilePolicy): readonly RiskyChange[] {
  // Never both the rule of one name and the values of another: the table's type has said so, and is lost in the loop.
  return Object.entries(LOOSENED as Readonly<Record<string, (before: unknown, after: unknown) => string | null>>)
    .map(([rule, look]) => look((before as Fields)[rule], (after as Fields)[rule]))
    .filter((text) => text !== null)
    .map((text) => ({ weight: LIGHT, text }));
}

/** The agent's name becomes part of what is signed or sent. */
const saysAgent = ({ provider }: Profile): boolean => JSON.stringify(provider).includes('{agent}');

/** TURN servers carry the sound, and STUN servers learn where the agent is. Those that are left out are nobody's risk. */
function soundChanges(before: Profile['iceServers'], after: Profile['iceServers']): readonly RiskyChange[] {
  const known = new Set(before.flatMap(({ urls }) => urls));
  return [...new Set(after.flatMap(({ urls }) => urls))]
    .filter((url) => !known.has(url))
    .map((url) => ({ weight: 2, text: `Sound may go through: ${whole(url)}` }));
}

/**
 * What a person has to agree to before `after` takes the place of `before`, which has a key: a line of text for each change, with old and new
 * value, the heaviest first. Empty: nothing. Both with the policy that holds for them. Stricter rules, another name or colour are nobody's risk.
 */
export function riskyChanges(before: Profile, after: Profile): readonly RiskyChange[] {
  const changes: readonly RiskyChange[] = [
    ...(sameAddress(before.gatewayUrl, after.gatewayUrl)
      ? []
      : [{ weight: 1, text: `Tokens go to: ${addressChange(before.gatewayUrl, after.gatewayUrl)}` }]),
    ...(before.identity === after.identity
      ? []
      : [{ weight: 1, text: `Speaks for: ${whole(before.identity)} -> ${whole(after.identity)}` }]),
    ...providerChanges(before.provider, after.provider),
    ...(isDeepStrictEqual(before.presentation, after.presentation)
      ? []
      : [{ weight: 4, text: `Tokens are shown: ${change(before.presentation, after.presentation)}` }]),
    ...(before.displayName !== after.displayName && (saysAgent(before) || saysAgent(after))
      ? [{ weight: 3, text: `Signs as: ${change(before.displayName, after.displayName)}` }]
      : []),
    ...soundChanges(before.iceServers, after.iceServers),
    ...loosened(before.policy, after.policy),
  ];
  return changes.toSorted((one, other) => one.weight - other.weight);
}
