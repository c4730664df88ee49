/** The command line as an admin's script uses it: the real Electron main process without a display, a real keyring, real files. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, type TestContext, vi } from 'vitest';
import { z } from 'zod';
import type { ProfileInput } from '../../src/contracts/profile/profile';
import { scryptChecks } from '../../src/main/locks/passphrase-verifier';
import {
  buildCommandApp,
  electronExecutable,
  type CommandApp,
  type CommandEnd,
  type CommandRun,
} from '../support/app/command-app';
import { keyringProblem, startKeyring, type KeyringSession } from '../support/app/keyring-session';
import { needlesOf, searchDirectory, searchTexts } from '../support/security/leak-search';
import { allProcesses } from '../support/app/processes';
import { temporaryFolder } from '../support/temporary-folder';

// Each test starts Electron several times.
vi.setConfig({ testTimeout: 60_000 });

const problem = await keyringProblem();

let app: CommandApp;
beforeAll(async () => {
  app = await buildCommandApp(await electronExecutable());
}, 120_000);
afterAll(() => app.remove());

let folder = '';
let bus = 'disabled:';
const open: KeyringSession[] = [];
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  for (const keyring of open.splice(0)) await keyring.close();
  bus = 'disabled:';
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

async function useKeyring({ skip, task }: TestContext): Promise<KeyringSession> {
  if (problem !== null) Object.assign(task.meta, { skipReason: problem });
  skip(problem !== null, problem ?? '');
  const keyring = await startKeyring();
  open.push(keyring);
  bus = keyring.bus;
  return keyring;
}

const run = (words: readonly string[], more: Partial<CommandRun> = {}): Promise<CommandEnd> =>
  app.run({ words, bus, folder, ...more });

describe('a folder that can not be used', () => {
  it.each<[string, string, RegExp]>([
    ['relative', 'ringfence', /the folder ringfence: it is not a whole path/],
    ['too long', `/tmp/${'x'.repeat(300)}`, /its path is too long/],
    ['where nobody may write', '/proc/ringfence', /can't use the folder \/proc\/ringfence/],
  ])('ends the app with a sentence and 7, and a command too: %s', async (_what, named, sentence) => {
    // The app itself: no words. Nobody sees a box without a display.
    const started = await run([], { named });
    expect([started.exit, started.err]).toEqual([7, expect.stringMatching(sentence)]);
    expect(started.err).not.toContain('runs already');
    const command = await run(['profiles', 'import', '/dev/null', '--apply'], { named });
    expect([command.exit, command.err]).toEqual([7, expect.stringMatching(/can't use the folder|can't be read/)]);
  });
});
const newKey = (): string => randomBytes(32).toString('base64url');

const line = (id: string, more: Partial<ProfileInput> = {}): ProfileInput => ({
  id,
  name: `Line ${id}`,
  environment: 'staging',
  provider: { kind: 'local-jwt', audience: 'pbx' },
  identity: `${id}@pbx.example.com`,
  gatewayUrl: 'ws://127.0.0.1:9/ws',
  presentation: { kind: 'query' },
  policy: { tokenLifeS: 300 },
  ...more,
});
async function importLines(...profiles: readonly ProfileInput[]): Promise<CommandEnd> {
  await writeFile(join(folder, 'lines.json'), JSON.stringify({ format: 'ringfence-profiles', version: 1, profiles }));
  return run(['profiles', 'import', 'lines.json', '--apply']);
}
const audited = async (): Promise<readonly unknown[]> =>
  (await readFile(join(folder, 'audit.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map((each): unknown => JSON.parse(each));
const setKey = (key: string, slot: 'active' | 'next', more: Partial<CommandRun> = {}): Promise<CommandEnd> =>
  run(['keys', 'set', '--profile', 'work', '--slot', slot], { input: `${key}\n`, ...more });

/** As the window would have: a verifier in the keychain, and the file that remembers that there is one. */
async function setPassphrase({ bus: at }: KeyringSession, passphrase: string): Promise<void> {
  const { installId } = z
    .object({ installId: z.string() })
    .parse(JSON.parse(await readFile(join(folder, 'profiles.json'), 'utf8')));
  const made = await scryptChecks.verifierFor(passphrase);
  if (!made.ok) throw new Error(made.failure.sentence);
  const script = "require('keytar').setPassword('Ringfence', process.env.ACCOUNT, process.env.VERIFIER)";
  const verifier = made.value.use((bytes) => Buffer.from(bytes).toString('utf8'));
  await promisify(execFile)(process.execPath, ['-e', script], {
    env: {
      ...process.env,
      DISPLAY: undefined,
      DBUS_SESSION_BUS_ADDRESS: at,
      ACCOUNT: `${installId}/admin-lock`,
      VERIFIER: verifier,
    },
  });
  await writeFile(join(folder, 'admin-lock.json'), JSON.stringify({ version: 1, configured: true, wrong: 0 }));
}

