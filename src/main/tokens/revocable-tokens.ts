/** What providers that can take it back have minted, while it lives. In memory only. */
import type { Purpose } from '../../contracts/policy/policy';
import type { Profile } from '../../contracts/profile/profile';
import type { Minted } from '../providers/token-provider';

export interface RevocableToken {
  readonly profile: Profile;
  readonly purpose: Purpose;
  readonly minted: Minted;
}

export interface RevocableTokens {
  readonly keep: (profile: Profile, purpose: Purpose, minted: Minted) => void;
  /** What still lives of this profile's (null: of all), and forgets it. */
  readonly take: (profileId: string | null) => readonly RevocableToken[];
  /** The same for one of them; null: it does not live any more, or was taken. */
  readonly takeOne: (minted: Minted) => RevocableToken | null;
}

/** `now` gives milliseconds since the epoch. */
export function createRevocableTokens(now: () => number): RevocableTokens {
  let all: readonly RevocableToken[] = [];
  const living = (): readonly RevocableToken[] => all.filter(({ minted }) => minted.expiresAt > now());
  return {
    keep: (profile, purpose, minted) => {
      all = [...living(), { profile, purpose, minted }];
    },
    take: (profileId) => {
      const wanted = (each: RevocableToken): boolean => profileId === null || each.profile.id === profileId;
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
