/** The lines: kept, chosen, tested, exported and imported. */
import { z } from 'zod';
import { failureSchema } from '../base/result-schema';
import { connectionTest, connectionTestId } from '../profile/connection-test';
import { profile, profileId, profilesSnapshot } from '../profile/profile';
import { exportDone, importDone, importPreview } from '../profile/profile-transfer';
import { nothing, type Channel } from './channel';

export const profilesChannels = {
  'profiles.snapshot': { input: nothing, output: profilesSnapshot, windows: ['phone'] },
  /** Adds the profile or replaces the one with the same id. */
  'profiles.save': { input: profile, output: profilesSnapshot, windows: ['phone'], admin: true, noted: true },
  /** Removes a profile and its keys. The Practice line stays. */
  'profiles.remove': {
    input: z.strictObject({ profileId }),
    output: profilesSnapshot,
    windows: ['phone'],
    admin: true,
    noted: true,
  },
  'profiles.select': { input: z.strictObject({ profileId }), output: profilesSnapshot, windows: ['phone'] },
  /** Mints for a test of the connection: past the line's rate, at one of its own; a key that its provider refused before is tried again. */
  'profiles.test': {
    input: z.strictObject({ profileId }),
    output: connectionTest,
    windows: ['phone'],
    admin: true,
    line: true,
  },
  /** The test is over: its revocable token is given back. */
  'profiles.testDone': { input: z.strictObject({ testId: connectionTestId }), output: z.null(), windows: ['phone'] },
  /** Main shows the native dialog and writes all profiles but the Practice line; never a key. */
  'profiles.export': { input: nothing, output: exportDone, windows: ['phone'], admin: true },
  /** Main shows the native dialog, reads the file and says what it would change. */
  'profiles.import': { input: nothing, output: importPreview, windows: ['phone'], admin: true },
  /** Does what the preview with this ticket said, or nothing. */
  'profiles.applyImport': {
    input: z.strictObject({ ticket: z.uuid() }),
    output: importDone,
    windows: ['phone'],
    admin: true,
  },
} as const satisfies Record<string, Channel>;

export const profilesNotifications = {
  'profiles.changed': profilesSnapshot,
  /** What main saw of a connect that a test of the connection made: a page learns no more than close code 1006. */
  'profiles.testRefused': z.object({ testId: connectionTestId, failure: failureSchema }),
} as const satisfies Record<string, z.ZodType>;
