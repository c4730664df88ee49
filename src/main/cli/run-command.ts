/** The composition root of a run without a window: opens what a command needs, in the order that keeps it from meeting a running app. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { PRACTICE_PROFILE_ID } from '../../contracts/profile/practice';
import { DEFAULT_POLICY } from '../policy/policy-file';
import { fail, ok, type Result } from '../../contracts/base/result';
import { ADMIN_LOCK_VERSION, adminLockDocument, openAdminLock, type AdminLock } from '../locks/admin-lock';
import { hostname } from 'node:os';
import type { NewAuditEntry } from '../audit/audit-log';
import { createAuditTrail } from '../audit/audit-trail';
import type { Clock } from '../base/clock';
import { EXIT, HELP, type Command } from './command-line';
import { done, failed, refusal, type Answer } from './answer';
import { doctor } from './doctor';
import type { Probe } from './gateway-probe';
import { importProfiles } from './import-profiles';
import { listKeys } from './list-keys';
import { publicKey } from './public-key';
import { rotateKey } from './rotate-key';
import { setKey } from './set-key';
import { verifyAuditLog } from './verify-audit';
import { checkSound, type SoundPlaces } from './sound-devices';
import type { Terminal } from './terminal';
import { createJsonFile } from '../base/json-file';
import { folderProblem } from '../base/usable-folder';
import { createKeys, type Keys } from '../keys/keys';
import { openManagedPolicy, type ManagedPolicy } from '../policy/managed-policy';
import type { TrustedPlace } from '../policy/trusted-file';
import type { PassphraseChecks } from '../locks/passphrase-verifier';
import { guardProfiles } from '../profiles/profile-guard';
import { openProfileStore, profilesFile, type ProfileStore } from '../profiles/profile-store';
import { admitAdmin } from '../locks/required-admin-lock';
import { namedAuthorities } from '../base/authorities';
import { auditAccount, createAuditSeals } from '../secrets/audit-seals';
import { createMemoryStore } from '../secrets/memory-store';
import type { OfferedKey } from '../secrets/offered-key';
import type { SecretStore } from '../secrets/secret-store';

/** What the computer and the app give. */
export interface CommandHost {
  /** The installation's folder. */
  readonly folder: string;
  /** Where the admin's policy file is. */
  readonly policyPlace: TrustedPlace;
  readonly versions: { readonly ringfence: string; readonly electron: string; readonly node: string };
  /** Claims the folder for this process; false: the app is open. */
  readonly claimFolder: () => boolean;
  readonly keychain: SecretStore;
  readonly passphrases: PassphraseChecks;
  readonly clock: Clock;
  /** When this process began, by the monotonic clock. */
  readonly startedAt: number;
  readonly terminal: Terminal;
  readonly sound: SoundPlaces;
  readonly probe: () => Probe;
}

/** What a run of the app holds, too. */
interface CommandContext {
  readonly stored: ProfileStore;
  readonly managed: ManagedPolicy;
  readonly profiles: ProfileStore;
  readonly keys: Keys;
  readonly adminLock: AdminLock;
  readonly notices: readonly string[];
}

/** `audit` null: only looked at, so that nothing on disk changes, not even a damaged file; the app may be open. */
async function openContext(
  { folder, policyPlace, keychain, passphrases, clock, startedAt }: CommandHost,
  audit: ((entry: NewAuditEntry) => void) | null,
): Promise<CommandContext> {
  const now = clock.wall;
  const readOnly = audit === null;
  const write = audit ?? (() => undefined);
  const [stored, managed] = await Promise.all([
    openProfileStore(profilesFile(folder, { now, readOnly })),
    // What is wrong with it is told by the doctor.
    openManagedPolicy({ place: policyPlace, onProblem: () => undefined }),
  ]);
  const profiles = guardProfiles(stored, managed);
  const keys = createKeys({
    keychain,
    memory: createMemoryStore(),
    profiles,
    audit: write,
    clock,
    onChanged: () => undefined,
  });
  const adminLock = await openAdminLock({
    file: createJsonFile({
      path: join(folder, 'admin-lock.json'),
      schema: adminLockDocument,
      version: ADMIN_LOCK_VERSION,
      migrations: {},
      holds: 'admin lock',
      now,
      readOnly,
    }),
    keychain,
    passphrases,
    hadKeychain: profiles.hasKeptKeys(),
    account: `${stored.installId}/admin-lock`,
    clock,
    audit: write,
    onChanged: () => undefined,
    startedAt,
  });
  return {
    stored,
    managed,
    profiles,
    keys,
    adminLock,
    notices: [stored.notice, adminLock.notice].filter((notice) => notice !== null),
  };
}

