/** What the window says of the keychain. */
import { fail, type Failure, type FailureReason } from '../../contracts/base/result';
import type { KeyState, ProfilesSnapshot } from '../../contracts/profile/profile';

/** Why a key that was saved is not given out. */
export type KeyTrouble = Exclude<KeyState, 'in-keychain' | 'in-memory' | 'absent'>;

const TROUBLES: Partial<Record<FailureReason, KeyTrouble>> = {
  'keychain-asks': 'asking',
  'keychain-refused': 'refused',
  'key-removed': 'removed',
  'key-unusable': 'damaged',
  'keychain-unavailable': 'unavailable',
};

export const troubleOf = ({ reason }: Failure): KeyTrouble => TROUBLES[reason] ?? 'locked';

const MEMORY_ADVICE = {
  unavailable:
    "No keychain on this computer: the Practice line's key lives in memory and is made anew at each start. Install gnome-keyring (or KWallet) to keep keys.",
  locked:
    "The keychain is locked: the Practice line's key lives in memory for this run. Unlock the keychain and start Ringfence again.",
};

/** A key is named in the records, and the keychain holds another one in its place. */
export const anotherKey = (profileName: string, expected: string, found: string): ReturnType<typeof fail> =>
  fail(
    'key-unusable',
    `The keychain holds another key for "${profileName}" than the one added here. Add the key again.`,
    'open-keys',
    { details: `expected ${expected}, found ${found}` },
  );

/** How the Practice line's active key is kept. */
export interface PracticeKeyFacts {
  readonly inMemory: boolean;
  /** The keychain answers, and would not give this key out. */
  readonly withheld: boolean;
  /** The keychain is silent just now. */
  readonly asks: boolean;
}

const ASKS =
  'The keychain asks for a password or a permission, or is slow. Answer its dialog: nothing else waits for it.';

/** Whether there is a keychain, and the advice that goes with it; `problem` is what it said last, null: nothing amiss. */
export function keychainState(problem: Failure | null, practice: PracticeKeyFacts): ProfilesSnapshot['keychain'] {
  if (practice.asks) return { available: true, advice: ASKS };
  if (problem === null)
    return { available: true, advice: practice.inMemory && practice.withheld ? MEMORY_ADVICE.locked : null };
  if (problem.reason !== 'keychain-unavailable')
    return { available: true, advice: practice.inMemory ? MEMORY_ADVICE.locked : problem.sentence };
  return { available: false, advice: practice.inMemory ? MEMORY_ADVICE.unavailable : problem.sentence };
}
