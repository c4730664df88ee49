/**
 * How often a gateway is asked, whatever it answers to the upgrade and to REGISTER and however it closes: the engine with
 * JsSIP. A request is a connect that a server answers, or a REGISTER. A connect and the REGISTER on it are one try, so "one in
 * 5 s" is a mean: a try of n requests is followed by the next one 5n s later at the earliest.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTestPhone, type TestPhone } from '../../../../test/support/phones/phone';
import { testGrant } from '../../../../test/support/phones/grants';
import {
  createAnsweringGateway,
  GOOD,
  type AnsweringGateway,
  type GatewayAnswer,
  type RegisterReply,
} from '../../../../test/support/servers/answering-gateway';
import { seeded } from '../../../../test/support/seeded';
import { fail } from '../../../contracts/base/result';
import type { Grant } from '../../../contracts/profile/grant';

// Minutes pass in a moment, on a computer with nothing else to do.
vi.setConfig({ testTimeout: 30_000 });

const START = 1_800_000_000_000;
const MINUTE = 60_000;
const IDENTITY = '1001@practice.invalid';
let phone: TestPhone | null = null;

beforeEach(() => void vi.useFakeTimers({ now: START }));
afterEach(async () => {
  const stopped = phone?.agent.stop();
  await vi.advanceTimersByTimeAsync(40_000);
  await stopped;
  phone = null;
  vi.useRealTimers();
});

interface Line {
  readonly url: string;
  readonly presentation: Grant['presentation'];
}
const ELSEWHERE: Line = {
  url: 'wss://pbx.invalid/',
  presentation: { kind: 'query', parameter: 'token', token: 'T' },
};
const HERE: Line = { ...ELSEWHERE, url: 'ws://127.0.0.1:5066/sip' };
const BEARER: Line = {
  ...ELSEWHERE,
  presentation: { kind: 'bearer', header: 'Authorization', realm: 'practice.invalid', token: 'T' },
};
const DIGEST: Line = {
  ...ELSEWHERE,
  presentation: { kind: 'digest', realm: 'practice.invalid', username: '1001', password: 'P' },
};

/** A request, in ms since the start. */
interface Asked {
  readonly at: number;
  readonly what: 'connect' | 'REGISTER';
}

/** Plays `answerTo` for `ms`, and notes all requests. */
async function play(
  answerTo: (connect: number) => GatewayAnswer,
  ms: number,
  random: () => number,
  line: Line = ELSEWHERE,
): Promise<{ readonly times: Asked[]; readonly gateway: AnsweringGateway }> {
  const gateway = createAnsweringGateway(answerTo);
  const started = createTestPhone({
    WebSocket: gateway.WebSocket,
    random,
    mint: () => testGrant({ identity: IDENTITY, ...line, issuedAt: Date.now(), expiresAt: Date.now() + 86_400_000 }),
  });
  phone = started;
  gateway.onStatus = (status, retryAfterMs) =>
    started.upgradeAnswered({ status, failure: fail('gateway-unavailable', 'No.', 'retry', { retryAfterMs }).failure });
  started.agent.start();
  await vi.advanceTimersByTimeAsync(ms);
  return { times: gateway.requests.map(({ at, what }) => ({ at: at - START, what })), gateway };
}

const within = (times: readonly Asked[], from: number, to: number): number =>
  times.filter(({ at }) => at >= from && at < to).length;

/**
 * At most 10 in the first 10 s; afterwards one in 5 s: a connect and the REGISTERs on it are paid for before the next connect,
 * and a refresh comes no sooner than 5 s after whatever was before.
 */
function expectPaced(times: readonly Asked[], until: number): void {
  expect(within(times, 0, 10_000)).toBeLessThanOrEqual(10);
  const later = times.filter(({ at }) => at >= 10_000);
  const TOGETHER = 1_000;
  const tries: { readonly at: number; readonly connects: boolean; requests: number; last: number }[] = [];
  for (const { at, what } of later) {
    const newest = tries.at(-1);
    if (newest !== undefined && at - newest.at <= TOGETHER) {
      newest.requests += 1;
      newest.last = at;
    } else tries.push({ at, connects: what === 'connect', requests: 1, last: at });
  }
  tries.forEach((one, index) => {
    const before = tries[index - 1];
    if (before === undefined) return;
    const paidAfter = 5_000 * (one.connects ? before.requests : 1) - TOGETHER;
    expect(one.at - before.last, `at ${one.at} ms`).toBeGreaterThanOrEqual(paidAfter);
  });
  expect(later.length).toBeLessThanOrEqual((until - 10_000) / 5_000 + 3);
}

