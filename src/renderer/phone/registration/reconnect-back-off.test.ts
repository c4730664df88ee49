import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../../test/support/fake-clock';
import { fail } from '../../../contracts/base/result';
import { createReconnectBackOff } from './reconnect-back-off';

function setUp(elsewhere = true) {
  const clock = createFakeClock();
  const said: string[] = [];
  const waits: number[] = [];
  const problems: string[] = [];
  let retries = 0;
  const backOff = createReconnectBackOff({
    clock,
    random: () => 1,
    onEvent: ({ title }) => said.push(title),
    isElsewhere: () => elsewhere,
    onWaiting: ({ retryAt, problem, sentence }) => {
      waits.push(retryAt - clock.now());
      problems.push(`${problem}: ${sentence}`);
    },
    retry: () => {
      retries += 1;
      backOff.trying();
    },
  });
  return { clock, backOff, said, waits, problems, retries: () => retries };
}

describe('an outage', () => {
  it('is told once for each thing that is wrong, and again after it was over', () => {
    const { backOff, said } = setUp();
    backOff.notOpened(0);
    backOff.notOpened(0);
    backOff.notOpened(0);
    expect(said).toEqual(['Not connected', 'Not connected']);
    backOff.nothingIsWrong();
    backOff.notOpened(0);
    expect(said.length).toBe(3);
  });
  it('waits ever longer by its length, and shortly again when a connection has held', async () => {
    const { clock, backOff, waits } = setUp();
    backOff.lost(false);
    await clock.advance(400_000);
    for (let n = 0; n < 6; n += 1) backOff.notOpened(0);
    expect([waits[0], waits.at(-1)]).toEqual([750, 15_000]);
    backOff.over();
    await clock.advance(59_999);
    // A refresh does not begin the minute anew.
    backOff.over();
    await clock.advance(1);
    backOff.lost(false);
    expect(waits.at(-1)).toBe(750);
  });
  it('has one wait at a time', async () => {
    const { clock, backOff, retries } = setUp();
    backOff.notOpened(0);
    backOff.notOpened(0);
    await clock.advance(60_000);
    expect(retries()).toBe(1);
    backOff.notOpened(0);
    backOff.stop();
    await clock.advance(60_000);
    expect([retries(), clock.waiting()]).toEqual([1, 0]);
  });
  it('that the network makes waits for the network, but not where the gateway is here', () => {
    const far = setUp();
    far.backOff.network(false);
    far.backOff.notOpened(0);
    expect([far.waits, far.problems]).toEqual([[15_000], ['gateway-unreachable: This computer has no network.']]);
    const here = setUp(false);
    here.backOff.network(false);
    here.backOff.notOpened(0);
    expect([here.waits, here.problems]).toEqual([[250], ['gateway-unreachable: The gateway does not answer.']]);
  });
  it('goes on as it was when the gateway closes the connection after it refused', () => {
    const { backOff, waits } = setUp();
    backOff.refused({ problem: 'token-refused', title: 'Token refused', sentence: 'No.', needsPerson: true });
    backOff.lost(false);
    expect(waits).toEqual([30_000]);
  });
  it('by a gateway that asks for patience lasts as long, and up to a quarter more by chance', () => {
    const { backOff, waits } = setUp();
    backOff.refused({
      problem: 'registration-refused',
      title: 'Not registered',
      sentence: 'Later.',
      needsPerson: false,
      retryAfterMs: 20_000,
    });
    // The latest that chance may bring.
    expect(waits).toEqual([25_000]);
  });
  it('by a certificate is known whichever word comes first', () => {
    const refusal = fail('certificate-refused', 'Unknown issuer.', 'retry').failure;
    const before = setUp();
    before.backOff.connectRefused(refusal);
    before.backOff.notOpened(0);
    const after = setUp();
    after.backOff.notOpened(0);
    after.backOff.connectRefused(refusal);
    expect([before.problems.at(-1), after.problems.at(-1)]).toEqual([
      'certificate-refused: Unknown issuer.',
      'certificate-refused: Unknown issuer.',
    ]);
    expect([before.backOff.failures(), after.backOff.failures()]).toEqual([1, 1]);
    after.backOff.trying();
    after.backOff.connectRefused(fail('provider-refused', 'No.').failure);
    after.backOff.notOpened(0);
    expect(after.problems.at(-1)).toMatch(/^gateway-unreachable/);
  });
  it('goes on while no registration holds for a minute: a gateway that closes each connection is asked ever less', async () => {
    const { clock, backOff, waits } = setUp();
    for (let n = 0; n < 12; n += 1) {
      backOff.opened();
      backOff.registerSent();
      backOff.over();
      backOff.lost(false);
      await clock.advance(waits.at(-1) ?? 0);
    }
    expect(waits.slice(0, 4)).toEqual([750, 1_000, 1_000, 1_000]);
    expect(waits.slice(4, 7)).toEqual([12_500, 18_750, 28_125]);
    expect(waits.at(-1)).toBe(75_000);
    backOff.over();
    await clock.advance(60_000);
    backOff.lost(false);
    expect(waits.at(-1)).toBe(750);
  });
  it.each(['gateway-unavailable', 'proxy-refused'] as const)(
    'that main has looked into (%s) says why, with the wait as it is, until somebody answers',
    (reason) => {
      const { clock, backOff, waits, problems, said } = setUp();
      const why = fail(reason, 'The name of the gateway was not found.', 'retry').failure;
      backOff.notOpened(0);
      const first = clock.now() + (waits[0] ?? 0);
      void clock.advance(100);
      backOff.connectRefused(why);
      expect(problems).toEqual([
        'gateway-unreachable: The gateway does not answer.',
        'gateway-unreachable: The name of the gateway was not found.',
      ]);
      expect(clock.now() + (waits[1] ?? 0)).toBe(first);
      expect(backOff.failures()).toBe(1);
      // The next try ends the same way: nothing else is said in between.
      backOff.trying();
      backOff.notOpened(0);
      backOff.connectRefused(why);
      expect(new Set(problems.slice(1))).toEqual(
        new Set(['gateway-unreachable: The name of the gateway was not found.']),
      );
      expect(said.length).toBe(2);
      backOff.trying();
      backOff.opened();
      backOff.trying();
      backOff.notOpened(0);
      expect(problems.at(-1)).toBe('gateway-unreachable: The gateway does not answer.');
    },
  );
  it.each([
    [1001, 'gateway-unreachable', 750],
    [1006, 'gateway-unreachable', 750],
    [1012, 'gateway-unreachable', 750],
    [1013, 'gateway-unreachable', 18_750],
    [1008, 'gateway-unreachable', 750],
    [4401, 'gateway-unreachable', 750],
  ])('by close code %s waits %s, %s ms', (code, problem, ms) => {
    const { backOff, waits, problems } = setUp();
    backOff.lost(false, { how: 'closed', code });
    expect([waits, problems[0]?.split(':')[0]]).toEqual([[ms], problem]);
  });
  it.each([1008, 4401])('by close code %s is a matter of the token from the second time on', async (code) => {
    const { clock, backOff, waits, problems } = setUp();
    backOff.lost(false, { how: 'closed', code });
    await clock.advance(1_000);
    backOff.over();
    backOff.lost(false, { how: 'closed', code });
    expect(waits.at(-1)).toBe(30_000);
    expect(problems.at(-1)).toMatch(/^token-refused: The gateway refused the token/);
  });
  it.each([
    [503, undefined, 'gateway-unreachable', 750],
    [503, 40_000, 'gateway-unreachable', 50_000],
    [429, 1_800_000, 'gateway-unreachable', 1_815_000],
    [404, undefined, 'gateway-unreachable', 750],
    [101, undefined, 'gateway-unreachable', 750],
    [401, undefined, 'token-refused', 750],
    [403, 90_000, 'token-refused', 105_000],
  ])(
    'by the answer %s to the upgrade, Retry-After %s, is %s for %s ms at the latest, whichever word comes first',
    (status, retryAfterMs, problem, ms) => {
      const answer = { status, failure: fail('gateway-unavailable', 'No.', 'retry', { retryAfterMs }).failure };
      const before = setUp();
      before.backOff.upgradeAnswered(answer);
      before.backOff.notOpened(0);
      const after = setUp();
      after.backOff.notOpened(0);
      after.backOff.upgradeAnswered(answer);
      for (const one of [before, after]) {
        expect([one.waits.at(-1), one.problems.at(-1)?.split(':')[0], one.backOff.failures()]).toEqual([
          ms,
          problem,
          1,
        ]);
        expect(one.backOff.isHeldOff()).toBe(retryAfterMs !== undefined);
      }
    },
  );
  it('by 401 to the upgrade waits like one to REGISTER from the second time on, with one fresh token in between', () => {
    const { backOff, waits, problems, said } = setUp();
    const answer = { status: 401, failure: fail('provider-refused', 'The gateway refused the token.').failure };
    for (let n = 0; n < 2; n += 1) {
      backOff.trying();
      backOff.upgradeAnswered(answer);
      backOff.notOpened(0);
    }
    expect(waits).toEqual([750, 30_000]);
    expect(problems.at(-1)).toBe('token-refused: The gateway refused the token.');
    expect(said).toEqual(['Token refused']);
  });
  it('tells for how long the gateway asks to be left alone', () => {
    const { backOff, problems } = setUp();
    backOff.refused({
      problem: 'registration-refused',
      title: 'Not registered',
      sentence: 'Later.',
      needsPerson: false,
      retryAfterMs: 1_200_000,
    });
    expect(problems).toEqual(['registration-refused: Later. It asks to wait 20 minutes.']);
  });
});
