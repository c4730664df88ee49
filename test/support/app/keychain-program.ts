/** The real keychain.ts with the real keytar, in a process of its own that does what it is told, one step after the other or several at a time. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'vite';
import { z } from 'zod';

const checkout = resolve(import.meta.dirname, '../../..');
export const KEPT_KEY = 'not-a-real-key-only-a-test-0123456789';

/** `WORD ACCOUNT`, or `file`: reads a file by the threads that native calls hold. */
const driver = `
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { systemClock } from './clock.js';
import { createKeychain } from './keychain.js';
import { Secret } from './secret.js';
const store = createKeychain(systemClock);
const secret = Secret.fromText(${JSON.stringify(KEPT_KEY)}).value;
store.follow((news) => console.log(JSON.stringify({ news })));
createInterface(process.stdin).on('line', async (line) => {
  const [id, what, account] = line.split(' ');
  const started = performance.now();
  const answer = what === 'file' ? { ok: (await readFile('package.json')).length > 0 }
    : what === 'write' ? await store.write(account, secret) : await store[what](account);
  const same = answer.value instanceof Secret ? answer.value.use((bytes) => Buffer.from(bytes).toString()) === ${JSON.stringify(KEPT_KEY)} : undefined;
  console.log(JSON.stringify({ id, ok: answer.ok, value: answer.value, same, failure: answer.failure, ms: performance.now() - started }));
});
`;

const answer = z.object({
  id: z.string(),
  ok: z.boolean(),
  value: z.unknown().optional(),
  same: z.boolean().optional(),
  failure: z.object({ reason: z.string(), sentence: z.string(), action: z.string() }).optional(),
  ms: z.number(),
});
export type KeychainAnswer = z.infer<typeof answer>;
const line = z.union([z.object({ news: z.string() }), answer]);

type Step = 'probe' | 'opens' | 'read' | 'readKept' | 'write' | 'remove' | 'file';

export interface KeychainRun {
  /** Rejects when the process crashes. */
  readonly ask: (step: Step, account?: string) => Promise<KeychainAnswer>;
  /** What those hear who follow the keychain, so far. */
  readonly news: () => readonly string[];
  /** All that it printed. */
  readonly printed: () => string;
  /** By force: a call that waits would hold it. */
  readonly end: () => Promise<void>;
}

export interface KeychainProgram {
  /** Starts it with its session bus at `bus`. */
  readonly start: (bus: string) => KeychainRun;
  readonly remove: () => Promise<void>;
}

export async function buildKeychainProgram(): Promise<KeychainProgram> {
  // Within node_modules, so that the program finds keytar and zod.
  const program = await mkdtemp(join(checkout, 'node_modules', '.keychain-test-'));
  const main = join(checkout, 'src', 'main');
  await build({
    configFile: false,
    logLevel: 'error',
    root: checkout,
    build: {
      ssr: true,
      target: 'node20.18',
      outDir: program,
      emptyOutDir: true,
      rolldownOptions: {
        input: {
          keychain: join(main, 'secrets', 'keychain.ts'),
          secret: join(main, 'secrets', 'secret.ts'),
          clock: join(main, 'base', 'clock.ts'),
        },
        external: ['keytar', 'zod'],
      },
    },
  });
  await writeFile(join(program, 'package.json'), '{"type":"module"}');
  await writeFile(join(program, 'driver.js'), driver);

  return {
    start: (bus) => {
      const child = spawn(process.execPath, ['driver.js'], {
        cwd: program,
        env: { ...process.env, DISPLAY: undefined, WAYLAND_DISPLAY: undefined, DBUS_SESSION_BUS_ADDRESS: bus },
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      const waiting = new Map<string, (answer: KeychainAnswer) => void>();
      const news: string[] = [];
      let printed = '';
      let ids = 0;
      child.stderr.setEncoding('utf8').on('data', (text: string) => (printed += text));
      createInterface(child.stdout).on('line', (text) => {
        printed += `${text}\n`;
        const said = line.parse(JSON.parse(text));
        if ('news' in said) news.push(said.news);
        else waiting.get(said.id)?.(said);
      });
      const exited = once(child, 'exit');
      return {
        ask: (step, account = 'install/work/active') => {
          const id = String((ids += 1));
          child.stdin.write(`${id} ${step} ${account}\n`);
          return Promise.race([
            new Promise<KeychainAnswer>((resolve) => waiting.set(id, resolve)),
            exited.then(() => Promise.reject(new Error(`the process ended: ${printed}`))),
          ]);
        },
        news: () => news,
        printed: () => printed,
        end: async () => {
          child.kill('SIGKILL');
          await exited;
        },
      };
    },
    remove: () => rm(program, { recursive: true, force: true }),
  };
}