/** The same, and ever less: what is refused is not what was wanted. */
function expectFalling(times: readonly Asked[], until: number): void {
  expectPaced(times, until);
  const [first, second, third]: readonly [number, number, number] = [
    within(times, 0, 10_000) / 10,
    within(times, 10_000, 2 * MINUTE) / 110,
    within(times, 2 * MINUTE, until) / ((until - 2 * MINUTE) / 1000),
  ];
  expect(first).toBeGreaterThan(second);
  expect(second).toBeGreaterThanOrEqual(third);
  // It does not give up.
  expect(times.at(-1)?.at).toBeGreaterThan(until - 35 * MINUTE);
}

const CODES = [
  1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1015, 3000, 3003, 4000, 4401,
  4403, 4429, 4999,
];
const UPGRADES = [
  200, 204, 301, 302, 400, 401, 402, 403, 404, 407, 408, 410, 418, 421, 426, 429, 500, 501, 502, 503, 504, 599,
];
const STATUSES = [
  300, 301, 302, 305, 380, 400, 401, 402, 403, 404, 405, 406, 407, 408, 410, 413, 414, 415, 416, 420, 421, 423, 430,
  439, 480, 481, 482, 483, 484, 485, 486, 487, 488, 491, 493, 494, 500, 501, 502, 503, 504, 505, 513, 580, 600, 603,
  604, 606, 607, 699, 799,
];
const EXPIRES = ['300', '"300"', 'abc', '4294967295', '2592000', '-1', '0', '1', '', '1e3', '3600', '10'];
const refusal = (status: number, ...headers: readonly string[]): GatewayAnswer => ({
  upgrade: 'open',
  register: { status, headers },
});
const closing = (code: number, afterMs: number): GatewayAnswer => ({ ...GOOD, close: { code, afterMs } });
const CHALLENGE = 'WWW-Authenticate: Digest realm="practice.invalid", nonce="n"';

const CONSTANT: readonly (readonly [string, GatewayAnswer, Line?])[] = [
  ...UPGRADES.map((upgrade) => [`${upgrade} to the upgrade`, { ...GOOD, upgrade }] as const),
  ['503 to the upgrade, gateway on this computer', { ...GOOD, upgrade: 503 }, HERE],
  ['403 to the upgrade, gateway on this computer', { ...GOOD, upgrade: 403 }, HERE],
  ['another subprotocol', { ...GOOD, upgrade: 'other-protocol' }],
  ['no answer to the upgrade', { ...GOOD, upgrade: 'silent' }],
  ['no answer to the upgrade, gateway on this computer', { ...GOOD, upgrade: 'silent' }, HERE],
  ['no answer to REGISTER', { upgrade: 'open', register: null }],
  ...STATUSES.map((status) => [`${status} to REGISTER`, refusal(status)] as const),
  ['401 with another realm', refusal(401, 'WWW-Authenticate: Digest realm="other", nonce="n"'), DIGEST],
  ['401 to each digest', refusal(401, CHALLENGE), DIGEST],
  ['401 that is always stale', refusal(401, `${CHALLENGE}, stale=true`), DIGEST],
  [
    '401 with invalid_token',
    refusal(401, 'WWW-Authenticate: Bearer realm="practice.invalid", error="invalid_token"'),
    BEARER,
  ],
  ['407 to each bearer', refusal(407, 'Proxy-Authenticate: Bearer realm="practice.invalid"'), BEARER],
  ['503, gateway on this computer', refusal(503), HERE],
  ...['900', '4294967295', '86400', 'abc', '-1', ''].map(
    (min) => [`423 with Min-Expires: ${min}`, refusal(423, `Min-Expires: ${min}`)] as const,
  ),
  ...CODES.flatMap((code) =>
    [0, 300].map((afterMs) => [`close code ${code}, ${afterMs} ms after the 200`, closing(code, afterMs)] as const),
  ),
  ['close code 1001 after 20 s', closing(1001, 20_000)],
  ['close code 1001 before any answer', { upgrade: 'open', register: null, close: { code: 1001, afterMs: 5 } }],
  ['close code 1008 after a 403', { ...refusal(403), close: { code: 1008, afterMs: 5 } }],
  ['close code 1006 of a gateway on this computer', closing(1006, 1), HERE],
  ['close code 4401 with digest', closing(4401, 5), DIGEST],
];

describe('a gateway that always answers the same, and not what is wanted', () => {
  it.each(CONSTANT.map(([what, answer, line]) => ({ what, answer, line })))(
    '$what: is asked ten times in ten seconds at most, then ever less',
    async ({ what, answer, line }) => {
      const { times } = await play(() => answer, 12 * MINUTE, seeded(what.length), line);
      expectFalling(times, 12 * MINUTE);
    },
  );
  it.each(EXPIRES)('expires=%s: registered, and refreshed no more often than every 5 s', async (expires) => {
    const { times } = await play(
      () => ({ upgrade: 'open', register: { status: 200, contact: (own) => [`Contact: ${own};expires=${expires}`] } }),
      5 * MINUTE,
      seeded(7),
    );
    expectPaced(times, 5 * MINUTE);
    expect(phone?.agent.snapshot().registration.phase).toBe('registered');
  });
});

