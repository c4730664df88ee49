/** What the installation's folder holds, opened side by side; what had to be set aside is told in one notice. */
import { join } from 'node:path';
import { settings as settingsSchema } from '../../contracts/settings';
import type { Clock } from '../base/clock';
import { createJsonFile, type JsonFile } from '../base/json-file';
import type { Log } from '../base/log';
import { openManagedPolicy, type ManagedPolicy } from '../policy/managed-policy';
import type { TrustedPlace } from '../policy/trusted-file';
import { openRunRecord, runDocument, RUN_RECORD_VERSION, type RunRecord } from '../settings/run-record';
import { guardProfiles } from '../profiles/profile-guard';
import { openProfileStore, profilesFile, type ProfileStore } from '../profiles/profile-store';
import { openSettingsStore, settingsDocument, SETTINGS_VERSION, type SettingsStore } from '../settings/settings-store';
import { windowState, WINDOW_STATE_VERSION, type WindowState } from '../windows/window';

/** Longest notice that the window shows, characters. */
export const NOTICE_LENGTH = 300;

export interface OpenedFiles {
  /** The profiles as the user saved them. */
  readonly stored: ProfileStore;
  /** The same as they hold: under the admin's policy file and the environments' guard. */
  readonly profiles: ProfileStore;
  readonly settings: SettingsStore;
  readonly managed: ManagedPolicy;
  readonly run: RunRecord;
  readonly windowFile: JsonFile<WindowState>;
  readonly windowState: WindowState | null;
  /** What had to be set aside, in words; empty when nothing was. */
  readonly notice: string;
}

export interface FilesHost {
  readonly folder: string;
  readonly policyPlace: TrustedPlace;
  readonly clock: Clock;
  readonly log: Log;
}

export async function openFiles({ folder, policyPlace, clock, log }: FilesHost): Promise<OpenedFiles> {
  const now = clock.wall;
  const windowFile = createJsonFile({
    path: join(folder, 'window.json'),
    schema: windowState,
    version: WINDOW_STATE_VERSION,
    migrations: {},
    holds: "window's size",
    now,
  });
  const [stored, settings, run, state, managed] = await Promise.all([
    openProfileStore(profilesFile(folder, { now })),
    openSettingsStore(
      createJsonFile({
        path: join(folder, 'settings.json'),
        schema: settingsDocument,
        version: SETTINGS_VERSION,
        migrations: {},
        holds: 'settings',
        empty: () => ({ version: SETTINGS_VERSION, settings: settingsSchema.parse({}) }),
        now,
      }),
    ),
    openRunRecord(
      createJsonFile({
        path: join(folder, 'run.json'),
        schema: runDocument,
        version: RUN_RECORD_VERSION,
        migrations: {},
        holds: 'last run',
        now,
      }),
    ),
    windowFile.load(),
    openManagedPolicy({ place: policyPlace, onProblem: (sentence) => log.warn(sentence) }),
  ]);
  const profiles = guardProfiles(stored, managed);
  const notice = [profiles.notice, settings.notice, run.notice, state.notice]
    .filter((each) => each !== null)
    .join(' ')
    .slice(0, NOTICE_LENGTH);
  if (notice !== '') log.warn(notice);
  return { stored, profiles, settings, run, managed, windowFile, windowState: state.value, notice };
}
