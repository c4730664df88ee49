import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { needlesOf, searchTexts } from '../security/leak-search';
import { allProcesses, isRunning, processTree, pssBytes, switchOf } from './processes';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A process that says it is there and then waits for its end. */
async function start(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ pid: number; child: ChildProcess }> {
  const child = spawn(process.execPath, ['-e', 'console.log("up"); setInterval(() => {}, 1e6)', ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout, 'data');
  if (child.pid === undefined) throw new Error('no child');
  return { pid: child.pid, child };
}

describe('processes', () => {
  it('finds a canary in an argument and in an environment, and nothing once the process is gone', async () => {
    const inArgument = randomBytes(24).toString('base64url');
    const inEnvironment = randomBytes(24).toString('base64url');
    const { child } = await start(['--', `--secret=${inArgument}`], { CANARY: inEnvironment });
    const texts = async (): Promise<string[]> =>
      (await allProcesses()).flatMap((info) => [...info.commandLine, ...(info.environment ?? [])]);
    expect(searchTexts(needlesOf(inArgument), await texts(), 'processes').hits).not.toEqual([]);
    expect(searchTexts(needlesOf(inEnvironment), await texts(), 'processes').hits).not.toEqual([]);
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    expect(searchTexts(needlesOf(inArgument), await texts(), 'processes').hits).toEqual([]);
  });

  it('follows the tree from a parent to its children', async () => {
    const { pid } = await start(['--', '--type=renderer']);
    const tree = await processTree(process.pid);
    expect(tree[0]?.pid).toBe(process.pid);
    const child = tree.find((info) => info.pid === pid);
    expect(child?.parentPid).toBe(process.pid);
    expect(child === undefined ? '' : switchOf(child, 'type')).toBe('renderer');
    expect(
      switchOf(
        {
          pid: 1,
          parentPid: 0,
          commandLine: ['/x/electron --type=utility --utility-sub-type=a.b.C --lang=en'],
          environment: null,
          seccomp: 2,
        },
        'utility-sub-type',
      ),
    ).toBe('a.b.C');
    expect(child?.seccomp).toBeTypeOf('number');
  });

  it('measures memory of a living process, and knows when one is gone', async () => {
    const { pid, child } = await start([]);
    expect(await pssBytes(pid)).toBeGreaterThan(1_000_000);
    expect(isRunning(pid)).toBe(true);
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    expect(isRunning(pid)).toBe(false);
    expect(await pssBytes(pid)).toBeNull();
  });
});
