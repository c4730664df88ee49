/** A computer on which commands are run one after the other, each as a process of its own: its keychain, clock, terminal and gateways are the test's. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { profile as profileSchema, type ProfileInput } from '../../../src/contracts/profile/profile';
import { fail, ok, type Result } from '../../../src/contracts/base/result';
import { adminLockDocument, ADMIN_LOCK_VERSION, openAdminLock } from '../../../src/main/locks/admin-lock';
import { readCommandLine } from '../../../src/main/cli/command-line';
import type { Answer } from '../../../src/main/cli/answer';
import type { ProbeOutcome } from '../../../src/main/cli/gateway-probe';
import { createJsonFile } from '../../../src/main/base/json-file';
import type { PassphraseChecks } from '../../../src/main/locks/passphrase-verifier';
import {
  openProfileStore,
  profileMigrations,
  profilesDocument,
  PROFILES_VERSION,
} from '../../../src/main/profiles/profile-store';
import { runCommand, type CommandHost } from '../../../src/main/cli/run-command';
import { madeKey, type OfferedKey } from '../../../src/main/secrets/offered-key';
import { Secret } from '../../../src/main/secrets/secret';
import { fakeKeychain } from './key-fixture';
import { temporaryFolder } from '../temporary-folder';

/** Not scrypt: its time is for passphrase-verifier.test.ts. */
const plainChecks: PassphraseChecks = {
  verifierFor: (passphrase) => Promise.resolve(Secret.fromText(passphrase.padEnd(40, '.'))),
  fits: (passphrase, verifier) =>
    Promise.resolve(verifier.use((bytes) => Buffer.from(bytes).toString()) === passphrase.padEnd(40, '.')),
};

export const SET = 'keys set --profile work --slot active';
export const SET_NEXT = 'keys set --profile work --slot next';

/** A profile for a file, of the environment staging. */
export const line = (id: string, more: Partial<ProfileInput> = {}): ProfileInput => ({
  id,
  name: `Line ${id}`,
  environment: 'staging',
  provider: { kind: 'local-jwt', audience: 'pbx' },
  identity: `${id}@pbx.example.com`,
  gatewayUrl: 'wss://pbx.example.com/ws',
  presentation: { kind: 'query' },
  policy: { tokenLifeS: 600 },
  ...more,
});

export interface Computer {
  readonly folder: string;
  readonly run: (words: string) => Promise<Answer>;
  readonly keychain: ReturnType<typeof fakeKeychain>;
  readonly world: {
    now: number;
    isOpen: boolean;
    input: Result<OfferedKey>;
    passphrase: Result<string>;
    probed: string[];
    waited: number[];
    outcome: ProbeOutcome;
  };
  /** Writes a file of these profiles; the value is its path. */
  readonly fileOf: (...profiles: readonly ProfileInput[]) => Promise<string>;
  /** Lets standard input hold another key; the value is its fingerprint. */
  readonly give: () => string;
  readonly setPassphrase: (passphrase: string) => Promise<void>;
  readonly audited: () => Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** Its folder goes when the test is over. */
export async function computer(): Promise<Computer> {
  const folder = await temporaryFolder();
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const keychain = fakeKeychain();
  const world: Computer['world'] = {
    now: Date.UTC(2026, 10, 21),
    isOpen: false,
    input: ok(madeKey(Secret.generate())),
    passphrase: fail('admin-locked', 'no terminal'),
    probed: [],
    waited: [],
    outcome: { reached: true, status: 401, aheadMs: 0, tookMs: 3 },
  };
  const clock = { wall: () => world.now, monotonic: () => world.now, after: () => () => undefined };
  const host: CommandHost = {
    folder,
    policyPlace: { path: join(folder, 'policy.json'), owners: [0, process.getuid?.() ?? 0] },
    versions: { ringfence: '1.0.0', electron: '45.4.1', node: '24.0.0' },
    claimFolder: () => !world.isOpen,
    keychain,
    passphrases: plainChecks,
    clock,
    startedAt: world.now,
    terminal: {
      readKey: () => Promise.resolve(world.input),
      readPassphrase: () => Promise.resolve(world.passphrase),
      wait: (ms) => {
        world.waited.push(ms);
        world.now += ms;
        return Promise.resolve();
      },
    },
    sound: { platform: 'linux', runtimeDir: '', pulseServer: 'unix:/run/pulse', pcm: '/nowhere' },
    probe: () => (url) => {
      world.probed.push(url);
      return Promise.resolve(world.outcome);
    },
  };
  return {
    folder,
    keychain,
    world,
    run: async (words) => {
      const read = readCommandLine(words.split(' '));
      if (read?.ok !== true) throw new Error(`"${words}" is no command`);
      // Each run is a process of its own.
      return runCommand(read.command, { ...host, startedAt: world.now });
    },
    fileOf: async (...profiles) => {
      const path = join(folder, 'lines.json');
      await writeFile(
        path,
        JSON.stringify({
          format: 'ringfence-profiles',
          version: 1,
          profiles: profiles.map((each) => profileSchema.parse(each)),
        }),
      );
      return path;
    },
    give: () => {
      const secret = Secret.generate();
      world.input = ok(madeKey(secret));
      return secret.fingerprint;
    },
    setPassphrase: async (passphrase) => {
      const { installId } = await openProfileStore(
        createJsonFile({
          path: join(folder, 'profiles.json'),
          schema: profilesDocument,
          version: PROFILES_VERSION,
          migrations: profileMigrations,
          holds: 'profiles',
          now: clock.wall,
        }),
      );
      const file = createJsonFile({
        path: join(folder, 'admin-lock.json'),
        schema: adminLockDocument,
        version: ADMIN_LOCK_VERSION,
        migrations: {},
        holds: 'admin lock',
        now: clock.wall,
      });
      const lock = await openAdminLock({
        file,
        keychain,
        passphrases: plainChecks,
        account: `${installId}/admin-lock`,
        hadKeychain: false,
        clock,
        audit: () => undefined,
        onChanged: () => undefined,
      });
      expect(await lock.setPassphrase(null, passphrase)).toMatchObject({ ok: true });
    },
    audited: async () =>
      (await readFile(join(folder, 'audit.jsonl'), 'utf8').catch(() => ''))
        .split('\n')
        .flatMap((each) => (each === '' ? [] : [JSON.parse(each) as Record<string, unknown>])),
  };
}

/** One that knows the profile "work". */
export async function withLine(more: Partial<ProfileInput> = {}): Promise<Computer> {
  const made = await computer();
  expect(await made.run(`profiles import ${await made.fileOf(line('work', more))} --apply`)).toMatchObject({ exit: 0 });
  return made;
}
