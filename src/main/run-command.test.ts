import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { profile as profileSchema, type ProfileInput } from '../contracts/profile';
import { fail, ok, type Result } from '../contracts/result';
import { fakeKeychain } from '../../test/support/key-house';
import { temporaryFolder } from '../../test/support/temporary-folder';
import { adminLockDocument, ADMIN_LOCK_VERSION, openAdminLock } from './admin-lock';
import { readCommandLine } from './command-line';
import type { Answer } from './commands/answer';
import type { ProbeOutcome } from './commands/gateway-probe';
import { createJsonFile } from './json-file';
import type { PassphraseChecks } from './passphrase-verifier';
import { openProfileStore, profileMigrations, profilesDocument, PROFILES_VERSION } from './profile-store';
import { runCommand, type CommandHost } from './run-command';
import { Secret } from './secrets/secret';

const HOUR = 3_600_000;
/** Not scrypt: its time is for passphrase-verifier.test.ts. */
const plainChecks: PassphraseChecks = {
  verifierFor: (passphrase) => Promise.resolve(Secret.fromText(passphrase.padEnd(40, '.'))),
  fits: (passphrase, verifier) => Promise.resolve(verifier.use((bytes) => Buffer.from(bytes).toString()) === passphrase.padEnd(40, '.')),
};

interface Computer {
  readonly run: (line: string) => Promise<Answer>;
  readonly keychain: ReturnType<typeof fakeKeychain>;
  readonly world: { now: number; isOpen: boolean; input: Result<Secret>; passphrase: Result<string>; probed: string[]; waited: number[]; outcome: ProbeOutcome };
  readonly setPassphrase: (passphrase: string) => Promise<void>;
  readonly audited: () => Promise<readonly Readonly<Record<string, unknown>>[]>;
}

let folder = '';
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const newSecret = (): Secret => Secret.generate();

function computer(): Computer {
  const keychain = fakeKeychain();
  const world: Computer['world'] = { now: Date.UTC(2026, 10, 21), isOpen: false, input: ok(newSecret()), passphrase: fail('admin-locked', 'no terminal'), probed: [], waited: [], outcome: { reached: true, status: 401, aheadMs: 0, tookMs: 3 } };
  const clock = { wall: () => world.now, monotonic: () => world.now, after: () => () => undefined };
  const host: CommandHost = {
    folder,
    policyPath: join(folder, 'policy.json'),
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
    keychain,
    world,
    run: async (line) => {
      const read = readCommandLine(line.split(' '));
      if (read?.ok !== true) throw new Error(`"${line}" is no command`);
      // Each run is a process of its own.
      return runCommand(read.command, { ...host, startedAt: world.now });
    },
    setPassphrase: async (passphrase) => {
      const { installId } = await openProfileStore(createJsonFile({ path: join(folder, 'profiles.json'), schema: profilesDocument, version: PROFILES_VERSION, migrations: profileMigrations, holds: 'profiles', now: clock.wall }));
      const file = createJsonFile({ path: join(folder, 'admin-lock.json'), schema: adminLockDocument, version: ADMIN_LOCK_VERSION, migrations: {}, holds: 'admin lock', now: clock.wall });
      const lock = await openAdminLock({ file, keychain, passphrases: plainChecks, account: `${installId}/admin-lock`, clock, audit: () => undefined, onChanged: () => undefined });
      expect(await lock.setPassphrase(null, passphrase)).toMatchObject({ ok: true });
    },
    audited: async () => (await readFile(join(folder, 'audit.jsonl'), 'utf8').catch(() => '')).split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Record<string, unknown>])),
  };
}

const line = (id: string, more: Partial<ProfileInput> = {}): ProfileInput => ({
  id, name: `Line ${id}`, environment: 'staging', provider: { kind: 'local-jwt', audience: 'pbx' }, identity: `${id}@pbx.example.com`, gatewayUrl: 'wss://pbx.example.com/ws', presentation: { kind: 'query' }, policy: { tokenLifeS: 600 }, ...more,
});
async function fileOf(...profiles: readonly ProfileInput[]): Promise<string> {
  const path = join(folder, 'lines.json');
  await writeFile(path, JSON.stringify({ format: 'ringfence-profiles', version: 1, profiles: profiles.map((each) => profileSchema.parse(each)) }));
  return path;
}
async function withLine(more: Partial<ProfileInput> = {}): Promise<Computer> {
  const made = computer();
  expect(await made.run(`profiles import ${await fileOf(line('work', more))} --apply`)).toMatchObject({ exit: 0 });
  return made;
}
function give(made: Computer, secret: Secret = newSecret()): string {
  made.world.input = ok(secret);
  return secret.fingerprint;
}
const SET = 'keys set --profile work --slot active';
const SET_NEXT = 'keys set --profile work --slot next';

