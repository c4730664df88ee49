/** Registration against a socket of the test's own: what is told of flows that replace each other, and what a refusal is worth. */
import { describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../../../test/support/fake-clock';
import { testGrant } from '../../../../test/support/phones/grants';
import type { Grant } from '../../../contracts/profile/grant';
import { ok } from '../../../contracts/base/result';
import { createRegistration } from './registration';
import type { RegistrationKeeper } from './registration-keeper';
import type { RegisterAnswer } from '../port/sip-stack';

const ELSEWHERE = 'wss://pbx.invalid/';
const answer = (status: number, phrase = 'X'): RegisterAnswer => ({
  status,
  phrase,
  expiresS: 300,
  challenges: [],
  date: null,
});

interface Bench {
  readonly clock: FakeClock;
  readonly keeper: RegistrationKeeper;
  /** What became of each flow that is opened: `open` settles the oldest one that waits. */
  readonly open: (succeeds?: boolean) => Promise<void>;
  readonly registers: Grant[];
  readonly restored: boolean[];
  readonly answered: (status: number) => Promise<void>;
  readonly opening: () => number;
  grant: Grant;
  up: boolean;
}
async function setUp(over: Partial<Grant> = {}): Promise<Bench> {
  const clock = createFakeClock();
  const waiting: ((open: boolean) => void)[] = [];
  const registers: Grant[] = [];
  const restored: boolean[] = [];
  const opened = (): Promise<boolean> => new Promise((resolve) => void waiting.push(resolve));
  const bench: Bench = {
    clock,
    registers,
    restored,
    grant: testGrant({ url: ELSEWHERE, ...over }),
    up: true,
    opening: () => waiting.length,
    keeper: createRegistration({
      grants: { get: () => Promise.resolve(ok(bench.grant)), onRenewed: () => () => undefined },
      socket: { connect: opened, replace: opened, isUp: () => bench.up, probe: () => undefined },
      clock,
      random: () => 0.5,
      register: (grant) => registers.push(grant),
      present: () => undefined,
      onChange: () => undefined,
      onEvent: () => undefined,
      onRestored: (moved) => restored.push(moved),
    }),
    open: async (succeeds = true) => {
      await clock.settle();
      const settle = waiting.shift();
      if (settle === undefined) throw new Error('nothing is being opened');
      settle(succeeds);
      await clock.settle();
    },
    answered: async (status) => {
      bench.keeper.registerAnswered(answer(status));
      await clock.settle();
    },
  };
  bench.keeper.start();
  await bench.open();
  return bench;
}
const registered = async (over: Partial<Grant> = {}): Promise<Bench> => {
  const bench = await setUp(over);
  await bench.answered(200);
  return bench;
};

describe('a flow that replaces another one', () => {
  it('tells the calls when it is registered, not when the one before is, which is being left', async () => {
    const { answered, keeper, open, restored } = await registered();
    keeper.networkChanged({ lost: true, connected: true });
    await open();
    keeper.networkChanged({ lost: true, connected: true });
    await answered(200);
    expect(restored).toEqual([]);
    await open();
    await answered(200);
    expect(restored).toEqual([true]);
    await answered(200);
    expect(restored).toEqual([true]);
  });
  it('is not taken for registered by the refresh of the one before', async () => {
    const { answered, keeper, open, restored } = await registered();
    keeper.reconnectNow();
    await answered(200);
    expect(restored).toEqual([]);
    await open();
    await answered(200);
    expect(restored).toEqual([false]);
  });
  it('and can not be opened: the one that there is registers again, and the calls go on with it', async () => {
    const { answered, keeper, open, registers, restored } = await registered();
    keeper.networkChanged({ lost: true, connected: true });
    await open(false);
    expect(registers.length).toBe(2);
    await answered(200);
    expect(restored).toEqual([true]);
  });
});

describe('a refused token', () => {
  const bearer = { kind: 'bearer', header: 'Authorization', realm: 'practice.invalid', token: 'T' } as const;
  it('gets another one after a loss of the flow too', async () => {
    const bench = await setUp();
    await bench.answered(401);
    await bench.open();
    bench.keeper.flowLost({ how: 'closed' });
    await bench.clock.advance(1_000);
    await bench.open();
    await bench.answered(401);
    expect([bench.keeper.state().phase, bench.opening()]).toEqual(['connecting', 1]);
  });
  it('is not hammered with when the gateway closes the connection as well', async () => {
    const { answered, clock, keeper, open } = await setUp();
    await answered(401);
    await open();
    await answered(401);
    const refused = keeper.state();
    expect(refused).toMatchObject({ phase: 'waiting', problem: 'token-refused' });
    keeper.flowLost({ how: 'closed' });
    await clock.advance(10_000);
    expect(keeper.state()).toEqual(refused);
  });
  it.each<[string, Partial<Grant>]>([
    ['gateway', { url: 'wss://other.invalid/' }],
    ['way of presenting it', { presentation: { kind: 'query', parameter: 'token', token: 'T2' } }],
  ])('is not followed by one of another %s on the same flow', async (_what, other) => {
    const bench = await setUp({ presentation: bearer });
    bench.grant = testGrant({ url: ELSEWHERE, presentation: bearer, ...other });
    await bench.answered(401);
    expect([bench.registers.length, bench.opening()]).toEqual([1, 1]);
    await bench.open();
    expect(bench.registers.at(-1)).toBe(bench.grant);
  });
  it('of an INVITE is not followed by one of another gateway: the line moves there instead', async () => {
    const bench = await registered({ presentation: bearer });
    bench.grant = testGrant({ url: 'wss://other.invalid/', presentation: bearer });
    expect(await bench.keeper.presentAnother('sip:1002@practice.invalid', { status: 401, challenges: [] })).toBe(false);
    expect(bench.keeper.grant()?.url).toBe(ELSEWHERE);
    await bench.open();
    expect([bench.keeper.grant()?.url, bench.registers.at(-1)]).toEqual(['wss://other.invalid/', bench.grant]);
  });
});
