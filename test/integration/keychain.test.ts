/**
 * The real keychain.ts with the real keytar, in processes of their own, on a private D-Bus session with a real gnome-keyring: present, absent, locked; and
 * what keys.ts makes of it.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { z } from 'zod';
import { keyringProblem, startKeyring, type KeyringSession } from '../support/app/keyring-session';

const checkout = resolve(import.meta.dirname, '../..');
const problem = await keyringProblem();
const KEY = 'not-a-real-key-only-a-test-0123456789';

/** Keeps its keys under the given account: `write`, `read` and so on in the order in which they come, then prints the answers with their times. */
const driver = `
import { systemClock } from './clock.js';
import { createKeychain } from './keychain.js';
import { Secret } from './secret.js';
const store = createKeychain(systemClock);
const secret = Secret.fromText(${JSON.stringify(KEY)}).value;
const answers = [];
for (const step of JSON.parse(process.argv[2])) {
  const started = performance.now();
  const answer = step === 'probe' ? await store.probe() : step === 'write' ? await store.write('install/work/active', secret) : await store[step]('install/work/active');
  const same = answer.ok && answer.value instanceof Secret ? answer.value.use((bytes) => Buffer.from(bytes).toString()) === ${JSON.stringify(KEY)} : undefined;
  answers.push({ ok: answer.ok, value: answer.ok ? answer.value : undefined, same, failure: answer.failure, ms: performance.now() - started });
}
console.log(JSON.stringify(answers));
process.exit(0);
`;

const answer = z.object({
  ok: z.boolean(),
  value: z.unknown().optional(),
  same: z.boolean().optional(),
  failure: z.object({ reason: z.string(), sentence: z.string(), action: z.string() }).optional(),
  ms: z.number(),
});
type Answer = z.infer<typeof answer>;

let program = '';
beforeAll(async () => {
  // Within node_modules, so that the program finds keytar and zod.
  program = await mkdtemp(join(checkout, 'node_modules', '.keychain-test-'));
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
});
afterAll(() => rm(program, { recursive: true, force: true }));

/** Runs the steps in a process whose session bus is at `bus`. Rejects when the process crashes. */
async function on(bus: string, steps: readonly ('probe' | 'write' | 'read' | 'remove')[]): Promise<readonly Answer[]> {
  const env = { ...process.env, DISPLAY: undefined, WAYLAND_DISPLAY: undefined, DBUS_SESSION_BUS_ADDRESS: bus };
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [join(program, 'driver.js'), JSON.stringify(steps)],
    { env },
  );
  expect(stdout + stderr).not.toContain(KEY);
  return z.array(answer).parse(JSON.parse(stdout));
}

const open: KeyringSession[] = [];
afterEach(async () => {
  for (const keyring of open.splice(0)) await keyring.close();
});
async function keyring({ skip, task }: TestContext): Promise<KeyringSession> {
  if (problem !== null) Object.assign(task.meta, { skipReason: problem });
  skip(problem !== null, problem ?? '');
  const started = await startKeyring();
  open.push(started);
  return started;
}

describe('the real keychain', () => {
  it('present: keeps a key from one process to the next, and removes it', async (context) => {
    const { bus } = await keyring(context);
    expect(await on(bus, ['probe', 'read', 'write', 'read'])).toMatchObject([
      { ok: true },
      { ok: true, value: null },
      { ok: true },
      { ok: true, value: '[redacted]', same: true },
    ]);
    expect(await on(bus, ['read', 'remove', 'remove', 'read'])).toMatchObject([
      { ok: true, same: true },
      { ok: true, value: true },
      { ok: true, value: false },
      { ok: true, value: null },
    ]);
  });

  it('locked: reads as nothing there, refuses to write as locked, and neither hangs nor crashes', async (context) => {
    const { bus, lock } = await keyring(context);
    await on(bus, ['write']);
    await lock();
    const answers = await on(bus, ['probe', 'read', 'remove', 'write']);
    expect(answers).toMatchObject([
      { ok: true },
      { ok: true, value: null },
      { ok: true, value: false },
      { ok: false, failure: { reason: 'key-locked', action: 'unlock-keychain' } },
    ]);
    for (const { ms } of answers) expect(ms).toBeLessThan(2_000);
  });

  it('absent: says what to install, at once', async () => {
    const answers = await on('disabled:', ['probe', 'read', 'write', 'remove']);
    for (const each of answers) {
      expect(each).toMatchObject({
        ok: false,
        failure: { reason: 'keychain-unavailable', action: 'install-keychain' },
      });
      expect(each.failure?.sentence).toMatch(/Install gnome-keyring/);
      expect(each.ms).toBeLessThan(2_000);
    }
  });
});