describe('Retry-After', () => {
  it.each<[string, GatewayAnswer, number]>([
    ['503 to REGISTER, 20 minutes', refusal(503, 'Retry-After: 1200'), 20 * MINUTE],
    ['503 to REGISTER, a week', refusal(503, 'Retry-After: 604800'), 30 * MINUTE],
    ['403 to REGISTER, 20 minutes', { ...refusal(403, 'Retry-After: 1200') }, 20 * MINUTE],
    ['480 to REGISTER, with a comment', refusal(480, 'Retry-After: 90 (lunch);duration=60'), 1.5 * MINUTE],
    ['503 to the upgrade, 20 minutes', { ...GOOD, upgrade: 503, retryAfterS: 1200 }, 20 * MINUTE],
    ['429 to the upgrade, 30 minutes', { ...GOOD, upgrade: 429, retryAfterS: 1800 }, 30 * MINUTE],
  ])('of a %s holds', async (_what, answer, ms) => {
    const { times, gateway } = await play(() => answer, ms - 1_000, seeded(1));
    const asked = times.length;
    expect(asked).toBeLessThanOrEqual(4);
    expect(phone?.agent.snapshot().registration).toMatchObject({ phase: 'waiting' });
    expect(JSON.stringify(phone?.agent.snapshot().registration)).toMatch(/It asks to wait \d+ (seconds|minutes)\./);
    // Another address of this computer is no reason to come back.
    phone?.agent.networkChanged({ lost: false, connected: true });
    await vi.advanceTimersByTimeAsync(100);
    expect(gateway.requests.length).toBe(asked);
    await vi.advanceTimersByTimeAsync(12_000);
    expect(gateway.requests.length).toBeGreaterThan(asked);
  });
  it('does not hold against a person who tries now', async () => {
    const { times, gateway } = await play(() => refusal(503, 'Retry-After: 1200'), MINUTE, seeded(1));
    phone?.agent.reconnectNow();
    await vi.advanceTimersByTimeAsync(100);
    expect(gateway.requests.length).toBe(times.length + 2);
  });
});

/** Any answer that is no lasting success, by chance. */
function anyAnswer(random: () => number): GatewayAnswer {
  const one = <T>(list: readonly T[]): T => {
    const chosen = list[Math.floor(random() * list.length)];
    if (chosen === undefined) throw new Error('an empty list');
    return chosen;
  };
  const reply = (): RegisterReply => {
    const retryAfter = random() < 0.1 ? [`Retry-After: ${one(['1', '7', '40', '99999', 'soon'])}`] : [];
    if (random() < 0.4) {
      const expires = one(EXPIRES);
      return {
        status: one([200, 202, 299]),
        headers: retryAfter,
        contact: (own) =>
          one([[`Contact: ${own};expires=${expires}`], [], ['Contact: <sip:x#@h>;expires=9'], ['Contact: *']]),
      };
    }
    const status = one(STATUSES);
    return {
      status,
      headers: [...retryAfter, ...(status === 423 ? [`Min-Expires: ${one(['601', '900', '1e9', 'x'])}`] : [])],
    };
  };
  const replies = [reply(), reply(), reply()];
  const upgrade = random() < 0.3 ? one<GatewayAnswer['upgrade']>([...UPGRADES, 'other-protocol']) : 'open';
  return {
    upgrade,
    register: random() < 0.05 ? null : (number) => replies[number % replies.length] ?? { status: 500 },
    close: { code: one(CODES), afterMs: one([0, 1, 50, 400, 3_000, 9_000]) },
    ...(random() < 0.1 ? { retryAfterS: one([1, 5, 60]) } : {}),
  };
}

describe('a gateway whose answers change', () => {
  it.each(
    Array.from(
      { length: 40 },
      (_, seed) => [seed, seed % 3 === 0 ? HERE : seed % 3 === 1 ? ELSEWHERE : DIGEST] as const,
    ),
  )('seed %i: is asked ten times in ten seconds at most, then ever less', async (seed, line) => {
    const random = seeded(seed);
    const { times } = await play(() => anyAnswer(random), 15 * MINUTE, random, line);
    expectFalling(times, 15 * MINUTE);
  });
});

describe('answers that come late', () => {
  it.each<[string, (answer: number) => number]>([
    ['each 5 s', () => 5_000],
    ['every fifth one 10 s', (answer) => (answer % 5 === 0 ? 10_000 : 5)],
  ])('%s: the flow lives, and the line is registered', async (_what, lateMs) => {
    const { gateway } = await play(
      (connect) => ({ ...GOOD, lateMs: connect === 0 ? lateMs : () => 1 }),
      10 * MINUTE,
      seeded(3),
      HERE,
    );
    expect(gateway.requests.filter(({ what }) => what === 'connect').length).toBeLessThanOrEqual(2);
    expect(phone?.agent.snapshot().registration.phase).toBe('registered');
  });
});