/** The window asks, because a page could have been taken over. Here a person (or an admin's script) wrote `--apply` and can see first what would change. */
const confirmChange = (): Promise<Result<null>> => Promise.resolve(ok(null));

/** What was answered without a file that should have been there is no success. */
function withNotices(answer: Answer, { notices }: CommandContext): Answer {
  if (notices.length === 0) return answer;
  return {
    ...answer,
    exit: answer.exit === EXIT.done ? EXIT.file : answer.exit,
    err: `${answer.err}${notices.map((notice) => `${notice}\n`).join('')}`,
  };
}

type Writing = Extract<Command, { readonly passphraseFd: number | null }>;

/** Whether an admin's command may go on. Fails as `admitAdmin` and `AdminLock.unlock` do. */
async function admit({ adminLock, managed }: CommandContext, passphrase: string | null): Promise<Result<null>> {
  if (passphrase !== null) {
    const unlocked = await adminLock.unlock(passphrase);
    if (!unlocked.ok) return unlocked;
  }
  return admitAdmin(adminLock, () => managed.adminLock() === 'required')();
}

async function change(host: CommandHost, command: Writing): Promise<Answer> {
  let offered: OfferedKey | null = null;
  if (command.name === 'keys set') {
    const read = await host.terminal.readKey();
    if (!read.ok) return failed(read.failure);
    offered = read.value;
  }
  // Asked for before the folder is claimed: nobody who opens the app meanwhile waits for a person at a terminal.
  const { adminLock, managed: demands } = await openContext(host, null);
  const unanswered = await adminLock.unanswered();
  if (unanswered !== null) return failed(unanswered);
  const asked = (await adminLock.state()).configured ? await host.terminal.readPassphrase(command.passphraseFd) : null;
  if (asked?.ok === false) return failed(asked.failure);
  // After a wrong try each run waits anew: it is waited for here, or no run would ever get in.
  const waitMs = asked === null ? 0 : ((await adminLock.state()).retryAt ?? 0) - host.clock.wall();
  if (waitMs > 0)
    await host.terminal.wait(
      waitMs,
      `The last admin passphrase was wrong: this one is tried in ${Math.ceil(waitMs / 1000)} s.`,
    );
  const unusable = folderProblem(host.folder);
  if (unusable !== null) return refusal(EXIT.file, unusable);
  if (!host.claimFolder())
    return refusal(
      EXIT.running,
      'Ringfence is running: quit it first, or use its window. Where it is another command, try again when that is done.',
    );

  const problems: string[] = [];
  let tellInstallation: (installId: string) => void = () => undefined;
  const account = new Promise<string>((resolve) => {
    tellInstallation = (installId) => resolve(auditAccount(installId));
  });
  const log = createAuditTrail({
    path: auditPath(host),
    seals: createAuditSeals(host.keychain, () => account, host.clock),
    clock: host.clock,
    random: Math.random,
    sender: { hostname: hostname(), processId: process.pid, version: host.versions.ringfence },
    authorities: ({ authorities }) => namedAuthorities(authorities),
    demands,
    onAppended: () => undefined,
    onProblem: () =>
      problems.push('The audit log could not be written: check the disk and the rights of its folder.\n'),
    onNotice: () => undefined,
  });
  const audit = (entry: NewAuditEntry): void => log.append(isMarked(entry) ? { ...entry, via: 'command-line' } : entry);
  const context = await openContext(host, audit);
  tellInstallation(context.stored.installId);
  const admitted = await admit(context, asked?.value ?? null);
  const answer = admitted.ok ? await carryOut(host, context, audit, command, offered) : failed(admitted.failure);
  if (!admitted.ok)
    audit({
      what: 'refusal',
      profileId: '',
      purpose: command.name === 'profiles import' ? 'profile' : 'key',
      reason: admitted.failure.reason,
    });
  await log.close();
  return withNotices({ ...answer, err: `${answer.err}${problems.join('')}` }, context);
}

