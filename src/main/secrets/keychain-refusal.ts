/**
 * A person who closed a dialog of the keychain has answered for everything that was wanted at that moment: the line's key and the audit log's are two
 * questions to the keychain, and one to a person.
 */
import type { Clock } from '../base/clock';

/** The refusal answers each account's first question within this time, ms. */
const SHARED_MS = 10_000;

export interface KeychainRefusal {
  /** The question about `account` was refused. */
  readonly note: (account: string) => void;
  /** The keychain gave out `account`, or took it. True: it had refused before, and does so no more. */
  readonly clear: (account: string) => boolean;
  /** Whether a question about `account` has its answer already: the first one for a while, one that is asked quietly until `clear`. */
  readonly covers: (account: string, quietly: boolean) => boolean;
}

/** `hasOneLock`: what opens one entry opens all of them, as on Linux. Elsewhere each entry has a dialog of its own. */
export function createKeychainRefusal(clock: Pick<Clock, 'monotonic'>, hasOneLock: boolean): KeychainRefusal {
  const refused = new Set<string>();
  let told = new Set<string>();
  let until = 0;
  return {
    note: (account) => {
      refused.add(account);
      told = new Set([account]);
      until = clock.monotonic() + SHARED_MS;
    },
    clear: (account) => {
      const stood = hasOneLock ? refused.size > 0 : refused.has(account);
      if (hasOneLock) refused.clear();
      else refused.delete(account);
      return stood;
    },
    covers: (account, quietly) => {
      if (refused.size === 0) return false;
      if (quietly && (hasOneLock || refused.has(account))) return true;
      // A second question comes from a person who has read the refusal, and wants the dialog.
      if (told.has(account) || clock.monotonic() >= until) return false;
      told.add(account);
      return true;
    },
  };
}