describe('keys set', () => {
  it('keeps the key and answers with its fingerprint alone', async () => {
    const made = await withLine();
    const fingerprint = give(made);
    expect(await made.run(SET)).toEqual({ exit: 0, out: `The active key of "Line work" is ${fingerprint}.\nThe gateway must accept this key.\n`, err: '' });
    expect(await made.audited()).toContainEqual(expect.objectContaining({ what: 'key', change: 'added', fingerprint, via: 'command-line' }));
  });

  it('says what a replaced key means for the gateway', async () => {
    const made = await withLine();
    const first = give(made);
    await made.run(SET);
    give(made);
    expect((await made.run(SET)).out).toContain(`${first} no longer. Then: ringfence keys rotate --profile work --finish`);
  });

  it('refuses what the window refuses: a key of production elsewhere, a key of the wrong kind', async () => {
    const made = await withLine();
    await made.run(`profiles import ${await fileOf(line('live', { environment: 'production' }), line('signed', { provider: { kind: 'local-jwt', audience: 'pbx', algorithm: 'ES256' } }))} --apply`);
    give(made);
    expect(await made.run('keys set --profile live --slot active')).toMatchObject({ exit: 0 });
    expect(await made.run(SET)).toMatchObject({ exit: 1, err: expect.stringContaining('A key of production is used in production alone') as string });
    expect(await made.run('keys set --profile signed --slot active')).toMatchObject({ exit: 1, err: expect.stringContaining('an EC private key') as string });
    expect(await made.audited()).toContainEqual(expect.objectContaining({ what: 'refusal', profileId: 'work', purpose: 'key', reason: 'environment-mixed', via: 'command-line' }));
  });

  it('leaves the Practice line alone, and repeats no profile that is not there', async () => {
    const made = await withLine();
    expect(await made.run('keys set --profile practice --slot active')).toMatchObject({ exit: 1, err: expect.stringContaining('Practice line') as string });
    const id = randomBytes(16).toString('hex');
    const unknown = await made.run(`keys set --profile ${id} --slot active`);
    expect(unknown).toEqual({ exit: 4, out: '', err: 'There is no profile with this id. There are: work.\n' });
    expect(JSON.stringify(await made.audited())).not.toContain(id);
  });

  it('changes nothing without a key, without a keychain, or while the app is open', async () => {
    const made = await withLine();
    made.world.input = fail('key-unusable', 'Standard input holds no key.');
    expect(await made.run(SET)).toMatchObject({ exit: 1 });
    give(made);
    made.keychain.mode = 'gone';
    expect(await made.run(SET)).toMatchObject({ exit: 3 });
    made.keychain.mode = 'locked';
    expect(await made.run(SET)).toMatchObject({ exit: 3 });
    made.keychain.mode = 'open';
    made.world.isOpen = true;
    expect(await made.run(SET)).toEqual({ exit: 5, out: '', err: 'Ringfence is running: quit it first, or use its window.\n' });
    expect((await made.run('keys list')).out).toMatch(/^work +staging +- +- +-$/m);
  });
});

describe('keys list', () => {
  it('shows slots, fingerprints and ages, also while the app is open, and as JSON', async () => {
    const made = await withLine();
    const active = give(made);
    await made.run(SET);
    made.world.now += 3 * 24 * HOUR;
    const next = give(made);
    await made.run(SET_NEXT);
    made.world.now += 2 * HOUR;
    made.world.isOpen = true;
    const { exit, out } = await made.run('keys list');
    expect(exit).toBe(0);
    expect(out.split('\n').slice(0, 4).map((row) => row.split(/ {2,}/))).toEqual([
      ['PROFILE', 'ENVIRONMENT', 'SLOT', 'FINGERPRINT', 'AGE'],
      ['practice', 'practice', '-', '-', '-'],
      ['work', 'staging', 'active', active, '3 days'],
      ['work', 'staging', 'next', next, '2 hours'],
    ]);
    expect(JSON.parse((await made.run('keys list --json')).out)).toMatchObject({ keychain: { available: true }, profiles: [{ profileId: 'practice' }, { profileId: 'work', state: 'in-keychain', keys: [{ slot: 'active', fingerprint: active, ageS: 266_400 }, { slot: 'next', fingerprint: next }] }] });
  });
});

