import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock';
import { fail } from '../../contracts/result';
import { createOutage } from './outage';

function setUp(elsewhere = true) {
  const clock = createFakeClock();
  const said: string[] = [];
  const waits: number[] = [];
  const problems: string[] = [];
  let retries = 0;
  const outage = createOutage({
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
      outage.trying();
    },
  });
  return { clock, outage, said, waits, problems, retries: () => retries };
}

describe('an outage', () => {
  it('is told once for each thing that is wrong, and again after it was over', () => {
    const { outage, said } = setUp();
    outage.notOpened(0);
    outage.notOpened(0);
    outage.notOpened(0);
    expect(said).toEqual(['Not connected', 'Not connected']);
    outage.nothingIsWrong();
    outage.notOpened(0);
    expect(said.length).toBe(3);
  });
  it('waits ever longer by its length, and shortly again when a connection has held', async () => {
    const { clock, outage, waits } = setUp();
    outage.lost(false);
    await clock.advance(400_000);
    for (let n = 0; n < 6; n += 1) outage.notOpened(0);
    expect([waits[0], waits.at(-1)]).toEqual([750, 15_000]);
    outage.over();
    await clock.advance(10_000);
    outage.lost(false);
    expect(waits.at(-1)).toBe(750);
  });
  it('has one wait at a time', async () => {
    const { clock, outage, retries } = setUp();
    outage.notOpened(0);
    outage.notOpened(0);
    await clock.advance(60_000);
    expect(retries()).toBe(1);
    outage.notOpened(0);
    outage.stop();
    await clock.advance(60_000);
    expect([retries(), clock.waiting()]).toEqual([1, 0]);
  });
  it('that the network makes waits for the network, but not where the gateway is here', () => {
    const far = setUp();
    far.outage.network(false);
    far.outage.notOpened(0);
    expect([far.waits, far.problems]).toEqual([[15_000], ['gateway-unreachable: This computer has no network.']]);
    const here = setUp(false);
    here.outage.network(false);
    here.outage.notOpened(0);
    expect([here.waits, here.problems]).toEqual([[250], ['gateway-unreachable: The gateway does not answer.']]);
  });
  it('goes on as it was when the gateway closes the connection after it refused', () => {
    const { outage, waits } = setUp();
    outage.refused({ problem: 'token-refused', title: 'Token refused', sentence: 'No.', needsPerson: true });
    outage.lost(false);
    expect(waits).toEqual([30_000]);
  });
  it('by a gateway that asks for patience lasts as long', () => {
    const { outage, waits } = setUp();
    outage.refused({
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
    before.outage.connectRefused(refusal);
    before.outage.notOpened(0);
    const after = setUp();
    after.outage.notOpened(0);
    after.outage.connectRefused(refusal);
    expect([before.problems.at(-1), after.problems.at(-1)]).toEqual([
      'certificate-refused: Unknown issuer.',
      'certificate-refused: Unknown issuer.',
    ]);
    expect([before.outage.failures(), after.outage.failures()]).toEqual([1, 1]);
    after.outage.trying();
    after.outage.connectRefused(fail('provider-refused', 'No.').failure);
    after.outage.notOpened(0);
    expect(after.problems.at(-1)).toMatch(/^gateway-unreachable/);
  });
});
