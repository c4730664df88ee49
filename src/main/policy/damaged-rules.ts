/**
 * What is left of a rule that is not written as it should be. A list loses only the entries that nobody can read, a number goes to the nearest one that
 * may be written. Where whole rules of calls can't be made out, only emergency calls pass: nobody knows whom they were to let through.
 */
import {
  dialPattern,
  hoursSpan,
  NEVER,
  purpose,
  type PolicyRule,
  type ProfilePolicy,
} from '../../contracts/policy/policy';
import { z } from 'zod';
import { managedRule } from '../../contracts/policy/managed-policy';
import { bothDeny, EVERYBODY } from './strictest-policy';

/** Calls to emergency numbers alone. */
export const EMERGENCY_ONLY: Pick<ProfilePolicy, 'dial' | 'hours'> = {
  dial: { allow: [], deny: [EVERYBODY] },
  hours: [NEVER],
};

const MOST_ENTRIES = 20;
const MOST_SPANS = 14;
const object = z.record(z.string(), z.unknown());

/** One that stands without its list is read as a list of it. */
function entries<T>(list: unknown, schema: z.ZodType<T>): readonly T[] {
  return (Array.isArray(list) ? list : [list]).flatMap((entry) => {
    const read = schema.safeParse(entry);
    return read.success ? [read.data] : [];
  });
}

function dialOf(value: unknown): ProfilePolicy['dial'] {
  const rules = object.safeParse(value);
  if (!rules.success) return EMERGENCY_ONLY.dial;
  const { allow = [], deny = [], ...strange } = rules.data;
  const [allowed, denied] = [entries(allow, dialPattern), entries(deny, dialPattern)];
  const isLost = (list: unknown, read: readonly string[]): boolean =>
    read.length === 0 && !(Array.isArray(list) && list.length === 0);
  // A word beside the two may be the one of a list: `alow`.
  const lost = isLost(allow, allowed) || isLost(deny, denied) || Object.keys(strange).length > 0;
  return { allow: allowed.slice(0, MOST_ENTRIES), deny: bothDeny(denied, lost ? [EVERYBODY] : []) };
}

function hoursOf(value: unknown): ProfilePolicy['hours'] {
  const spans = entries(value, hoursSpan).slice(0, MOST_SPANS);
  return spans.length === 0 ? EMERGENCY_ONLY.hours : [...spans];
}

const within = (least: number, most: number) => (value: unknown) => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && !Number.isNaN(number) ? Math.min(most, Math.max(least, number)) : undefined;
};
const wholeWithin = (schema: z.ZodNumber) => (value: unknown) => {
  const near = within(schema.minValue ?? -Infinity, schema.maxValue ?? Infinity)(value);
  return near === undefined ? undefined : Math.floor(near);
};

function rateOf(value: unknown): ProfilePolicy['rate'] | undefined {
  const rate = object.safeParse(value);
  if (!rate.success) return undefined;
  const { burst, perSecond } = managedRule.rate.shape;
  const made = {
    burst: wholeWithin(burst.unwrap())(rate.data['burst']),
    perSecond: within(
      perSecond.unwrap().minValue ?? 0,
      perSecond.unwrap().maxValue ?? Infinity,
    )(rate.data['perSecond']),
  };
  const read = managedRule.rate.safeParse(made);
  return read.success ? read.data : undefined;
}

function purposesOf(value: unknown): ProfilePolicy['purposes'] | undefined {
  const read = [...new Set(entries(value, purpose))];
  return read.length === 0 ? undefined : read;
}

type Salvage = { readonly [Rule in PolicyRule]: (value: unknown) => ProfilePolicy[Rule] | undefined };
const SALVAGE: Salvage = {
  tokenLifeS: wholeWithin(managedRule.tokenLifeS),
  purposes: purposesOf,
  rate: rateOf,
  maxCallS: wholeWithin(managedRule.maxCallS.unwrap()),
  maxCalls: wholeWithin(managedRule.maxCalls),
  dial: dialOf,
  hours: hoursOf,
  // Of two words the one that lets less happen, however it was written.
  onScreenLock: () => 'lock',
};

/** What can still be read of a rule's value that does not fit; undefined: nothing. */
export function leftOf<Rule extends PolicyRule>(rule: Rule, value: unknown): ProfilePolicy[Rule] | undefined {
  return SALVAGE[rule](value);
}

/** Whether rules about calls may stand in what has a name that nobody knows: these two alone have lists, and lists of purposes tell themselves. */
export function mayLimitCalls(value: unknown): boolean {
  if (Array.isArray(value)) return !value.every((entry) => purpose.safeParse(entry).success);
  return typeof value === 'object' && value !== null && Object.values(value).some(mayLimitCalls);
}
