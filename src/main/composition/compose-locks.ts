/** The two locks: the admin's, over keys, profiles and policy, and the phone's own. */
import { join } from 'node:path';
import type { BrowserWindow } from 'electron';
import { PRACTICE_PROFILE_ID } from '../../contracts/profile/practice';
import { ADMIN_LOCK_VERSION, adminLockDocument, openAdminLock, type AdminLock } from '../locks/admin-lock';
import type { AuditLog } from '../audit/audit-log';
import type { Clock } from '../base/clock';
import { isScreenLocked } from '../desktop/power';
import { createJsonFile } from '../base/json-file';
import type { Log } from '../base/log';
import type { Notify } from '../ipc/notify';
import { scryptChecks } from '../locks/passphrase-verifier';
import { createPhoneLock, type PhoneLock } from '../locks/phone-lock';
import type { SecretStore } from '../secrets/secret-store';
import { freshPhonePage } from '../windows/window';
import type { TokenSide } from './compose-tokens';
import type { OpenedFiles } from './open-files';

export interface Locks {
  readonly adminLock: AdminLock;
  readonly phoneLock: PhoneLock;
}

export interface LockPorts {
  readonly folder: string;
  readonly files: OpenedFiles;
  readonly keychain: SecretStore;
  readonly tokens: TokenSide;
  readonly audit: AuditLog;
  readonly notify: Notify;
  readonly clock: Clock;
  readonly log: Log;
  readonly phoneWindow: () => BrowserWindow | null;
}

export async function composeLocks({
  folder,
  files: { profiles },
  keychain,
  tokens,
  audit,
  notify,
  clock,
  log,
  phoneWindow,
}: LockPorts): Promise<Locks> {
  const adminLock = await openAdminLock({
    file: createJsonFile({
      path: join(folder, 'admin-lock.json'),
      schema: adminLockDocument,
      version: ADMIN_LOCK_VERSION,
      migrations: {},
      holds: 'admin lock',
      now: clock.wall,
    }),
    keychain,
    passphrases: scryptChecks,
    hadKeychain: profiles.hasKeptKeys(),
    account: `${profiles.installId}/admin-lock`,
    clock,
    audit: audit.append,
    onChanged: (state) => notify('admin.changed', state),
  });
  if (adminLock.notice !== null) log.warn(adminLock.notice);
  const phoneLock = createPhoneLock({
    clock,
    activeProfileId: profiles.activeProfileId,
    onScreenLock: () => profiles.find(profiles.activeProfileId())?.policy.onScreenLock ?? 'keep',
    isScreenLocked,
    dropGrants: () => {
      tokens.tests.endAll();
      for (const { id } of profiles.profiles()) {
        tokens.renewal.forget(id);
        tokens.requests.forget(id);
      }
    },
    revoke: async () => {
      await Promise.all([tokens.voice.endAll({ cause: 'hung-up', details: '' }), tokens.broker.revokeAll(null)]);
    },
    forgetLine: async () => {
      tokens.forgetKey();
      const chosen = await profiles.select(PRACTICE_PROFILE_ID);
      if (!chosen.ok) log.warn(`the line could not be left: ${chosen.failure.sentence}`);
      tokens.tellProfiles();
    },
    endWindow: (leaveWithinMs) => freshPhonePage(phoneWindow(), leaveWithinMs, clock, log),
    audit: audit.append,
    onChanged: (state) => {
      tokens.allowGateways();
      notify('phone.locked', state);
    },
  });
  return { adminLock, phoneLock };
}