const keysListed = z.object({
  profiles: z.array(
    z.object({
      profileId: z.string(),
      state: z.string(),
      keys: z.array(z.object({ slot: z.string(), fingerprint: z.string(), ageS: z.number() })),
      retired: z.object({ fingerprint: z.string() }).nullable(),
    }),
  ),
});
const listed = async () =>
  keysListed
    .parse(JSON.parse((await run(['keys', 'list', '--json'])).out))
    .profiles.find(({ profileId }) => profileId === 'work');

describe('a key by standard input', () => {
  it('is kept in the keychain, shown by its fingerprint, and is nowhere else', async (context) => {
    await useKeyring(context);
    expect(await importLines(line('work'))).toMatchObject({
      exit: 0,
      err: expect.not.stringContaining('Line work') as string,
    });
    const key = newKey();
    const needles = needlesOf(key);
    const processes: string[] = [];
    const set = await setKey(key, 'active', {
      whileRunning: async () => {
        const deadline = Date.now() + 10_000;
        // Chromium joins its words by spaces when it has started.
        while (!processes.some((text) => text.includes('--slot')) && Date.now() < deadline) {
          for (const each of await allProcesses())
            processes.push(each.commandLine.join(' '), ...(each.environment ?? []));
        }
      },
    });
    expect(set).toMatchObject({
      exit: 0,
      out: expect.stringMatching(/^The active key of "Line work" is [0-9a-f]{8}\.\n/) as string,
    });

    // The claim for the folder is given back.
    expect((await readdir(folder)).filter((name) => name.startsWith('Singleton'))).toEqual([]);

    const status = await listed();
    expect(status).toMatchObject({ state: 'in-keychain', keys: [{ slot: 'active' }] });
    const [active] = status?.keys ?? [];
    expect(set.out).toContain(active?.fingerprint);
    const table = await run(['keys', 'list']);
    expect(table).toMatchObject({ exit: 0 });
    expect(table.out).toMatch(new RegExp(`^work +staging +active +${active?.fingerprint ?? ''} +\\d+ seconds?$`, 'm'));
    // The keychain gives it out to another run.
    expect((await run(['doctor'])).out).toContain(
      `ok    Key of "Line work": The keychain gives out ${active?.fingerprint ?? ''}.`,
    );

    const printed = searchTexts(needles, [set.out, set.err, table.out, table.err], 'what was printed');
    const said = searchTexts(needles, processes, 'a process');
    const files = await searchDirectory(needles, folder);
    expect([...printed.hits, ...said.hits, ...files.hits]).toEqual([]);
    expect(processes.some((text) => text.includes(`--user-data-dir=${folder}`) && text.includes('--slot'))).toBe(true);
    expect(files.places).toBeGreaterThan(2);
    expect(searchTexts(needles, [`x${key}`], 'the proof that it would be found').hits).not.toEqual([]);
    expect(await audited()).toContainEqual(
      expect.objectContaining({
        what: 'key',
        profileId: 'work',
        slot: 'active',
        change: 'added',
        fingerprint: active?.fingerprint,
        via: 'command-line',
      }),
    );
  });

  it('is rotated: refused within one token life, then promoted, brought back, promoted again and finished', async (context) => {
    await useKeyring(context);
    await importLines(line('work', { policy: { tokenLifeS: 3600 } }));
    expect(await run(['keys', 'rotate', '--profile', 'work'])).toMatchObject({
      exit: 1,
      err: expect.stringContaining('has no next key') as string,
    });
    await setKey(newKey(), 'active');
    await setKey(newKey(), 'next');
    const before = await listed();
    expect(await run(['keys', 'rotate', '--profile', 'work'])).toMatchObject({
      exit: 1,
      err: expect.stringContaining('less than one token life') as string,
    });
    const rotated = await run(['keys', 'rotate', '--profile', 'work', '--early']);
    expect(rotated).toMatchObject({
      exit: 0,
      out: expect.stringContaining(`must go on accepting ${before?.keys[0]?.fingerprint ?? ''}`) as string,
    });
    const [old, next] = [before?.keys[0]?.fingerprint, before?.keys[1]?.fingerprint];
    const promoted = {
      keys: [
        { slot: 'active', fingerprint: next },
        { slot: 'former', fingerprint: old },
      ],
      retired: { fingerprint: old },
    };
    expect(await listed()).toMatchObject(promoted);
    // No gateway has accepted a token of it: the old key can be brought back, by another process, too.
    expect(await run(['keys', 'rotate', '--profile', 'work', '--back'])).toMatchObject({ exit: 0 });
    expect(await listed()).toMatchObject({
      keys: [
        { slot: 'active', fingerprint: old },
        { slot: 'next', fingerprint: next },
      ],
      retired: null,
    });
    expect(await run(['keys', 'rotate', '--profile', 'work', '--early'])).toMatchObject({ exit: 0 });
    expect(await listed()).toMatchObject(promoted);
    expect((await run(['doctor'])).out).toContain(`${old ?? ''} is kept until one is.`);
    expect(await run(['keys', 'rotate', '--profile', 'work', '--finish'])).toMatchObject({ exit: 0 });
    const last = await listed();
    expect(last).toMatchObject({ retired: null });
    expect(last?.keys).toHaveLength(1);
    expect(await run(['keys', 'rotate', '--profile', 'work', '--back'])).toMatchObject({
      exit: 1,
      err: expect.stringContaining('has no old key to go back to') as string,
    });
  });
});

