/**
 * The real keychain.ts with the real keytar, in processes of their own, on a private D-Bus session with a real gnome-keyring: present, absent, locked; and
 * what keys.ts makes of it.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import {
  buildKeychainProgram,
  KEPT_KEY,
  type KeychainAnswer,
  type KeychainProgram,
} from '../support/app/keychain-program';
import { keyringProblem, startKeyring, type KeyringSession } from '../support/app/keyring-session';

const problem = await keyringProblem();

let program: KeychainProgram;
beforeAll(async () => {
  program = await buildKeychainProgram();
});
afterAll(() => program.remove());

/** Runs the steps, one after the other, in a process whose session bus is at `bus`. Rejects when the process crashes. */
async function on(
  bus: string,
  steps: readonly ('probe' | 'write' | 'read' | 'readKept' | 'remove')[],
): Promise<readonly KeychainAnswer[]> {
  const run = program.start(bus);
  const answers: KeychainAnswer[] = [];
  for (const step of steps) answers.push(await run.ask(step));
  await run.end();
  expect(run.printed()).not.toContain(KEPT_KEY);
  return answers;
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
    const answers = await on(bus, ['probe', 'read', 'remove', 'write', 'readKept']);
    expect(answers).toMatchObject([
      { ok: true },
      { ok: true, value: null },
      { ok: true, value: false },
      { ok: false, failure: { reason: 'key-locked', action: 'unlock-keychain' } },
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
