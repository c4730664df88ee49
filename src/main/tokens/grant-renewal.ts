/**
 * Main keeps the clock of each watched grant and mints ahead of its expiry. Two clocks are asked, wall and monotonic, and the one that
 * says "older" is believed: the monotonic one may stand still while the computer sleeps, the wall clock may be set back.
 */
import type { AnyGrant } from '../../contracts/profile/grant';
import type { Purpose } from '../../contracts/policy/policy';
import type { Failure, Result } from '../../contracts/base/result';
import type { Clock } from '../base/clock';

/** How often a long wait is looked at again, ms: after a sleep the timer alone would come too late. */
const LOOK_AGAIN_MS = 10_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;
/** No token is renewed sooner than this after it was made, ms: a very short life is for one connect only. */
const SOONEST_MS = 1_000;

/**
 * How long after its making a grant of `lifeMs` is renewed, ms: at 80 % of its life or 30 s before its end, whichever comes first, but
 * never before half of it (a life under a minute has no 30 s to spare) nor within the first second.
 */
export function renewalDelay(lifeMs: number): number {
  return Math.max(SOONEST_MS, lifeMs * 0.5, Math.min(lifeMs * 0.8, lifeMs - 30_000));
}

/** How long to wait after `failures` failures in a row, ms: 1 s doubled up to 30 s, less up to half of it by chance (`random` in 0..1). */
export function retryDelay(failures: number, random: number): number {
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1)) * (1 - random / 2);
}

export interface GrantRenewal {
  readonly watch: (profileId: string, purpose: Purpose) => void;
  readonly unwatch: (profileId: string, purpose: Purpose) => void;
  /** A grant was made, by whomever: its clock starts. */
  readonly issued: (grant: AnyGrant) => void;
  /** A token of this key was accepted: its grants are renewed from now on. Until then whoever tries them asks for each, and slowly. */
  readonly accepted: (profileId: string, key: string) => void;
  /** The key, the profile or the gateway changed: renew watched grants of this profile at once. */
  readonly renewNow: (profileId: string) => void;
  /** The profile is gone. */
  readonly forget: (profileId: string) => void;
  /** The computer woke up: look at the clocks at once. */
  readonly check: () => void;
  readonly stop: () => void;
}

export interface GrantRenewalPorts {
  readonly clock: Clock;
  /** 0 <= x < 1. */
  readonly random: () => number;
  readonly mint: (profileId: string, purpose: Purpose) => Promise<Result<AnyGrant>>;
  readonly onRenewed: (grant: AnyGrant) => void;
  readonly onFailed: (profileId: string, purpose: Purpose, failure: Failure) => void;
}

interface Watched {
  readonly profileId: string;
  readonly purpose: Purpose;
  watched: boolean;
  /** When the newest grant was made, by both clocks, and how long it lives, ms. */
  made: { readonly wall: number; readonly monotonic: number; readonly lifeMs: number } | null;
  /** The key that made it, if it was untried then. */
  untriedKey: string | null;
  failures: number;
  /** By the monotonic clock; null: no failure to get over. */
  retryAt: number | null;
  busy: boolean;
  cancelTimer: () => void;
}

export function createGrantRenewal({ clock, random, mint, onRenewed, onFailed }: GrantRenewalPorts): GrantRenewal {
  const all = new Map<string, Watched>();
  /** The newest key of a profile that was accepted. */
  const acceptedKeys = new Map<string, string>();

  const entry = (profileId: string, purpose: Purpose): Watched => {
    const key = `${profileId} ${purpose}`;
    const found = all.get(key) ?? {
      profileId,
      purpose,
      watched: false,
      made: null,
      untriedKey: null,
      failures: 0,
      retryAt: null,
      busy: false,
      cancelTimer: () => undefined,
    };
    all.set(key, found);
    return found;
  };

  const dueIn = (one: Watched): number | null => {
    if (one.retryAt !== null) return one.retryAt - clock.monotonic();
    if (one.made === null || one.untriedKey !== null) return null;
    const age = Math.max(clock.wall() - one.made.wall, clock.monotonic() - one.made.monotonic);
    return renewalDelay(one.made.lifeMs) - age;
  };

  const look = (one: Watched): void => {
    one.cancelTimer();
    if (!one.watched || one.busy) return;
    const wait = dueIn(one);
    if (wait === null) return;
    if (wait <= 0) void renew(one);
    else one.cancelTimer = clock.after(Math.min(wait, LOOK_AGAIN_MS), () => look(one));
  };

  const renew = async (one: Watched): Promise<void> => {
    one.busy = true;
    const result = await mint(one.profileId, one.purpose);
    one.busy = false;
    if (!one.watched) return;
    if (result.ok) {
      // `issued` has started the new clock already.
      onRenewed(result.value);
    } else {
      one.failures += 1;
      const wait = Math.max(retryDelay(one.failures, random()), result.failure.retryAfterMs ?? 0);
      one.retryAt = clock.monotonic() + wait;
      onFailed(one.profileId, one.purpose, { ...result.failure, retryAfterMs: Math.round(wait) });
    }
    look(one);
  };

  return {
    watch: (profileId, purpose) => {
      const one = entry(profileId, purpose);
      one.watched = true;
      look(one);
    },
    unwatch: (profileId, purpose) => {
      const one = entry(profileId, purpose);
      one.watched = false;
      one.failures = 0;
      one.retryAt = null;
      one.cancelTimer();
    },
    issued: (grant) => {
      const one = entry(grant.profileId, grant.purpose);
      one.made = { wall: clock.wall(), monotonic: clock.monotonic(), lifeMs: grant.expiresAt - grant.issuedAt };
      const key = grant.untriedKey ?? null;
      one.untriedKey = acceptedKeys.get(grant.profileId) === key ? null : key;
      one.failures = 0;
      one.retryAt = null;
      look(one);
    },
    accepted: (profileId, key) => {
      acceptedKeys.set(profileId, key);
      for (const one of all.values()) {
        if (one.profileId !== profileId || one.untriedKey !== key) continue;
        one.untriedKey = null;
        look(one);
      }
    },
    renewNow: (profileId) => {
      for (const one of all.values()) {
        if (one.profileId !== profileId || !one.watched || one.made === null) continue;
        one.failures = 0;
        one.retryAt = clock.monotonic();
        look(one);
      }
    },
    forget: (profileId) => {
      acceptedKeys.delete(profileId);
      for (const [key, one] of all) {
        if (one.profileId !== profileId) continue;
        one.watched = false;
        one.cancelTimer();
        all.delete(key);
      }
    },
    check: () => {
      for (const one of all.values()) look(one);
    },
    stop: () => {
      for (const one of all.values()) one.cancelTimer();
      all.clear();
      acceptedKeys.clear();
    },
  };
}