describe('exit codes', () => {
  it('8: what looks like something else than a key, which is taken with --anyway; 1: what is none', async (context) => {
    await useKeyring(context);
    await importLines(line('work'));
    await setKey(newKey(), 'active');
    const before = await listed();
    const key = newKey();
    const doubted = await setKey(`export SIP_KEY='${key}'`, 'active');
    expect(doubted).toMatchObject({ exit: 8, out: '', err: expect.stringContaining('add --anyway') as string });
    const wide = await run(['keys', 'set', '--profile', 'work', '--slot', 'active', '--anyway'], {
      input: key.replaceAll(/./g, '$&\0'),
    });
    expect(wide).toMatchObject({ exit: 1, err: expect.stringContaining('UTF-16') as string });
    expect(await listed()).toEqual({ ...before, keys: [{ ...before?.keys[0], ageS: expect.any(Number) as number }] });
    const taken = await run(['keys', 'set', '--profile', 'work', '--slot', 'active', '--anyway'], {
      input: `export SIP_KEY='${key}'\n`,
    });
    expect(taken).toMatchObject({
      exit: 0,
      out: expect.stringContaining(`${before?.keys[0]?.fingerprint ?? ''} no longer`) as string,
    });
    const printed = [doubted, wide, taken].flatMap(({ out, err }) => [out, err]);
    expect(searchTexts(needlesOf(key), printed, 'what was printed').hits).toEqual([]);
    expect((await searchDirectory(needlesOf(key), folder)).hits).toEqual([]);
  });

  it('2: wrong words, and a key as an argument, which is not repeated', async () => {
    const key = newKey();
    for (const words of [
      ['keys', 'set', '--profile', 'work', '--slot', 'active', key],
      ['keys', 'set', `--key=${key}`],
      [key],
      ['keys', 'list', '--secret', key],
    ]) {
      const end = await run(words);
      expect(end.exit).toBe(2);
      expect(end.err).toContain('A key is never given as an argument');
      expect(searchTexts(needlesOf(key), [end.out, end.err], 'what was printed').hits).toEqual([]);
    }
    expect((await searchDirectory(needlesOf(key), folder)).hits).toEqual([]);
    expect(await run(['keys', 'list', '--verbose'])).toMatchObject({ exit: 2, out: '' });
  });

  it('3: no keychain; 4: no such profile; 1: no key at all; 7: no such file', async () => {
    await importLines(line('work'));
    expect(await setKey(newKey(), 'active')).toMatchObject({
      exit: 3,
      err: expect.stringContaining('Install gnome-keyring') as string,
    });
    const id = randomBytes(16).toString('hex');
    const unknown = await run(['keys', 'rotate', '--profile', id]);
    expect(unknown).toMatchObject({ exit: 4, err: expect.stringContaining('There are: work.') as string });
    // It may have been a key.
    expect(unknown.err).not.toContain(id);
    expect(await run(['keys', 'set', '--profile', 'work', '--slot', 'active'])).toMatchObject({
      exit: 1,
      err: expect.stringContaining('holds no key') as string,
    });
    expect(await run(['profiles', 'import', 'nowhere.json'])).toMatchObject({ exit: 7 });
    expect(await audited()).toContainEqual(
      expect.objectContaining({ what: 'refusal', purpose: 'key', reason: 'keychain-unavailable', via: 'command-line' }),
    );
  });

  it('3: a locked keychain', async (context) => {
    const keyring = await useKeyring(context);
    await importLines(line('work'));
    await setKey(newKey(), 'active');
    await keyring.lock();
    expect(await setKey(newKey(), 'next')).toMatchObject({ exit: 3, err: expect.stringContaining('locked') as string });
    expect((await run(['doctor'])).out).toMatch(/^fail {2}Key of "Line work": [0-9a-f]{8} is not given out\.$/m);
  });

  it('5: the app is open; nothing is changed, its window is left alone, and what only reads works', async (context) => {
    await useKeyring(context);
    await importLines(line('work'));
    const holder = await app.holdFolder(folder);
    try {
      const before = await readFile(join(folder, 'profiles.json'), 'utf8');
      expect(await setKey(newKey(), 'active')).toMatchObject({
        exit: 5,
        out: '',
        err: expect.stringContaining('Ringfence is running: quit it first, or use its window.') as string,
      });
      expect(await run(['profiles', 'import', 'lines.json', '--apply'])).toMatchObject({ exit: 5 });
      expect(await readFile(join(folder, 'profiles.json'), 'utf8')).toBe(before);
      expect(await run(['keys', 'list'])).toMatchObject({ exit: 0 });
      expect(await run(['profiles', 'import', 'lines.json'])).toMatchObject({ exit: 0 });
      expect(holder.told()).toEqual(['{"for":"command"}', '{"for":"command"}']);
    } finally {
      await holder.end();
    }
    expect(await setKey(newKey(), 'active')).toMatchObject({ exit: 0 });
  });

  it('6: an admin passphrase that is missing or wrong; with the right one by a file descriptor it goes on', async (context) => {
    const keyring = await useKeyring(context);
    await importLines(line('work'));
    const passphrase = `${newKey()} und so weiter`;
    await setPassphrase(keyring, passphrase);
    expect(await setKey(newKey(), 'active')).toMatchObject({
      exit: 6,
      err: expect.stringContaining('--passphrase-fd') as string,
    });
    const byFd = (third: string): Promise<CommandEnd> =>
      run(['keys', 'set', '--profile', 'work', '--slot', 'active', '--passphrase-fd', '3'], { input: newKey(), third });
    expect(await byFd('another passphrase\n')).toMatchObject({
      exit: 6,
      err: expect.stringContaining('That is not the admin passphrase') as string,
    });
    expect((await listed())?.keys).toEqual([]);
    // A wrong one is not forgotten by ending the program: the next try waits.
    const waited = await byFd(`${passphrase}\n`);
    expect(waited).toMatchObject({ exit: 0, err: expect.stringContaining('this one is tried in 1 s') as string });
    expect(await audited()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ what: 'admin', change: 'wrong', via: 'command-line' }),
        expect.objectContaining({ what: 'admin', change: 'unlocked' }),
      ]),
    );
    expect((await searchDirectory(needlesOf(passphrase), folder)).hits).toEqual([]);
  });

  it('6: an admin passphrase typed at a terminal is not shown there', async (context) => {
    const keyring = await useKeyring(context);
    await importLines(line('work'));
    const passphrase = `${newKey()} and so on`;
    await setPassphrase(keyring, passphrase);
    const finish = ['keys', 'rotate', '--profile', 'work', '--finish'];
    const typed = await run(finish, { typed: `x\u007f${passphrase}` });
    expect(typed).toMatchObject({
      exit: 0,
      out: expect.stringMatching(/^Admin passphrase: \r?\n"Line work" has no retired key/m) as string,
    });
    expect(searchTexts(needlesOf(passphrase), [typed.out, typed.err], 'the terminal').hits).toEqual([]);
    expect(await run(finish, { typed: 'something else' })).toMatchObject({ exit: 6 });
    expect(await run(finish, { typed: '\u0003' })).toMatchObject({
      exit: 1,
      out: expect.stringContaining('nothing was changed') as string,
    });
  });

  it('6: the policy file wants a passphrase that nobody set', async (context) => {
    await useKeyring(context);
    await importLines(line('work'));
    await writeFile(join(folder, 'policy.json'), JSON.stringify({ version: 1, adminLock: 'required' }));
    expect(await setKey(newKey(), 'active')).toMatchObject({
      exit: 6,
      err: expect.stringContaining('Set one first') as string,
    });
    expect((await listed())?.keys).toEqual([]);
  });
});

