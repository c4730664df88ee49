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
    await clock.advance(10_000);
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
  it('by a gateway that asks for patience lasts as long', () => {
    const { backOff, waits } = setUp();
    backOff.refused({
      problem: 'registration-refused',
      title: 'Not registered',
      sentence: 'Later.',
      needsPerson: false,
      retryAfterMs: 20_000,
    });
    expect(waits).toEqual([20_000]);
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
});
