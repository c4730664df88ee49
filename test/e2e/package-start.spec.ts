/** A package (the runtime under another name, so that `app.isPackaged` is true) that is started with switches and variables which would weaken it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, readdir, readFile, readlink, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from '@playwright/test';
import { osSandbox } from '../support/app/app';
import { allProcesses, isRunning, processTree, type ProcessInfo } from '../support/app/processes';
import { FOREIGN_SWITCHES, FOREIGN_VARIABLES } from '../support/security/foreign-start';
import { temporaryFolder } from '../support/temporary-folder';

const WITHIN_MS = 20_000;
/** Chromium ends with these before our first line, where nobody has installed its other sandbox (setuid). */
const ENDS_BY_ITSELF: readonly string[] = ['disable-namespace-sandbox', 'no-zygote'];
/** Node ends where it can't use a value, before it could be left out. */
const VALUES: Readonly<Partial<Record<string, string>>> = {
  inspect: '0',
  'inspect-port': '0',
  'inspect-publish-uid': 'http',
};

test.skip(process.platform !== 'linux', 'the package is made of the runtime for Linux');
test.skip(!osSandbox(), 'a package has the sandbox always, and can not be started here');

let folder = '';
let program = '';
test.beforeAll(async () => {
  folder = await temporaryFolder();
  const runtime = dirname(process.env['RINGFENCE_E2E_ELECTRON'] ?? '');
  const checkout = process.env['RINGFENCE_E2E_APP'] ?? '';
  program = join(folder, 'ringfence');
  // A link would be followed, to its folder and its name.
  await copyFile(process.env['RINGFENCE_E2E_ELECTRON'] ?? '', program);
  await chmod(program, 0o755);
  for (const name of await readdir(runtime))
    if (!['electron', 'resources'].includes(name)) await symlink(join(runtime, name), join(folder, name));
  const app = join(folder, 'resources', 'app');
  await mkdir(app, { recursive: true });
  for (const name of ['package.json', 'out', 'node_modules']) await symlink(join(checkout, name), join(app, name));
});
test.afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

/** The main processes of our package: those that are no helper of Chromium's. */
async function mains(): Promise<readonly ProcessInfo[]> {
  const found: ProcessInfo[] = [];
  for (const each of await allProcesses()) {
    if ((await readlink(`/proc/${each.pid}/exe`).catch(() => '')) !== program) continue;
    // Chromium's helpers join their arguments by spaces.
    if (!/ --type=/.test(each.commandLine.join(' '))) found.push(each);
  }
  return found;
}

const lastLine = (printed: string): string => printed.trim().split('\n').at(-1) ?? '';
const data = (): string => `--user-data-dir=${join(folder, 'data')}`;
const env = (more: Readonly<Record<string, string>>) => ({
  ...process.env,
  DBUS_SESSION_BUS_ADDRESS: 'disabled:',
  ...more,
});

