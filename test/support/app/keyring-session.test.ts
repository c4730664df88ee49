import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { keyringProblem, startKeyring, type KeyringSession } from './keyring-session';

const problem = await keyringProblem();
const open: KeyringSession[] = [];
afterEach(async () => {
  for (const keyring of open.splice(0)) await keyring.close();
});

/** One keychain operation in a process of its own, as the keytar module needs the bus in its environment. */
async function keytar(bus: string, expression: string): Promise<unknown> {
  const script = `const keytar = require('keytar'); ${expression}.then((value) => console.log(JSON.stringify(value ?? null)), (error) => console.log(JSON.stringify({ error: error.message })))`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], {
    env: { ...process.env, DISPLAY: undefined, DBUS_SESSION_BUS_ADDRESS: bus },
  });
  return JSON.parse(stdout);
}

describe('a private keyring', () => {
  it('keeps, locks, and is not seen by another one', async ({ skip, task }) => {
    if (problem !== null) Object.assign(task.meta, { skipReason: problem });
    skip(problem !== null, problem ?? '');
    const one = await startKeyring();
    const other = await startKeyring();
    open.push(one, other);
    expect(await keytar(one.bus, "keytar.setPassword('ringfence-test', 'a', 'value')")).toBeNull();
    expect(await keytar(one.bus, "keytar.getPassword('ringfence-test', 'a')")).toBe('value');
    expect(await keytar(other.bus, "keytar.getPassword('ringfence-test', 'a')")).toBeNull();
    await one.lock();
    expect(await keytar(one.bus, "keytar.getPassword('ringfence-test', 'a')")).toBeNull();
  });
});