describe('profiles import', () => {
  it('shows first, changes with --apply, and refuses what mixes environments', async (context) => {
    await useKeyring(context);
    await importLines(line('work'));
    await writeFile(
      join(folder, 'more.json'),
      JSON.stringify({
        format: 'ringfence-profiles',
        version: 1,
        profiles: [
          line('work', { name: 'Renamed' }),
          line('live', { environment: 'production', identity: 'work@pbx.example.com' }),
          line('new'),
        ],
      }),
    );
    const shown = await run(['profiles', 'import', 'more.json']);
    expect(shown).toMatchObject({ exit: 1 });
    expect(shown.out).toContain('~ work  "Renamed" (staging): changed\n    name: Line work -> Renamed\n');
    expect(shown.out).toMatch(/^! live .*refused\. .*An identity of production/m);
    expect(shown.out).toContain('Nothing was changed yet. 2 would be: add --apply. 1 refused.');
    expect((await run(['keys', 'list'])).out).not.toMatch(/^new /m);
    expect(await run(['profiles', 'import', 'more.json', '--apply'])).toMatchObject({
      exit: 1,
      out: expect.stringContaining('1 added, 1 changed. 1 refused.') as string,
    });
    expect((await run(['keys', 'list'])).out).toMatch(/^new /m);
    expect(await audited()).toContainEqual(
      expect.objectContaining({ what: 'profile', profileId: 'new', change: 'added', via: 'command-line' }),
    );
  });
});

