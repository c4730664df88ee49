import { afterEach, beforeEach, describe, expect, it, vi, type Mock } from 'vitest';
import { fail, ok, type Result } from '../../contracts/base/result';
import { systemClock } from '../base/clock';
import { createPracticeLine, type GatewayProcess, type PracticeKeys } from './practice-line';
import { Secret } from '../secrets/secret';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A process that a test plays. */
function fakeProcess() {
  const listeners: { message?: (message: unknown) => void; exit: ((code: number) => void)[] } = { exit: [] };
  const posted: unknown[] = [];
  const process: GatewayProcess & { readonly killed: Mock<() => void> } = {
    post: (message) => posted.push(message),
    onMessage: (listener) => (listeners.message = listener),
    onExit: (listener) => listeners.exit.push(listener),
    kill: () => {
      process.killed();
      exit(143);
    },
    killed: vi.fn<() => void>(),
  };
  const exit = (code: number): void => listeners.exit.forEach((listener) => listener(code));
  return { process, posted, exit, say: (message: unknown) => listeners.message?.(message) };
}

function setUp() {
  const processes: ReturnType<typeof fakeProcess>[] = [];
  const listening: string[] = [];
  const logged: string[] = [];
  const first = Secret.generate();
  const state: { keys: Result<PracticeKeys> } = { keys: ok({ active: first, next: null }) };
  let held: Promise<void> = Promise.resolve();
  /** The keychain takes its time with the next answer, until the function that comes back is called. */
  const hold = (): (() => void) => {
    let release = (): void => undefined;
    held = new Promise<void>((resolve) => (release = resolve));
    return () => release();
  };
  const line = createPracticeLine({
    fork: () => {
      const made = fakeProcess();
      processes.push(made);
      return made.process;
    },
    keys: async () => {
      const answer = state.keys;
      const slow = held;
      held = Promise.resolve();
      await slow;
      return answer;
    },
    clock: systemClock,
    random: () => 0,
    log: { info: (text) => logged.push(text), warn: (text) => logged.push(text), error: (text) => logged.push(text) },
    onListening: (url) => listening.push(url),
  });
  const last = (): ReturnType<typeof fakeProcess> => processes.at(-1) ?? expect.unreachable('no process');
  const listen = async (port: number): Promise<void> => {
    await vi.advanceTimersByTimeAsync(0);
    last().say({ type: 'listening', url: `ws://127.0.0.1:${port}/`, domain: 'practice.ringfence.local', port });
  };
  return { line, processes, listening, logged, state, first, last, listen, hold };
}
const textOf = (secret: Secret): string => secret.use((bytes) => Buffer.from(bytes).toString());

