/** The app's own main process, built from the sources and run without a window and without a display: what the command line is. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { build } from 'vite';
import { z } from 'zod';

const checkout = resolve(import.meta.dirname, '../../..');

/** How a command is run. */
export interface CommandRun {
  readonly words: readonly string[];
  /** What standard input holds; left out: it is closed at once. */
  readonly input?: string;
  /** A person at a terminal, who types this when the admin passphrase is asked for; what the terminal shows is `out`. */
  readonly typed?: string;
  /** What file descriptor 3 holds. */
  readonly third?: string;
  /** `DBUS_SESSION_BUS_ADDRESS`. */
  readonly bus: string;
  /** The installation's folder. */
  readonly folder: string;
  /** What `--user-data-dir` says, where that is not the folder. */
  readonly named?: string;
  readonly policyFile?: string;
  /** Awaited while it runs, with its input in the pipe and not at its end. */
  readonly whileRunning?: () => Promise<void>;
}

export interface CommandEnd {
  readonly exit: number | null;
  readonly out: string;
  readonly err: string;
}

export interface CommandApp {
  readonly run: (run: CommandRun) => Promise<CommandEnd>;
  /** Another process that has claimed the installation's folder, as the open app has. */
  readonly holdFolder: (folder: string) => Promise<Holder>;
  readonly remove: () => Promise<void>;
}

export interface Holder {
  /** What those that found the folder taken handed over, in order. */
  readonly told: () => readonly string[];
  readonly end: () => Promise<void>;
}

const LIMIT_MS = 30_000;
const PASSPHRASE_QUESTION = 'Admin passphrase: ';

/** Says `held` when it has the folder, then each time what a second instance hands over. */
const HOLDER = `
import { app } from 'electron';
app.setPath('userData', app.commandLine.getSwitchValue('user-data-dir'));
const held = app.requestSingleInstanceLock();
app.on('second-instance', (_event, _words, _folder, data) => console.log(JSON.stringify(data ?? null)));
app.whenReady().then(() => console.log(held ? 'held' : 'taken'));
`;

/** The runtime that npm start takes, fetched when it is not there yet. */
export async function electronExecutable(): Promise<string> {
  const script =
    "import('./build/electron-runtime.mjs').then(async ({ resolveRuntime }) => process.stdout.write(`\\n${JSON.stringify(await resolveRuntime())}`))";
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: checkout,
  });
  return z.object({ executablePath: z.string() }).parse(JSON.parse(stdout.split('\n').at(-1) ?? '')).executablePath;
}

/** Builds `src/main/index.ts` into a folder of its own; `electron` is the runtime's executable. */
export async function buildCommandApp(electron: string): Promise<CommandApp> {
  // Within node_modules, so that it finds keytar.
  const folder = await mkdtemp(join(checkout, 'node_modules', '.command-app-'));
  await build({
    configFile: false,
    logLevel: 'error',
    root: checkout,
    ssr: { noExternal: true },
    build: {
      ssr: true,
      target: 'node20.18',
      outDir: folder,
      emptyOutDir: true,
      rolldownOptions: { input: { index: join(checkout, 'src/main/index.ts') }, external: ['electron', 'keytar'] },
    },
  });
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'ringfence', productName: 'Ringfence', version: '0.0.0', type: 'module', main: 'index.js' }),
  );

  const holder = join(folder, 'holder');
  await mkdir(holder);
  await writeFile(
    join(holder, 'package.json'),
    JSON.stringify({ name: 'ringfence', productName: 'Ringfence', version: '0.0.0', type: 'module', main: 'index.js' }),
  );
  await writeFile(join(holder, 'index.js'), HOLDER);
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

  return {
    holdFolder: async (installation) => {
      const child = spawn(
        electron,
        [...sandbox, '--ozone-platform=headless', `--user-data-dir=${installation}`, holder],
        {
          env: {
            ...process.env,
            DISPLAY: undefined,
            WAYLAND_DISPLAY: undefined,
            DBUS_SESSION_BUS_ADDRESS: 'disabled:',
          },
          stdio: ['ignore', 'pipe', 'ignore'],
        },
      );
      const lines: string[] = [];
      const reader = createInterface(child.stdout);
      reader.on('line', (line) => lines.push(line));
      const [first] = (await Promise.race([once(reader, 'line'), once(reader, 'close')])) as [string?];
      if (first !== 'held') throw new Error(`the folder could not be held: ${first ?? 'the process ended'}`);
      return {
        told: () => lines.slice(1),
        end: async () => {
          const ended = once(child, 'close');
          child.kill('SIGTERM');
          await ended;
        },
      };
    },
    run: async ({
      words,
      input,
      typed,
      third,
      bus,
      folder: installation,
      named = installation,
      policyFile,
      whileRunning,
    }) => {
      const line = [electron, ...sandbox, `--user-data-dir=${named}`, folder, ...words];
      // script(1) makes a terminal, and ends as the command does.
      const [program = '', ...args] =
        typed === undefined
          ? line
          : [
              'script',
              '--quiet',
              '--return',
              '--flush',
              '--command',
              line.map((word) => `'${word}'`).join(' '),
              '/dev/null',
            ];
      const child = spawn(program, args, {
        cwd: installation,
        env: {
          ...process.env,
          SHELL: '/bin/sh',
          DISPLAY: undefined,
          WAYLAND_DISPLAY: undefined,
          DBUS_SESSION_BUS_ADDRESS: bus,
          RINGFENCE_POLICY_FILE: policyFile ?? join(installation, 'policy.json'),
        },
        stdio: ['pipe', 'pipe', 'pipe', third === undefined ? 'ignore' : 'pipe'],
      });
      const { stdin, stdout, stderr } = child;
      if (stdin === null || stdout === null || stderr === null) throw new Error('its three streams are pipes');
      const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
      let [out, err] = ['', ''];
      let answered = typed === undefined;
      stdout.setEncoding('utf8').on('data', (text: string) => {
        out += text;
        if (answered || !out.includes(PASSPHRASE_QUESTION)) return;
        answered = true;
        stdin.write(`${typed ?? ''}\r`);
      });
      stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
      const closed = once(child, 'close') as Promise<[number | null]>;
      const fd3 = child.stdio[3];
      if (third !== undefined && fd3 !== null && fd3 !== undefined && 'end' in fd3) fd3.end(third);
      // A command that refuses before it reads has closed it already.
      stdin.on('error', () => undefined).write(input ?? '');
      // It waits for the end of its input.
      await whileRunning?.();
      if (typed === undefined) stdin.end();
      const [exit] = await closed;
      clearTimeout(limit);
      stdin.destroy();
      return { exit, out, err };
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