describe('doctor', () => {
  it('finds a dead gateway, one that lives, and one whose clock is off', async () => {
    const servers: Server[] = [];
    const serve = async (date: Date): Promise<string> => {
      const server = createServer((_request, response) =>
        response.writeHead(401, { date: date.toUTCString() }).end(),
      ).on('upgrade', (_request, socket) =>
        socket.end(`HTTP/1.1 401 Unauthorized\r\nDate: ${date.toUTCString()}\r\n\r\n`),
      );
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`;
    };
    try {
      const dead = await serve(new Date());
      const [alive, late] = [await serve(new Date()), await serve(new Date(Date.now() - 600_000))];
      await new Promise((resolve) => servers.shift()?.close(resolve));
      await importLines(
        line('dead', { gatewayUrl: dead }),
        line('alive', { gatewayUrl: alive }),
        line('late', { gatewayUrl: late }),
      );
      const looked = await run(['doctor']);
      expect(looked.exit).toBe(1);
      expect(looked.out).toMatch(
        /^fail {2}Gateway of "Line dead": Nothing listens at 127\.0\.0\.1:\d+ \(ECONNREFUSED\)\.\n {6}Check the port/m,
      );
      expect(looked.out).toMatch(
        /^ok {4}Gateway of "Line alive": 127\.0\.0\.1:\d+ answers \(401\) in \d+ ms; the clocks agree\.$/m,
      );
      expect(looked.out).toMatch(/^fail {2}Gateway of "Line late": .*\n {6}This computer's clock is 10 minutes ahead/m);
      expect(looked.out).toMatch(/^fail {2}Keychain: .*\n.*Install gnome-keyring/m);
      const told = z
        .object({
          ok: z.boolean(),
          checks: z.array(
            z.object({
              name: z.string(),
              status: z.enum(['ok', 'warn', 'fail']),
              says: z.string(),
              todo: z.string().nullable(),
            }),
          ),
        })
        .parse(JSON.parse((await run(['doctor', '--json'])).out));
      expect(told.ok).toBe(false);
      expect(told.checks.find(({ name }) => name === 'Gateway of "Line dead"')).toMatchObject({ status: 'fail' });
    } finally {
      for (const server of servers) server.close();
    }
  });
});
