/** Keys that sign no more and that the gateway may still accept. One is named at a time, the newest first; the others wait behind it, so that none is forgotten. */
import type { RetiredKey } from '../../contracts/profile/profile';
import type { KeyRecords } from '../profiles/profile-store';

export type RetiredRecords = Pick<KeyRecords, 'retired' | 'retiredBefore'>;

/** More of them wait for nobody. */
const MOST_BEFORE = 16;

/** All of them, the newest first. */
export const retiredKeys = ({ retired, retiredBefore = [] }: RetiredRecords): readonly RetiredKey[] =>
  retired === null ? [] : [retired, ...retiredBefore];

const recordsOf = ([newest, ...before]: readonly RetiredKey[]): RetiredRecords => ({
  retired: newest ?? null,
  retiredBefore: before.length === 0 ? undefined : before.slice(0, MOST_BEFORE),
});

/** `leaving` signs no more (null: nothing leaves); `inUse` is the fingerprint of the key that comes, or comes back: it is not to be removed from the gateway. */
export function retire(records: RetiredRecords, leaving: RetiredKey | null, inUse: string): RetiredRecords {
  const before = retiredKeys(records).filter(({ fingerprint }) => fingerprint !== leaving?.fingerprint);
  return recordsOf(
    [...(leaving === null ? [] : [leaving]), ...before].filter(({ fingerprint }) => fingerprint !== inUse),
  );
}

/** The one that is named was removed from the gateway: the next one is. Its time is no earlier than that of the key that signs now. */
export function forgetNewest(records: RetiredRecords): RetiredRecords {
  const [gone, next, ...rest] = retiredKeys(records);
  return recordsOf(
    gone === undefined || next === undefined
      ? []
      : [{ ...next, retiredAt: Math.max(next.retiredAt, gone.retiredAt) }, ...rest],
  );
}
