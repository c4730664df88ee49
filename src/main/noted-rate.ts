/**
 * How often a window may do what leaves a line of its own in the audit log. What is refused is counted there (refusal-floods.ts), grants and tests have
 * rates of their own; without this one a page could lock and unlock, or save a profile, until the log's older lines are rotated out.
 */
import type { ChannelName } from '../contracts/ipc-names';
import { fail, ok, type Result } from '../contracts/result';
import type { Clock } from './clock';

/** So many at once of each channel, then so many a second. A person does a handful a minute. */
export const NOTED_AT_ONCE = 100;
export const NOTED_PER_SECOND = 1;

/** Not `phone.lock`: locking is never refused, and a phone that is locked already writes nothing. */
const NOTED: ReadonlySet<ChannelName> = new Set<ChannelName>(['profiles.save', 'profiles.remove', 'keys.pasteFromClipboard', 'keys.loadFromFile', 'keys.generate', 'keys.remove', 'keys.promote', 'keys.finishRotation', 'phone.unlock', 'phone.signOut']);

/** Fails with `rate-limited`. */
export function createNotedRate(clock: Pick<Clock, 'monotonic'>): (channel: ChannelName) => Result<null> {
  const buckets = new Map<ChannelName, { readonly level: number; readonly at: number }>();
  return (channel) => {
    if (!NOTED.has(channel)) return ok(null);
    const at = clock.monotonic();
    const before = buckets.get(channel) ?? { level: NOTED_AT_ONCE, at };
    const level = Math.min(NOTED_AT_ONCE, before.level + ((at - before.at) / 1_000) * NOTED_PER_SECOND);
    const admitted = level >= 1;
    buckets.set(channel, { level: admitted ? level - 1 : level, at });
    return admitted ? ok(null) : fail('rate-limited', 'That was done too often in a short while. Wait a moment and try again.', 'retry', { retryAfterMs: Math.ceil(((1 - level) / NOTED_PER_SECOND) * 1_000) });
  };
}
