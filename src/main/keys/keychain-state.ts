/** What the window says of the keychain. */
import { fail, type Failure } from '../../contracts/base/result';
import type { ProfilesSnapshot } from '../../contracts/profile/profile';

const MEMORY_ADVICE = {
  unavailable:
    "No keychain on this computer: the Practice line's key lives in memory and is made anew at each start. Install gnome-keyring (or KWallet) to keep keys.",
  locked:
    "The keychain is locked: the Practice line's key lives in memory for this run. Unlock the keychain and start Ringfence again.",
};

/** A key is named in the records, and the keychain does not give it out. */
export const keyWithheld = (profileName: string, fingerprint = ''): ReturnType<typeof fail> =>
  fail(
    'key-locked',
    `The keychain gives out no key${fingerprint === '' ? '' : ` ${fingerprint}`} for "${profileName}": it is locked, or the key was removed from it. Unlock it, or add the key again.`,
    'unlock-keychain',
  );

/** How the Practice line's active key is kept. */
export interface PracticeKeyFacts {
  readonly inMemory: boolean;
  /** The keychain answers, and would not give this key out. */
  readonly withheld: boolean;
}

/** Whether there is a keychain, and the advice that goes with it; `problem` is what it said last, null: nothing amiss. */
export function keychainState(problem: Failure | null, practice: PracticeKeyFacts): ProfilesSnapshot['keychain'] {
  if (problem === null)
    return { available: true, advice: practice.inMemory && practice.withheld ? MEMORY_ADVICE.locked : null };
  if (problem.reason === 'key-locked')
    return { available: true, advice: practice.inMemory ? MEMORY_ADVICE.locked : problem.sentence };
  return { available: false, advice: practice.inMemory ? MEMORY_ADVICE.unavailable : problem.sentence };
}