const auditPath = ({ folder }: CommandHost): string => join(folder, 'audit.jsonl');

type Marked = Extract<NewAuditEntry, { readonly what: 'key' | 'profile' | 'file' | 'refusal' | 'admin' }>;
const isMarked = (entry: NewAuditEntry): entry is Marked =>
  ['key', 'profile', 'file', 'refusal', 'admin'].includes(entry.what);

function carryOut(
  { clock }: CommandHost,
  { stored, managed, profiles, keys }: CommandContext,
  audit: (entry: NewAuditEntry) => void,
  command: Writing,
  offered: OfferedKey | null,
): Promise<Answer> {
  switch (command.name) {
    case 'keys set':
      return offered === null
        ? Promise.resolve(failed(fail('key-unusable', 'Standard input holds no key.').failure))
        : setKey({ profiles, keys, audit }, command, offered);
    case 'keys rotate':
      return rotateKey({ profiles, keys, audit, now: clock.wall }, command);
    case 'profiles import':
      return importProfiles({ stored, managed, profiles, confirmChange, clock, newId: randomUUID, audit }, command);
  }
}

function verified(host: CommandHost, { stored }: CommandContext, as: { readonly json: boolean }): Promise<Answer> {
  const account = auditAccount(stored.installId);
  return verifyAuditLog(
    { path: auditPath(host), seals: createAuditSeals(host.keychain, () => Promise.resolve(account), host.clock) },
    as,
  );
}

/** Runs a command to its end. Rejects only for a bug. */
export async function runCommand(command: Command, host: CommandHost): Promise<Answer> {
  switch (command.name) {
    case 'help':
      return done(HELP);
    case 'keys list': {
      const context = await openContext(host, null);
      return withNotices(
        await listKeys({ profiles: context.profiles, keys: context.keys, now: host.clock.wall }, command),
        context,
      );
    }
    case 'audit verify':
      return verified(host, await openContext(host, null), command);
    case 'public-key': {
      const context = await openContext(host, null);
      return withNotices(await publicKey(context, command), context);
    }
    case 'doctor': {
      const context = await openContext(host, null);
      const { stored, profiles, keys, managed, adminLock } = context;
      return doctor(
        {
          versions: host.versions,
          profilesNotice: stored.notice,
          adminLockNotice: adminLock.notice,
          profiles: profiles.profiles(),
          keys,
          policyFile: managed.effective({ id: PRACTICE_PROFILE_ID, environment: 'practice', policy: DEFAULT_POLICY })
            .file,
          policyPath: host.policyPlace.path,
          passphraseMissing: managed.adminLock() === 'required' && !(await adminLock.state()).configured,
          auditLog: () => verified(host, context, { json: false }),
          sound: () => checkSound(host.sound),
          probe: host.probe(),
        },
        command,
      );
    }
    case 'profiles import':
      if (!command.apply) {
        const context = await openContext(host, null);
        return withNotices(
          await importProfiles(
            { ...context, confirmChange, clock: host.clock, newId: randomUUID, audit: () => undefined },
            command,
          ),
          context,
        );
      }
      return change(host, command);
    case 'keys set':
    case 'keys rotate':
      return change(host, command);
  }
}
