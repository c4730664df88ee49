/** Who refreshes a registration, and when: the engine with JsSIP against answers that registrars give, and that none should. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTestPhone, type TestPhone } from '../../../../test/support/phones/phone';
import { testGrant } from '../../../../test/support/phones/grants';
import {
  createAnsweringGateway,
  GOOD,
  type AnsweringGateway,
  type GatewayAnswer,
} from '../../../../test/support/servers/answering-gateway';

// Minutes pass in a moment, on a computer with nothing else to do.
vi.setConfig({ testTimeout: 30_000 });

const MINUTE = 60_000;
const IDENTITY = '1001@practice.invalid';
let phone: TestPhone | null = null;

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }));
afterEach(async () => {
  const stopped = phone?.agent.stop();
  await vi.advanceTimersByTimeAsync(40_000);
  await stopped;
  phone = null;
  vi.useRealTimers();
});

/** A phone whose token lives for a day, started, and what it asks this gateway. */
async function start(answer: GatewayAnswer, tokenLifeMs = 86_400_000): Promise<[TestPhone, AnsweringGateway]> {
  const gateway = createAnsweringGateway(() => answer);
  phone = createTestPhone({
    WebSocket: gateway.WebSocket,
    random: () => 0.5,
    mint: () =>
      testGrant({
        identity: IDENTITY,
        url: 'wss://pbx.invalid/',
        issuedAt: Date.now(),
        expiresAt: Date.now() + tokenLifeMs,
      }),
  });
  phone.agent.start();
  await vi.advanceTimersByTimeAsync(100);
  return [phone, gateway];
}
const phaseOf = ({ agent }: TestPhone): string => agent.snapshot().registration.phase;
const registersOf = ({ requests }: AnsweringGateway): number[] =>
  requests.filter(({ what }) => what === 'REGISTER').map(({ at }) => at - 1_800_000_000_000);
const listed = (...contacts: readonly string[]): GatewayAnswer => ({
  upgrade: 'open',
  register: { status: 200, contact: () => contacts },
});
const own = (parameters: string): GatewayAnswer => ({
  upgrade: 'open',
  register: { status: 200, contact: (contact) => [`Contact: ${contact}${parameters}`] },
});

