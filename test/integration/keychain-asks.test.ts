/** The real keychain.ts and the real keytar before a secret service that asks a person, is slow, refuses, gives out garbage or goes away. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi, type TestContext } from 'vitest';
import {
  buildKeychainProgram,
  KEPT_KEY,
  type KeychainProgram,
  type KeychainRun,
} from '../support/app/keychain-program';
import { secretServiceProblem, startSecretService, type SecretService } from '../support/servers/secret-service';

const problem = await secretServiceProblem();

let program: KeychainProgram;
beforeAll(async () => {
  program = await buildKeychainProgram();
});
afterAll(() => program.remove());

const open: { readonly service: SecretService; readonly run: KeychainRun }[] = [];
afterEach(async () => {
  for (const { service, run } of open.splice(0)) {
    await run.end();
    await service.close();
    expect(run.printed()).not.toContain(KEPT_KEY);
  }
});

/** A service that holds a key for some accounts, and a program before it. */
async function setUp({ skip, task }: TestContext, accounts: readonly string[] = ['a']) {
  if (problem !== null) Object.assign(task.meta, { skipReason: problem });
  skip(problem !== null, problem ?? '');
  const service = await startSecretService();
  const run = program.start(service.bus);
  open.push({ service, run });
  for (const account of accounts) expect(await run.ask('write', account)).toMatchObject({ ok: true });
  return { service, run };
}
const prompted = (service: SecretService): Promise<void> =>
  vi.waitFor(() => expect(service.openPrompts()).toBe(1), { timeout: 10_000 });

const ASKS = { ok: false, failure: { reason: 'keychain-asks', action: 'unlock-keychain' } };

describe('a keychain that asks a person', () => {
  it('shows one dialog, however many ask, and holds up nothing that needs a thread', async (context) => {
    const accounts = ['a', 'b', 'c', 'd', 'e', 'f'];
    const { service, run } = await setUp(context, accounts);
    service.locked = true;
    const waiting = accounts.map((account) => run.ask('readKept', account));
    await prompted(service);
    expect(await run.ask('file')).toMatchObject({ ok: true });
    for (const each of await Promise.all(waiting)) expect(each).toMatchObject(ASKS);
    for (const step of ['read', 'write', 'remove', 'opens'] as const)
      expect(await run.ask(step, 'b')).toMatchObject(ASKS);
    expect(service.openPrompts()).toBe(1);
    expect(run.news()).toEqual(['silent']);
  });

  it('counts when it answers late, and is open for the others', async (context) => {
    const { service, run } = await setUp(context, ['a', 'b']);
    service.locked = true;
    expect(await run.ask('readKept', 'a')).toMatchObject(ASKS);
    service.answer('unlock');
    await vi.waitFor(() => expect(run.news()).toEqual(['silent', 'open']), 10_000);
    const asked = service.called.length;
    expect(await run.ask('readKept', 'a')).toMatchObject({ ok: true, same: true });
    expect(service.called).toHaveLength(asked);
    expect(await run.ask('readKept', 'b')).toMatchObject({ ok: true, same: true });
  });

  it('whose dialog is closed has refused, and asks nobody a second time for that', async (context) => {
    const { service, run } = await setUp(context);
    service.locked = true;
    expect(await run.ask('readKept', 'a')).toMatchObject(ASKS);
    service.answer('dismiss');
    await vi.waitFor(() => expect(run.news()).toEqual(['silent', 'answered']), 10_000);
    expect(await run.ask('readKept', 'a')).toMatchObject({ failure: { reason: 'keychain-refused' } });
    expect(service.openPrompts()).toBe(0);
  });

  it('makes a change that waited for it, and says so, or refuses it, and it is not made', async (context) => {
    const { service, run } = await setUp(context);
    service.locked = true;
    const written = run.ask('write', 'new');
    await prompted(service);
    await vi.waitFor(() => expect(run.news()).toEqual(['silent']), { timeout: 10_000 });
    service.answer('unlock');
    expect(await written).toMatchObject({ ok: true });
    expect([...service.kept.keys()]).toContain('new');
    service.locked = true;
    const refused = run.ask('write', 'other');
    await prompted(service);
    service.answer('dismiss');
    expect(await refused).toMatchObject({ ok: false, failure: { reason: 'key-locked' } });
    expect([...service.kept.keys()]).not.toContain('other');
  });
});

it('a slow keychain counts, too', async (context) => {
  const { service, run } = await setUp(context);
  service.held = true;
  expect(await run.ask('readKept', 'a')).toMatchObject(ASKS);
  service.release();
  await vi.waitFor(() => expect(run.news()).toEqual(['silent', 'open']), 10_000);
  expect(await run.ask('readKept', 'a')).toMatchObject({ ok: true, same: true });
});

describe('a keychain that gives nothing out', () => {
  it.for<[string, (service: SecretService) => unknown, string]>([
    [
      'denied',
      (service) =>
        (service.refusal = { error: 'org.freedesktop.DBus.Error.AccessDenied', text: 'Access to it was denied' }),
      'keychain-refused',
    ],
    ['damaged: bytes', (service) => (service.garbage = Buffer.from([0xff, 0xfe, 0, 0x41])), 'key-unusable'],
    ['damaged: empty', (service) => (service.garbage = Buffer.alloc(0)), 'key-unusable'],
    ['damaged: no secret at all', (service) => (service.garbage = 'wrong-type'), 'key-unusable'],
    ['removed', (service) => service.forget('a'), 'key-removed'],
    [
      'locked',
      (service) =>
        (service.refusal = { error: 'org.freedesktop.Secret.Error.IsLocked', text: 'It is in a locked collection' }),
      'key-locked',
    ],
    ['gone', (service) => service.vanish(), 'keychain-unavailable'],
  ])('%s', async ([, spoil, reason], context) => {
    const { service, run } = await setUp(context);
    await spoil(service);
    expect(await run.ask('readKept', 'a')).toMatchObject({ ok: false, failure: { reason } });
  });

  it('gone while it is asked', async (context) => {
    const { service, run } = await setUp(context);
    service.held = true;
    const asked = service.called.length;
    const waiting = run.ask('readKept', 'a');
    await vi.waitFor(() => expect(service.called.length).toBeGreaterThan(asked), 10_000);
    await service.vanish();
    expect(await waiting).toMatchObject({ ok: false, failure: { reason: 'keychain-unavailable' } });
  });
});
