/**
 * Asks the person, in a box that no page can draw or press, before a profile that has a key is changed so that the key speaks elsewhere, for
 * somebody else or for more. Without it a window that was taken over could have the company's key sign for its own gateway.
 */
import { plainText } from '../contracts/plain-text';
import { PRACTICE_PROFILE_ID } from '../contracts/practice';
import type { Profile } from '../contracts/profile';
import { fail, ok, type Result } from '../contracts/result';
import type { AdminLock } from './admin-lock';
import type { NewAuditEntry } from './audit-log';
import { riskyChanges } from './risky-change';

/** More lines than fit a box are counted, not shown; the first are the weightiest. */
const MOST_LINES = 14;

export interface NativeQuestion {
  readonly title: string;
  readonly message: string;
  /** What would change, a line each. */
  readonly detail: string;
  /** The button that agrees; the other one cancels, and is the default. */
  readonly agree: string;
}

export interface ChangeQuestionPorts {
  /** As it is now, with the policy that holds. */
  readonly find: (profileId: string) => Profile | null;
  /** What would be kept of it, with the policy that holds; fails as saving it would. */
  readonly admitted: (wanted: Profile) => Result<Profile>;
  readonly hasKey: (profileId: string) => boolean;
  readonly adminLock: Pick<AdminLock, 'state'>;
  readonly ask: (question: NativeQuestion) => Promise<boolean>;
  readonly audit: (entry: NewAuditEntry) => void;
}

/**
 * Says whether these profiles may be saved now, asking once for all. Fails with `cancelled` when the person says no or another question is open
 * (so a page can't pile up boxes), and as saving them would. An admin who has typed the passphrase a moment ago is not asked again.
 */
export type ConfirmChange = (wanted: readonly Profile[]) => Promise<Result<null>>;

export function createChangeQuestion({ find, admitted, hasKey, adminLock, ask, audit }: ChangeQuestionPorts): ConfirmChange {
  let open = false;

  const refuse = (profileId: string, sentence: string): Result<null> => {
    audit({ what: 'refusal', profileId, purpose: 'profile', reason: 'cancelled' });
    return fail('cancelled', sentence);
  };

  return async (wanted) => {
    const risky: { readonly profile: Profile; readonly changes: readonly string[] }[] = [];
    for (const each of wanted) {
      const kept = admitted(each);
      if (!kept.ok) return kept;
      const before = find(each.id);
      // The Practice line's key is for this computer alone, and where it goes nobody can change.
      if (before === null || each.id === PRACTICE_PROFILE_ID || !hasKey(each.id)) continue;
      const changes = riskyChanges(before, kept.value);
      if (changes.length > 0) risky.push({ profile: before, changes });
    }
    const [first] = risky;
    if (first === undefined) return ok(null);
    const lock = await adminLock.state();
    if (lock.configured && lock.unlocked) return ok(null);
    const { profile } = first;
    if (open) return refuse(profile.id, 'Ringfence is asking about another change already. Answer that first.');
    open = true;
    try {
      const named = ({ name, id }: Profile): string => `"${plainText(name, 60)}" (${id})`;
      const lines = risky.flatMap((one) => [...(risky.length === 1 ? [] : [`${named(one.profile)}:`]), ...one.changes]);
      const detail = lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES), `and ${lines.length - MOST_LINES} more`] : lines;
      const agreed = await ask({
        title: 'Change what a key is used for?',
        message: risky.length === 1 ? `${named(profile)} has a key. Change what it is used for?` : `${risky.length} of these profiles have a key. Change what their keys are used for?`,
        detail: `${detail.join('\n')}\n\nIf you did not ask for this just now, press Cancel and tell your admin.`,
        agree: 'Change it',
      });
      return agreed ? ok(null) : refuse(profile.id, 'Nothing was changed: you said no.');
    } finally {
      open = false;
    }
  };
}
