/**
 * Asks the person, in a box that no page can draw or press, before a profile that has a key is changed so that the key speaks elsewhere, for
 * somebody else or for more. Without it a window that was taken over could have the company's key sign for its own gateway.
 */
import { plainText } from '../../contracts/base/plain-text';
import { PRACTICE_PROFILE_ID } from '../../contracts/profile/practice';
import type { Profile } from '../../contracts/profile/profile';
import { fail, ok, type Result } from '../../contracts/base/result';
import type { AdminLock } from '../locks/admin-lock';
import type { NewAuditEntry } from '../audit/audit-log';
import type { Clock } from '../base/clock';
import { createDialogBackOff } from './dialog-back-off';
import { providerHost } from '../providers/http';
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
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly audit: (entry: NewAuditEntry) => void;
}

/**
 * Says whether these profiles may be saved now, asking once for all. Fails with `cancelled` when the person says no, said no a moment ago or another
 * question is open (so a page can neither pile up dialogs nor ask until somebody is tired), and as saving them would. An admin who has typed the passphrase a moment ago is asked only before a key is
 * sent to another host.
 */
export type ConfirmChange = (wanted: readonly Profile[]) => Promise<Result<null>>;

export function createChangeQuestion({
  find,
  admitted,
  hasKey,
  adminLock,
  ask,
  clock,
  audit,
}: ChangeQuestionPorts): ConfirmChange {
  let open = false;
  const backOff = createDialogBackOff(clock);

  const refuse = (profileId: string, sentence: string, retryAfterMs?: number): Result<null> => {
    audit({ what: 'refusal', profileId, purpose: 'profile', reason: 'cancelled' });
    return fail('cancelled', sentence, 'none', retryAfterMs === undefined ? {} : { retryAfterMs });
  };

  return async (wanted) => {
    const risky: { readonly profile: Profile; readonly changes: readonly string[] }[] = [];
    let sendsKey = false;
    for (const each of wanted) {
      const kept = admitted(each);
      if (!kept.ok) return kept;
      const before = find(each.id);
      // The Practice line's key is for this computer alone, and where it goes nobody can change.
      if (before === null || each.id === PRACTICE_PROFILE_ID || !hasKey(each.id)) continue;
      const changes = riskyChanges(before, kept.value);
      if (changes.length > 0) risky.push({ profile: before, changes });
      const host = providerHost(kept.value.provider);
      sendsKey ||= host !== null && host !== providerHost(before.provider);
    }
    const [first] = risky;
    if (first === undefined) return ok(null);
    const lock = await adminLock.state();
    // Tokens are for minutes, and the admin is here. A key that leaves for another host is lost for good: that is asked about always.
    if (lock.configured && lock.unlocked && !sendsKey) return ok(null);
    const { profile } = first;
    if (open) return refuse(profile.id, 'Ringfence is asking about another change already. Answer that first.');
    const pauseMs = backOff.pauseMs();
    if (pauseMs > 0)
      return refuse(
        profile.id,
        `Nothing was changed: you said no a moment ago. Ringfence asks again in ${Math.ceil(pauseMs / 1000)} s.`,
        pauseMs,
      );
    open = true;
    try {
      const named = ({ name, id }: Profile): string => `"${plainText(name, 60)}" (${id})`;
      const lines = risky.flatMap((one) => [...(risky.length === 1 ? [] : [`${named(one.profile)}:`]), ...one.changes]);
      const detail =
        lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES), `and ${lines.length - MOST_LINES} more`] : lines;
      const agreed = await ask({
        title: 'Change what a key is used for?',
        message:
          risky.length === 1
            ? `${named(profile)} has a key. Change what it is used for?`
            : `${risky.length} of these profiles have a key. Change what their keys are used for?`,
        detail: `${detail.join('\n')}\n\nIf you did not ask for this just now, press Cancel and tell your admin.`,
        agree: 'Change it',
      });
      backOff.answered(agreed);
      return agreed ? ok(null) : refuse(profile.id, 'Nothing was changed: you said no.');
    } finally {
      open = false;
    }
  };
}
