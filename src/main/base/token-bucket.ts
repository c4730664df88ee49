/** A rate: so many at once, then so many a second; for each name by itself. */
import type { Clock } from './clock';

export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** Takes one from the bucket of `name`. Null: it was there; else how long until one is, ms (what is refused takes nothing). The rate may differ from one call to the next. */
export type TokenBuckets = (name: string, rate: Rate) => number | null;

export function createTokenBuckets(clock: Pick<Clock, 'monotonic'>): TokenBuckets {
  const buckets = new Map<string, { readonly level: number; readonly at: number }>();
  return (name, { burst, perSecond }) => {
    const at = clock.monotonic();
    const before = buckets.get(name) ?? { level: burst, at };
    const level = Math.min(burst, before.level + ((at - before.at) / 1000) * perSecond);
    buckets.set(name, { level: level >= 1 ? level - 1 : level, at });
    return level >= 1 ? null : Math.ceil(((1 - level) / perSecond) * 1000);
  };
}
