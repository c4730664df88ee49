/** The agent's preferences and the size of the window, each in a small JSON file. */
import { z } from 'zod';
import { settings, type Settings } from '../../contracts/settings';
import { ok, type Result } from '../../contracts/base/result';
import type { JsonFile } from '../base/json-file';
import { createSerial } from '../base/serial';

export const SETTINGS_VERSION = 1;

export const settingsDocument = z.object({ version: z.literal(SETTINGS_VERSION), settings });
export type SettingsDocument = z.infer<typeof settingsDocument>;

export interface SettingsStore {
  readonly current: () => Settings;
  /** A sentence about a file that was set aside, or null. */
  readonly notice: string | null;
  /** Changes what is given, keeps the rest; answers with all. Fails with `file-unreadable`. */
  readonly change: (part: { readonly [K in keyof Settings]?: Settings[K] | undefined }) => Promise<Result<Settings>>;
}

/** Opens the store; a missing or damaged file starts with the defaults. */
export async function openSettingsStore(file: JsonFile<SettingsDocument>): Promise<SettingsStore> {
  const loaded = await file.load();
  let current = loaded.value?.settings ?? settings.parse({});
  const serial = createSerial();
  return {
    current: () => current,
    notice: loaded.notice,
    change: (part) =>
      serial(async () => {
        const wanted = settings.parse({ ...current, ...part });
        const saved = await file.save({ version: SETTINGS_VERSION, settings: wanted });
        if (!saved.ok) return saved;
        current = wanted;
        return ok(current);
      }),
  };
}
