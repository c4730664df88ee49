/** What providers that can take it back have minted, while it lives. In memory only. */
import type { Purpose } from '../contracts/policy';
import type { Profile } from '../contracts/profile';
import type { Minted } from './providers/token-provider';

export interface LentToken {
  readonly profile: Profile;
  readonly purpose: Purpose;
  readonly minted: Minted;
}

export interface Lent {
  readonly keep: (profile: Profile, purpose: Purpose, minted: Minted) => void;
  /** What still lives of this profile's (null: of all), and forgets it. */
  readonly take: (profileId: string | null) => readonly LentToken[];
  /** The same for one of them; null: it does not live any more, or was taken. */
  readonly takeOne: (minted: Minted) => LentToken | null;
}

/** `now` gives milliseconds since the epoch. */
export function createLent(now: () => number): Lent {
  let all: readonly LentToken[] = [];
  const living = (): readonly LentToken[] => all.filter(({ minted }) => minted.expiresAt > now());
  return {
    keep: (profile, purpose, minted) => {
      all = [...living(), { profile, purpose, minted }];
    },
    take: (profileId) => {
      const wanted = (each: LentToken): boolean => profileId === null || each.profile.id === profileId;
      const taken = living().filter(wanted);
      all = all.filter((each) => !wanted(each));
      return taken;
    },
    takeOne: (minted) => {
      const taken = living().find((each) => each.minted === minted) ?? null;
      all = all.filter((each) => each !== taken);
      return taken;
    },
  };
}