/** Runs it to its end. */
async function run(
  words: readonly string[],
  more: Readonly<Record<string, string>> = {},
  input = '',
): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  const child = spawn(program, [data(), ...words], {
    env: env(more),
    stdio: ['pipe', 'pipe', 'pipe', 'ignore', 'ignore'],
  });
  child.stdin?.on('error', () => undefined).end(input);
  const [out, err, [code]] = await Promise.all([
    text(child.stdout as Readable),
    text(child.stderr as Readable),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { code, out, err };
}

/** Starts it; `end` ends every process that came of it. */
function start(
  words: readonly string[],
  more: Readonly<Record<string, string>> = {},
): { child: ChildProcess; end: () => Promise<void> } {
  const child = spawn(program, [data(), ...words], { env: env(more), stdio: 'ignore' });
  return {
    child,
    end: async () => {
      for (const main of await mains())
        for (const { pid } of await processTree(main.pid)) {
          try {
            process.kill(pid, 'SIGKILL');
          } catch {
            // It ended with its parent.
          }
        }
      await expect.poll(mains, { timeout: WITHIN_MS }).toEqual([]);
    },
  };
}

/** The one process that came after the one that was started, which has ended well. It has these words alone. */
async function second(first: ChildProcess, what: string): Promise<ProcessInfo> {
  if (first.exitCode === null && first.signalCode === null) await once(first, 'exit');
  expect([first.exitCode, first.signalCode], what).toEqual([0, null]);
  let found: readonly ProcessInfo[] = [];
  // For a moment a process that is being made looks like its parent, or like nothing.
  await expect
    .poll(
      async () => {
        found = await mains();
        // Chromium joins the words by spaces.
        return found.map(({ commandLine }) => commandLine.join(' '));
      },
      { message: what, timeout: WITHIN_MS },
    )
    .toEqual([`${program} ${data()}`]);
  const [one] = found;
  if (one === undefined) throw new Error('unreachable: the poll above would have failed');
  return one;
}

test('each switch that is not listed is left out', async () => {
  test.setTimeout(600_000);
  for (const name of FOREIGN_SWITCHES)
    await test.step(name, async () => {
      const { child, end } = start([`--${name}=${VALUES[name] ?? '1'}`]);
      try {
        if (ENDS_BY_ITSELF.includes(name)) {
          const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
          expect([code, signal], name).not.toEqual([0, null]);
          expect(await mains(), name).toEqual([]);
        } else await second(child, name);
      } finally {
        await end();
      }
    });
});

test('each variable of Node, Electron and Chromium that is not listed is left out', async () => {
  test.setTimeout(300_000);
  for (const name of FOREIGN_VARIABLES)
    await test.step(name, async () => {
      // Node itself looks at the words of this one, and ends where it does not know them.
      const { child, end } = start([], { [name]: name === 'NODE_OPTIONS' ? '--no-warnings' : '1' });
      try {
        const { environment } = await second(child, name);
        expect(environment?.filter((entry) => entry.startsWith(`${name}=`))).toEqual([]);
      } finally {
        await end();
      }
    });
});

test('all of them at once: the window comes up in the sandbox, and nothing is written down', async () => {
  const log = join(folder, 'log');
  const { child, end } = start(
    ['--no-sandbox', '--enable-logging=file', `--log-file=${log}`, '--v=3', `--log-net-log=${log}.net`],
    { ELECTRON_ENABLE_LOGGING: '1', ELECTRON_LOG_FILE: log },
  );
  try {
    const main = await second(child, 'all');
    const renderers = async () =>
      (await processTree(main.pid)).filter(({ commandLine }) => /--type=renderer/.test(commandLine.join(' ')));
    await expect.poll(async () => (await renderers()).length, { timeout: WITHIN_MS }).toBeGreaterThan(0);
    const levels = async () =>
      await Promise.all(
        (await renderers()).map(async ({ pid, seccomp }) => ({
          seccomp,
          namespaces: /^NSpid:(.*)$/m
            .exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]
            ?.trim()
            .split(/\s+/).length,
        })),
      );
    await expect
      .poll(levels, { timeout: WITHIN_MS })
      .toContainEqual({ seccomp: 2, namespaces: expect.any(Number) as unknown });
    for (const { namespaces } of await levels()) expect(namespaces).toBeGreaterThan(1);
    // The first process may have begun its own before our first line; it knew no secret.
    await expect.poll(() => isRunning(child.pid ?? 0)).toBe(false);
    const before = await readFile(log, 'utf8').catch(() => '');
    expect(before).not.toContain('app://ringfence/');
    await expect(stat(`${log}.net`)).rejects.toThrow('ENOENT');
  } finally {
    await end();
  }
});

test('what can not be left out is refused in a sentence that has no value in it', async () => {
  const refused = await run(['--proxy-server=s3cret'], { RINGFENCE_STARTED_AGAIN: '1' });
  expect(refused).toMatchObject({ code: 2, out: '' });
  expect(lastLine(refused.err)).toBe('Ringfence does not run with --proxy-server. Start it without.');
  expect(refused.err).not.toContain('s3cret');
});

test('a command runs to its end without them, with its own streams and exit code', async () => {
  const foreign = { NODE_DEBUG: 'net,tls', ELECTRON_ENABLE_LOGGING: '1' };
  const words = ['keys', 'list', '--json'];
  const clean = await run(words);
  expect(clean.code).toBe(0);
  const { code, out } = await run(['--v=3', ...words], foreign);
  expect({ code, out }).toEqual({ code: 0, out: clean.out });
  const asked = ['keys', 'set', '--profile', 'practice', '--slot', 'active', '--passphrase-fd', '4'];
  const [usual, again] = [await run(asked, {}, 'x'), await run(asked, foreign, 'x')];
  expect(usual.err).toMatch(/too short to be a key/);
  expect([again.code, lastLine(again.err)]).toEqual([usual.code, lastLine(usual.err)]);
});
