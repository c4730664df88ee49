/** Refusals of keys and profiles in the audit log. Grants note their own. */
import type { Result } from '../../contracts/base/result';
import type { NewAuditEntry } from './audit-log';

/** Answers with the outcome; a refusal is noted first. A closed dialog is no refusal. */
export type NoteRefusal = <T>(
  profileId: string,
  about: 'key' | 'profile' | 'watch',
  outcome: Result<T> | Promise<Result<T>>,
) => Promise<Result<T>>;

export function createNoteRefusal(audit: (entry: NewAuditEntry) => void): NoteRefusal {
  return async (profileId, about, outcome) => {
    const result = await outcome;
    if (!result.ok && result.failure.reason !== 'cancelled')
      audit({ what: 'refusal', profileId, purpose: about, reason: result.failure.reason });
    return result;
  };
}