describe('the Practice line', () => {
  it('starts its gateway with the key, by message only', async () => {
    const { line, last, first, listen, listening, logged } = setUp();
    line.start();
    const url = line.url();
    await listen(4000);
    expect(last().posted).toEqual([
      {
        type: 'start',
        options: {
          port: 0,
          domain: 'practice.ringfence.local',
          keys: { active: textOf(first) },
          issuer: 'ringfence',
          audience: 'practice',
          accepts: ['query', 'subprotocol', 'bearer', 'digest', 'main-injected'],
        },
      },
    ]);
    expect(await url).toEqual({ ok: true, value: 'ws://127.0.0.1:4000/' });
    expect(listening).toEqual(['ws://127.0.0.1:4000/']);
    expect(logged.join()).not.toContain(textOf(first));
  });

  it('starts it again when it dies, on the same port, backing off while it keeps dying', async () => {
    const { line, processes, last, listen, listening } = setUp();
    line.start();
    await listen(4000);
    last().exit(9);
    const url = line.url();
    await vi.advanceTimersByTimeAsync(199);
    expect(processes).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(last().posted).toMatchObject([{ options: { port: 4000 } }]);
    last().exit(9);
    await vi.advanceTimersByTimeAsync(399);
    expect(processes).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    await listen(4000);
    expect(await url).toMatchObject({ ok: true });
    expect(listening).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(60_000);
    last().exit(9);
    await vi.advanceTimersByTimeAsync(200);
    expect(processes).toHaveLength(4);
  });

  it('takes another port when its own was taken meanwhile', async () => {
    const { line, last, listen } = setUp();
    line.start();
    await listen(4000);
    last().exit(9);
    await vi.advanceTimersByTimeAsync(200);
    last().say({ type: 'failed', failure: { reason: 'port-taken', sentence: 'Port 4000 is taken.', action: 'none' } });
    await vi.advanceTimersByTimeAsync(400);
    expect(last().posted).toMatchObject([{ options: { port: 0 } }]);
  });

  it('says why there is no gateway when somebody has waited long enough', async () => {
    const { line, last } = setUp();
    line.start();
    const url = line.url();
    await vi.advanceTimersByTimeAsync(8_000);
    expect(await url).toMatchObject({ ok: false, failure: { reason: 'gateway-unavailable', action: 'retry' } });
    last().say({ type: 'failed', failure: { reason: 'gateway-unavailable', sentence: 'No library.', action: 'none' } });
    const again = line.url();
    await vi.advanceTimersByTimeAsync(8_000);
    expect(await again).toMatchObject({ failure: { sentence: 'No library.' } });
  });

  it('does not start a gateway without a key, and tries again', async () => {
    const { line, processes, state, first, listen } = setUp();
    state.keys = fail('key-absent', 'The Practice line has no key.');
    line.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(processes[0]?.posted).toEqual([]);
    expect(processes[0]?.process.kill).toBeDefined();
    state.keys = ok({ active: first, next: null });
    await vi.advanceTimersByTimeAsync(200);
    await listen(4000);
    expect(await line.url()).toMatchObject({ ok: true });
  });

  it('gives new keys to the running gateway', async () => {
    const { line, last, state, first, listen } = setUp();
    line.start();
    await listen(4000);
    const next = Secret.generate();
    state.keys = ok({ active: first, next });
    await line.refreshKeys();
    expect(last().posted.at(-1)).toEqual({ type: 'set-keys', keys: { active: textOf(first), next: textOf(next) } });
  });

  it('gives them in the order of the changes, and says where it listens only when it has them', async () => {
    const { line, last, state, first, listen, hold } = setUp();
    line.start();
    await listen(4000);
    const [next, later] = [Secret.generate(), Secret.generate()];
    state.keys = ok({ active: first, next });
    const release = hold();
    void line.refreshKeys();
    const url = line.url();
    const told = vi.fn();
    void url.then(told);
    await vi.advanceTimersByTimeAsync(100);
    state.keys = ok({ active: next, next: later });
    void line.refreshKeys();
    await vi.advanceTimersByTimeAsync(100);
    expect(told).not.toHaveBeenCalled();
    release();
    await url;
    await line.url();
    expect(last().posted.slice(1)).toEqual([
      { type: 'set-keys', keys: { active: textOf(first), next: textOf(next) } },
      { type: 'set-keys', keys: { active: textOf(next), next: textOf(later) } },
    ]);
  });

  it('starts it with the newest keys when they changed before it listened', async () => {
    const { line, last, state, listen } = setUp();
    line.start();
    await vi.advanceTimersByTimeAsync(0);
    const replaced = Secret.generate();
    state.keys = ok({ active: replaced, next: null });
    await line.refreshKeys();
    await listen(4000);
    await vi.advanceTimersByTimeAsync(0);
    expect(last().posted.at(-1)).toMatchObject({ keys: { active: textOf(replaced) } });
  });

  it('ignores what it does not understand', async () => {
    const { line, last, listening } = setUp();
    line.start();
    await vi.advanceTimersByTimeAsync(0);
    for (const message of [null, 'listening', { type: 'listening' }, { type: 'other' }]) last().say(message);
    expect(listening).toEqual([]);
  });

  it('stops: asks first, ends it after a second, and starts nothing more', async () => {
    const { line, processes, last, listen } = setUp();
    line.start();
    await listen(4000);
    const stopped = line.stop();
    expect(last().posted.at(-1)).toEqual({ type: 'close' });
    expect(last().process).toHaveProperty('killed');
    await vi.advanceTimersByTimeAsync(1_000);
    await stopped;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(processes).toHaveLength(1);
  });

  it('stops at once when the gateway ends by itself', async () => {
    const { line, last, listen } = setUp();
    line.start();
    await listen(4000);
    const stopped = line.stop();
    last().exit(0);
    await stopped;
    expect(vi.getTimerCount()).toBe(0);
  });
});
