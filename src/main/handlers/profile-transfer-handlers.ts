/** Import and export of profiles. An import is two steps: a preview with a ticket, and the ticket handed in. */
import { isDeepStrictEqual } from 'node:util';
import type { Handlers } from '../../contracts/ipc/ipc';
import type { Profile } from '../../contracts/profile/profile';
import { fail, ok, type Failure, type Result } from '../../contracts/base/result';
import type { NewAuditEntry } from '../audit/audit-log';
import type { ConfirmChange } from '../consent/change-question';
import type { Clock } from '../base/clock';
import type { ChosenFiles } from '../desktop/chosen-files';
import type { ProfileStore } from '../profiles/profile-store';
import {
  exportProfiles,
  LARGEST_PROFILES_FILE,
  planImport,
  readProfilesFile,
  type ImportPlan,
  type PlanPorts,
} from '../profiles/profile-transfer';

/** A preview that nobody acts on is over by then, ms. */
export const TICKET_LIVES_MS = 15 * 60_000;
const KIND = { name: 'Profiles', extension: 'json' };

export interface TransferPorts extends PlanPorts {
  /** Guarded: saves what the environments and the admin's file allow. */
  readonly profiles: Pick<ProfileStore, 'save'>;
  /** The person's word before a key is used for something else. */
  readonly confirmChange: ConfirmChange;
  readonly files: ChosenFiles;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** A UUID. */
  readonly newId: () => string;
  readonly audit: (entry: NewAuditEntry) => void;
  /** A profile was added or changed. */
  readonly onChanged: (profileId: string) => void;
}

interface Preview {
  readonly ticket: string;
  readonly at: number;
  readonly wanted: readonly Profile[];
  readonly plan: ImportPlan;
}

export function createTransferHandlers(
  ports: TransferPorts,
): Pick<Handlers, 'profiles.export' | 'profiles.import' | 'profiles.applyImport'> {
  const { stored, profiles, confirmChange, files, clock, newId, audit, onChanged } = ports;
  /** The newest alone: the one that is on show. */
  let preview: Preview | null = null;

  const refused = (failure: Failure): Result<never> => {
    if (failure.reason !== 'cancelled')
      audit({ what: 'refusal', profileId: '', purpose: 'profile', reason: failure.reason });
    return { ok: false, failure };
  };
  /** The preview of this ticket, which is used up by asking. */
  const take = (ticket: string): Preview | null => {
    const taken = preview;
    preview = null;
    return taken?.ticket === ticket && clock.monotonic() - taken.at < TICKET_LIVES_MS ? taken : null;
  };

  return {
    'profiles.export': async () => {
      const made = { count: 0 };
      const written = await files.write('Export profiles (without keys)', 'ringfence-profiles.json', KIND, () => {
        const { text, count } = exportProfiles(stored.profiles());
        made.count = count;
        return Promise.resolve(text);
      });
      if (!written.ok) return refused(written.failure);
      audit({ what: 'file', profileId: '', change: 'profiles-exported', count: made.count });
      return ok({ ...written.value, count: made.count });
    },
    'profiles.import': async () => {
      preview = null;
      const chosen = await files.read('Choose a file of profiles', KIND, LARGEST_PROFILES_FILE);
      if (!chosen.ok) return refused(chosen.failure);
      const wanted = readProfilesFile(chosen.value.text);
      if (!wanted.ok) return refused(wanted.failure);
      const plan = planImport(wanted.value, ports);
      const ticket = newId();
      preview = { ticket, at: clock.monotonic(), wanted: wanted.value, plan };
      return ok({ ticket, file: chosen.value.file, entries: [...plan.entries] });
    },
    'profiles.applyImport': async ({ ticket }) => {
      const taken = take(ticket);
      if (taken === null) return refused(fail('cancelled', 'This preview is over: choose the file again.').failure);
      // What was shown is what is done: profiles, keys or the admin's file may have changed since.
      if (!isDeepStrictEqual(planImport(taken.wanted, ports).entries, taken.plan.entries)) {
        return refused(
          fail(
            'invalid-input',
            'Profiles were changed since this preview. Nothing was imported: choose the file again.',
          ).failure,
        );
      }
      const agreed = await confirmChange(taken.plan.saves);
      if (!agreed.ok) return refused(agreed.failure);
      const done = { added: 0, changed: 0 };
      for (const wanted of taken.plan.saves) {
        const saved = await profiles.save(wanted);
        if (!saved.ok) {
          const before = done.added + done.changed;
          return refused(
            before === 0
              ? saved.failure
              : {
                  ...saved.failure,
                  sentence: `${before} of ${taken.plan.saves.length} profiles were imported, "${wanted.name}" could not be saved. Fix that and import again.`,
                },
          );
        }
        done[saved.value] += 1;
        audit({ what: 'profile', profileId: wanted.id, change: saved.value });
        onChanged(wanted.id);
      }
      audit({ what: 'file', profileId: '', change: 'profiles-imported', count: done.added + done.changed });
      return ok(done);
    },
  };
}