describe('keys rotate', () => {
  it('promotes one token life after the next key came, says what the gateway must do, and finishes', async () => {
    const made = await withLine();
    const old = give(made);
    await made.run(SET);
    expect(await made.run('keys rotate --profile work')).toMatchObject({ exit: 1, err: expect.stringContaining('has no next key') as string });
    const next = give(made);
    await made.run(SET_NEXT);
    made.world.now += 599_000;
    expect(await made.run('keys rotate --profile work')).toMatchObject({ exit: 1, err: expect.stringContaining('Try again in 1 s') as string });
    made.world.now += 1_000;
    expect(await made.run('keys rotate --profile work')).toEqual({
      exit: 0,
      out: `The active key of "Line work" is ${next} now.\nThe gateway must go on accepting ${old} until its tokens have run out (600 s, 2026-11-21T00:20:00.000Z); then remove it there.\nAfter that: ringfence keys rotate --profile work --finish\n`,
      err: '',
    });
    give(made);
    await made.run(SET_NEXT);
    expect(await made.run('keys rotate --profile work --early')).toMatchObject({ exit: 1, err: expect.stringContaining(`${old} is still to be removed`) as string });
    expect(await made.run('keys rotate --profile work --finish')).toMatchObject({ exit: 0, out: expect.stringContaining(`${old} is forgotten`) as string });
    expect(await made.run('keys rotate --profile work --finish')).toMatchObject({ exit: 0, out: expect.stringContaining('nothing is left to do') as string });
    expect(await made.run('keys rotate --profile work --early')).toMatchObject({ exit: 0 });
    expect((await made.audited()).filter(({ what, change }) => what === 'key' && change === 'promoted')).toHaveLength(2);
  });
});

it("a rotation waits one token life of the admin's file", async () => {
  const made = await withLine();
  await writeFile(join(folder, 'policy.json'), JSON.stringify({ version: 1, all: { tokenLifeS: 60 } }));
  give(made);
  await made.run(SET);
  give(made);
  expect((await made.run(SET_NEXT)).out).toContain('One token life (60 s) later');
  made.world.now += 60_000;
  expect(await made.run('keys rotate --profile work')).toMatchObject({ exit: 0 });
});

describe('profiles import', () => {
  it('changes nothing before --apply, and keeps to the rules of the admin', async () => {
    const made = await withLine();
    await writeFile(join(folder, 'policy.json'), JSON.stringify({ version: 1, all: { tokenLifeS: 120 } }));
    const path = await fileOf(line('work', { policy: { tokenLifeS: 900 } }), line('other', { policy: {} }));
    const shown = await made.run(`profiles import ${path}`);
    expect(shown).toMatchObject({ exit: 1, out: expect.stringMatching(/^! work .*policy file.*\n\+ other .*added\n/) as string });
    expect((await made.run('keys list')).out).not.toMatch(/^other/m);
    expect(await made.run(`profiles import ${path} --apply --json`)).toMatchObject({ exit: 1, out: expect.stringContaining('"added": 1') as string });
    expect((await made.run('keys list')).out).toMatch(/^other/m);
    expect(await made.audited()).toContainEqual(expect.objectContaining({ what: 'profile', profileId: 'other', change: 'added', via: 'command-line' }));
  });

  it('says which line of a file is wrong', async () => {
    const made = computer();
    const path = join(folder, 'bad.json');
    await writeFile(path, '{\n  "format": "ringfence-profiles",\n  "version": 1,\n  "profiles": [{ "id": "A B" }]\n}');
    expect(await made.run(`profiles import ${path} --apply`)).toMatchObject({ exit: 7, err: expect.stringMatching(/^Line 4 /) as string });
  });
});

describe('the admin passphrase', () => {
  it('is asked for where something is changed, and never where something is shown', async () => {
    const made = await withLine();
    await made.setPassphrase('correct horse');
    expect(await made.run(SET)).toMatchObject({ exit: 6, err: 'no terminal\n' });
    expect(await made.run('keys list')).toMatchObject({ exit: 0 });
    expect(await made.run('doctor')).toMatchObject({ exit: 0 });
    expect(await made.run(`profiles import ${await fileOf(line('work'))}`)).toMatchObject({ exit: 0 });
    made.world.passphrase = ok('wrong horse');
    expect(await made.run(SET)).toMatchObject({ exit: 6, err: expect.stringContaining('not the admin passphrase') as string });
    made.world.passphrase = ok('correct horse');
    expect(await made.run(SET)).toMatchObject({ exit: 0 });
    // Each run is a new start, and after a wrong try a new start waits.
    expect(made.world.waited).toEqual([1_000]);
    expect(await made.run(SET_NEXT)).toMatchObject({ exit: 1, err: expect.stringContaining('active key') as string });
    expect(made.world.waited).toHaveLength(1);
    expect(await made.audited()).toContainEqual(expect.objectContaining({ what: 'admin', change: 'wrong', via: 'command-line' }));
  });

  it('is wanted by the policy file: nothing is changed until there is one', async () => {
    const made = await withLine();
    await writeFile(join(folder, 'policy.json'), JSON.stringify({ version: 1, adminLock: 'required' }));
    expect(await made.run(SET)).toMatchObject({ exit: 6, err: expect.stringContaining('Set one first') as string });
    expect(await made.run('doctor')).toMatchObject({ exit: 0, out: expect.stringMatching(/^warn {2}Policy file: .*wants an admin passphrase/m) as string });
  });
});