describe('the refresh', () => {
  // With 0.5 by chance it is due after 5/8 of the life.
  it.each<[string, GatewayAnswer, number]>([
    ['expires=300', own(';expires=300'), 187_500],
    ['expires="300"', own(';expires="300"'), 187_500],
    ['expires = 300 with blanks', own('; expires = 300'), 187_500],
    ['expires=abc', own(';expires=abc'), 75_000],
    [
      'expires=abc beside an Expires header',
      { upgrade: 'open', register: { status: 200, contact: (c) => [`Contact: ${c};expires=abc`, 'Expires: 200'] } },
      125_000,
    ],
    ['expires=1e9', own(';expires=1e9'), 75_000],
    ['expires=4294967295', own(';expires=4294967295'), 2_250_000],
    ['expires of 30 days', own(';expires=2592000'), 2_250_000],
    ['a number with forty digits', own(`;expires=${'9'.repeat(40)}`), 2_250_000],
    ['expires=1', own(';expires=1'), 6_250],
    ['expires=0', own(';expires=0'), 6_250],
    ['expires=-1', own(';expires=-1'), 6_250],
    ['no expires', own(''), 75_000],
    ['a Contact that is rewritten', listed('Contact: <sip:1001@192.0.2.7:5066;transport=ws>;expires=120'), 75_000],
    ['no Contact at all', listed(), 75_000],
    ['no Contact, an Expires header', listed('Expires: 240'), 150_000],
    [
      'only bindings of other phones',
      listed('Contact: <sip:x@192.0.2.8>;expires=20, <sip:y@192.0.2.9>;expires=30'),
      75_000,
    ],
    [
      'another binding with #',
      {
        upgrade: 'open',
        register: { status: 200, contact: (c) => [`Contact: <sip:10#1@192.0.2.8>;expires=5, ${c};expires=400`] },
      },
      250_000,
    ],
    [
      'another binding with a comma and a quote that nobody closes',
      {
        upgrade: 'open',
        register: {
          status: 200,
          contact: (c) => [`Contact: "odd <sip:x@192.0.2.8>;expires=5`, `Contact: ${c};expires=400`],
        },
      },
      250_000,
    ],
    [
      'another binding that is no URI',
      { upgrade: 'open', register: { status: 200, contact: (c) => ['Contact: ;;;<>,*', `m: ${c};expires=400`] } },
      250_000,
    ],
  ])('after %s is sent once, in its time', async (_what, answer, dueMs) => {
    const [a, gateway] = await start(answer);
    expect(phaseOf(a)).toBe('registered');
    await vi.advanceTimersByTimeAsync(dueMs - 200);
    expect(registersOf(gateway).length).toBe(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(registersOf(gateway).length).toBe(2);
    const more = Math.min(4 * dueMs, 15 * MINUTE);
    await vi.advanceTimersByTimeAsync(more);
    expect(phaseOf(a)).toBe('registered');
    expect(registersOf(gateway).length - 2 - Math.floor(more / dueMs)).toBeGreaterThanOrEqual(-1);
    expect(registersOf(gateway).length - 2 - Math.floor(more / dueMs)).toBeLessThanOrEqual(0);
    expect(gateway.requests.filter(({ what }) => what === 'connect').length).toBe(1);
  });
  it('comes before the token ends, however long the registrar grants', async () => {
    const [a, gateway] = await start(own(';expires=3600'), 2 * MINUTE);
    const { registration } = a.agent.snapshot();
    expect(registration.phase === 'registered' && registration.expiresAt - Date.now()).toBeLessThanOrEqual(2 * MINUTE);
    await vi.advanceTimersByTimeAsync(2 * MINUTE);
    expect(registersOf(gateway).length).toBeGreaterThanOrEqual(2);
  });
  it('is never one of JsSIP: in two hours there are no more than ours', async () => {
    const [, gateway] = await start(own(';expires=3600'));
    await vi.advanceTimersByTimeAsync(2 * 60 * MINUTE);
    // One in 37.5 minutes.
    expect(registersOf(gateway).length).toBe(4);
  });
  it('can be stopped: the REGISTER that takes the binding away is the last one', async () => {
    const [a, gateway] = await start(GOOD);
    const stopped = a.agent.stop();
    await vi.advanceTimersByTimeAsync(10 * MINUTE);
    await stopped;
    const registers = gateway.requests.filter(({ what }) => what === 'REGISTER');
    expect(registers.length).toBe(2);
    expect(registers.at(-1)?.text).toContain('\r\nExpires: 0');
  });
});

describe('a 423', () => {
  const brief = (minExpires: readonly string[]): GatewayAnswer => ({
    upgrade: 'open',
    register: { status: 423, headers: minExpires },
  });
  it('is answered with the life that it wants', async () => {
    const gateway = createAnsweringGateway(() => ({
      upgrade: 'open',
      register: (number) => (number === 0 ? { status: 423, headers: ['Min-Expires: 1800'] } : { status: 200 }),
    }));
    phone = createTestPhone({ WebSocket: gateway.WebSocket, mint: () => testGrant({ identity: IDENTITY }) });
    phone.agent.start();
    await vi.advanceTimersByTimeAsync(100);
    expect(phaseOf(phone)).toBe('registered');
    const texts = gateway.requests.filter(({ what }) => what === 'REGISTER').map(({ text }) => text);
    expect(texts.length).toBe(2);
    expect(texts[0]).toMatch(/;expires=600\r\n/);
    expect(texts[1]).toMatch(/;expires=1800\r\n/);
    expect(texts[1]).toContain('\r\nExpires: 1800\r\n');
  });
  it.each([
    ['4294967295: an hour is asked for, once', ['Min-Expires: 4294967295'], [600, 3600]],
    ['no Min-Expires', [], [600]],
    ['Min-Expires: 10, less than what was asked for', ['Min-Expires: 10'], [600]],
    ['Min-Expires: soon', ['Min-Expires: soon'], [600]],
    ['Min-Expires: -1', ['Min-Expires: -1'], [600]],
  ])('with %s', async (_what, headers, asked) => {
    const [a, gateway] = await start(brief(headers));
    expect(a.agent.snapshot().registration).toMatchObject({ phase: 'waiting', problem: 'registration-refused' });
    expect(gateway.requests.flatMap(({ text }) => /;expires=(\d+)/.exec(text)?.[1] ?? []).map(Number)).toEqual(asked);
  });
});
