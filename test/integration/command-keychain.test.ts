/** Commands before a keychain that asks a person: the real Electron main process, the real keytar, a secret service of our own. */
import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi, type TestContext } from 'vitest';
import {
  buildCommandApp,
  electronExecutable,
  type CommandApp,
  type CommandEnd,
  type CommandRun,
} from '../support/app/command-app';
import { secretServiceProblem, startSecretService, type SecretService } from '../support/servers/secret-service';
import { temporaryFolder } from '../support/temporary-folder';

// Each test starts Electron several times, and waits with it for nobody.
vi.setConfig({ testTimeout: 90_000 });

const problem = await secretServiceProblem();

let app: CommandApp;
beforeAll(async () => {
  app = await buildCommandApp(await electronExecutable());
}, 120_000);
afterAll(() => app.remove());

let folder = '';
const open: SecretService[] = [];
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  for (const service of open.splice(0)) await service.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

const line = {
  id: 'work',
  name: 'Work',
  environment: 'staging',
  provider: { kind: 'local-jwt', audience: 'pbx' },
  identity: '1001@pbx.example.com',
  gatewayUrl: 'wss://127.0.0.1:1/ws',
  presentation: { kind: 'query' },
  policy: {},
};

/** A line whose key is in a keychain that is locked since. */
async function setUp({ skip, task }: TestContext) {
  if (problem !== null) Object.assign(task.meta, { skipReason: problem });
  skip(problem !== null, problem ?? '');
  const service = await startSecretService();
  open.push(service);
  const run = (words: readonly string[], more: Partial<CommandRun> = {}): Promise<CommandEnd> =>
    app.run({ words, bus: service.bus, folder, ...more });
  const file = join(folder, 'lines.json');
  await writeFile(file, JSON.stringify({ format: 'ringfence-profiles', version: 1, profiles: [line] }));
  expect(await run(['profiles', 'import', file, '--apply'])).toMatchObject({ exit: 0 });
  const set = (slot: string, more: Partial<CommandRun> = {}): Promise<CommandEnd> =>
    run(['keys', 'set', '--profile', 'work', '--slot', slot], {
      input: randomBytes(32).toString('base64url'),
      ...more,
    });
  expect(await set('active')).toMatchObject({ exit: 0 });
  service.locked = true;
  const prompted = (): Promise<void> =>
    vi.waitFor(() => expect(service.openPrompts()).toBeGreaterThan(0), { timeout: 30_000 });
  return { service, run, set, prompted };
}

it('the answer counts while the command waits for it', async (context) => {
  const { service, run, prompted } = await setUp(context);
  const looked = await run(['doctor'], {
    whileRunning: async () => {
      await prompted();
      service.answer('unlock');
    },
  });
  expect(looked.out).toMatch(/^ok {4}Key of "Work": The keychain gives out [0-9a-f]{8}\.$/m);
});

it('a dialog that is closed is a refusal, in its own sentence', async (context) => {
  const { service, run } = await setUp(context);
  service.refusal = { error: 'org.freedesktop.DBus.Error.AccessDenied', text: 'Access to it was denied' };
  expect((await run(['doctor'])).out).toMatch(/^fail {2}Key of "Work": .*\n.*The keychain refused/m);
  service.refusal = null;
  service.person = 'dismiss';
  const ended = await run(['doctor']);
  expect(ended.out).toMatch(
    /^fail {2}Key of "Work": [0-9a-f]{8} is not given out\.\n.*The keychain (?:refused|is locked)/m,
  );
});

it('that is never answered ends no command late: what needs it says so, what does not works, nothing is changed', async (context) => {
  const { service, run, set } = await setUp(context);
  expect(await run(['keys', 'list'])).toMatchObject({ exit: 0, out: expect.stringContaining('work') as string });
  for (const ended of [await run(['doctor']), await set('next')]) {
    expect(ended.out + ended.err).toContain('The keychain asks');
    // It ends itself by force: see the exit codes in README.md.
    expect(ended.exit).toBeNull();
  }
  service.locked = false;
  expect((await run(['keys', 'list'])).out).not.toContain('next');
  expect(service.kept.size).toBe(2);
});