describe('doctor', () => {
  const looked = async (made: Computer): Promise<string> => (await made.run('doctor')).out;

  it('looks at everything, and knocks at each gateway and provider without a token', async () => {
    const made = await withLine();
    await made.run(`profiles import ${await fileOf(line('bought', { provider: { kind: 'sautikit', baseUrl: 'https://api.example.com' }, gatewayUrl: '' }))} --apply`);
    await made.run(SET);
    const { exit, out } = await made.run('doctor');
    expect(exit).toBe(0);
    expect(made.world.probed).toEqual(['wss://pbx.example.com/ws', 'https://api.example.com']);
    expect(out).toMatch(/^ok {4}Runtime: Ringfence 1\.0\.0 on Electron 45\.4\.1, Node 24\.0\.0\.\nok {4}Keychain: .*\nok {4}Sound: .*\nok {4}Policy file: /);
    expect(out).toMatch(/^ok {4}Key of "Line work": The keychain gives out [0-9a-f]{8}\.$/m);
    expect(out).toMatch(/^warn {2}Key of "Line bought": .*\n {6}ringfence keys set --profile bought/m);
    expect(out).toMatch(/\n7 ok, 1 to look at, 0 failed\n$/);
  });

  it.each<[string, ProbeOutcome, RegExp]>([
    ['nothing there', { reached: false, code: 'ECONNREFUSED' }, /^fail {2}Gateway of "Line work": Nothing listens at pbx\.example\.com .*\n {6}Check the port/m],
    ['no such name', { reached: false, code: 'ENOTFOUND' }, /^fail.*was not found/m],
    ['an old certificate', { reached: false, code: 'CERT_HAS_EXPIRED' }, /^fail.*certificate.*\n {6}Check this computer's date/m],
    ['an unknown authority', { reached: false, code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, /^fail.*does not know who issued/m],
    ['another name', { reached: false, code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, /^fail.*for another name/m],
    ['silence', { reached: false, code: 'slow' }, /^fail.*within 5 s/m],
    ['a wrong path', { reached: true, status: 404, aheadMs: 0, tookMs: 1 }, /^warn.*answers 404.*\n {6}Check the path/m],
    ['an ill gateway', { reached: true, status: 502, aheadMs: null, tookMs: 1 }, /^warn.*answers 502.*\n {6}Look into the log/m],
    ['another clock', { reached: true, status: 101, aheadMs: -300_000, tookMs: 1 }, /^fail.*clocks differ.*\n {6}This computer's clock is 5 minutes behind/m],
    ['an open door', { reached: true, status: 101, aheadMs: null, tookMs: 1 }, /^ok {4}Gateway of "Line work": pbx\.example\.com answers \(101\) in 1 ms\.$/m],
  ])('tells of %s', async (_name, outcome, told) => {
    const made = await withLine();
    made.world.outcome = outcome;
    expect(await looked(made)).toMatch(told);
  });

  it('fails on a locked keychain, a policy file with a mistake, and a damaged file of profiles', async () => {
    const made = await withLine();
    await made.run(SET);
    made.keychain.mode = 'locked';
    expect(await looked(made)).toMatch(/^fail {2}Key of "Line work": [0-9a-f]{8} is not given out\.\n {6}.*locked/m);
    made.keychain.mode = 'gone';
    expect(await looked(made)).toMatch(/^fail {2}Keychain: /m);
    await writeFile(join(folder, 'policy.json'), '{\n "version": 1,\n "all": { "tokenLifeS": "long" }\n}');
    expect(await looked(made)).toMatch(/^fail {2}Policy file: Line 3 of the admin's policy file/m);
    await writeFile(join(folder, 'profiles.json'), '{');
    // Looking leaves it where it is: it is told of each time, until somebody mends it.
    for (let again = 0; again < 2; again += 1) expect(await made.run('doctor')).toMatchObject({ exit: 1, out: expect.stringMatching(/^fail {2}Files: The file with your profiles can't be used .*profiles\.json\.$/m) as string });
    expect(await made.run('keys list')).toMatchObject({ exit: 7, err: expect.stringContaining("can't be used") as string });
    expect(await readFile(join(folder, 'profiles.json'), 'utf8')).toBe('{');
    // The app would set it aside as well, and say so.
    expect(await made.run(SET)).toMatchObject({ exit: 4, err: expect.stringContaining('it is kept as profiles.json.damaged-') as string });
  });
});
