/** A promoted key that its gateway may not know: what a refusal means, and how the line goes on. */
import { describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../../../test/support/fake-clock';
import { testGrant } from '../../../../test/support/phones/grants';
import type { Grant } from '../../../contracts/profile/grant';
import { fail, ok } from '../../../contracts/base/result';
import { untriedDelay } from '../../base/untried-delay';
import type { EngineEvent, UpgradeAnswer } from '../port/user-agent';
import type { RegisterAnswer } from '../port/sip-stack';
import { challengesIn } from '../wire/challenge';
import { peek } from '../wire/sip-wire';
import { createRegistration } from './registration';
import type { RegistrationKeeper } from './registration-keeper';
import { createUntriedKey, mayNotKnowKey, type TokenRefusal } from './untried-key';

const NEW_KEY = 'e07c1b95';
const bearer: Grant['presentation'] = { kind: 'bearer', header: 'Authorization', realm: 'pbx.example.com', token: 'T' };
const digest: Grant['presentation'] = { kind: 'digest', realm: 'pbx.example.com', username: 'u', password: 'P' };
const query: Grant['presentation'] = { kind: 'query', parameter: 'token', token: 'T' };

const upgrade = (status: number, more: Partial<UpgradeAnswer> = {}): TokenRefusal => ({
  at: 'upgrade',
  answer: { status, failure: fail('provider-refused', 'Refused.').failure, ...more },
});
function register(status: number, challenge = '', phrase = 'Refused', date: number | null = null): TokenRefusal {
  const message = peek(
    `SIP/2.0 ${status} ${phrase}\r\nCSeq: 1 REGISTER\r\n${challenge === '' ? '' : `${status === 407 ? 'Proxy' : 'WWW'}-Authenticate: ${challenge}\r\n`}\r\n`,
  );
  if (message === null) throw new Error('no message');
  return {
    at: 'register',
    toProxy: false,
    answer: { status, phrase, expiresS: null, challenges: challengesIn(message), date },
  };
}

const REFUSALS: readonly (readonly [string, Grant['presentation'], TokenRefusal, boolean])[] = [
  ['an upgrade answered with 401', query, upgrade(401), true],
  ['an upgrade answered with 403', { kind: 'main-injected' }, upgrade(403), true],
  ['a 401 that says what is wrong', query, upgrade(401, { saysWhy: true }), false],
  [
    'a 401 of another time',
    query,
    upgrade(401, { failure: fail('clock-skewed', 'The clock.', 'check-clock').failure }),
    false,
  ],
  ["a proxy's 407", query, upgrade(407), false],
  ['a busy gateway', query, upgrade(503), false],
  ['a wrong path', query, upgrade(404), false],
  ['a server that speaks no SIP', query, upgrade(101), false],
  ['a close code that means the token', query, { at: 'close' }, true],
  ['a REGISTER refused with 401', query, register(401), true],
  ['bearer: a bare 401', bearer, register(401), true],
  ['bearer: invalid_token', bearer, register(401, 'Bearer realm="pbx.example.com", error="invalid_token"'), true],
  [
    'bearer: the signature',
    bearer,
    register(401, 'Bearer realm="pbx.example.com", error="invalid_token", error_description="signature"'),
    true,
  ],
  [
    'bearer: expired',
    bearer,
    register(401, 'Bearer realm="pbx.example.com", error="invalid_token", error_description="expired"'),
    false,
  ],
  ['bearer: scope', bearer, register(401, 'Bearer realm="pbx.example.com", error="insufficient_scope"'), false],
  ['bearer: another realm', bearer, register(401, 'Bearer realm="elsewhere", error="invalid_token"'), false],
  ['bearer: 403 without a word', bearer, register(403, '', 'Forbidden'), true],
  ['bearer: 403, another identity', bearer, register(403, '', 'Forbidden identity'), false],
  ['bearer: a proxy that has not seen it', bearer, register(407, 'Bearer realm="pbx.example.com"'), false],
  ['digest: the same challenge', digest, register(401, 'Digest realm="pbx.example.com", nonce="n"'), true],
  ['digest: an old nonce', digest, register(401, 'Digest realm="pbx.example.com", nonce="n", stale=true'), false],
  [
    'digest: SHA-256 alone',
    digest,
    register(401, 'Digest realm="pbx.example.com", nonce="n", algorithm=SHA-256'),
    false,
  ],
  ['digest: another realm', digest, register(401, 'Digest realm="elsewhere", nonce="n"'), false],
  ['a REGISTER dated otherwise', bearer, register(401, '', 'Unauthorized', 600_000), false],
  ['no such user', bearer, register(404, '', 'Not Found'), false],
  ['a busy registrar', bearer, register(503, '', 'Service Unavailable'), false],
  ['too brief a life', bearer, register(423, '', 'Interval Too Brief'), false],
];

describe('a refusal of a token', () => {
  it.each(REFUSALS)('%s', (_what, presentation, refusal, expected) => {
    const grant = testGrant({ presentation, identity: '1001@pbx.example.com', untriedKey: NEW_KEY });
    const untried = () => createUntriedKey({ now: () => 0, random: () => 0, onEvent: () => undefined });
    expect(mayNotKnowKey(grant, refusal, 0)).toBe(expected);
    expect(untried().refused(grant, refusal)).toEqual(expected ? { key: NEW_KEY, waitMs: 5_000 } : null);
    // A key of which a token was accepted is known, whatever is refused later; so is one that took no other one's place.
    const known = untried();
    known.took(grant);
    known.accepted(grant);
    expect(known.refused(grant, refusal)).toBeNull();
    expect(untried().refused(testGrant({ presentation, identity: '1001@pbx.example.com' }), refusal)).toBeNull();
  });
});

it('waits 5 s, doubled up to a minute, and up to a quarter more by chance', () => {
  expect([1, 2, 3, 4, 5, 6, 50].map((refusals) => untriedDelay(refusals, 0))).toEqual([
    5_000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000,
  ]);
  expect([untriedDelay(1, 0.999), untriedDelay(50, 0.999)]).toEqual([6_249, 74_985]);
});

/** A line that is registered with a token of the old key; from `promote` on, each token is one of the new key. */
interface Bench {
  readonly clock: FakeClock;
  readonly keeper: RegistrationKeeper;
  readonly events: EngineEvent[];
  /** Grants of the REGISTERs that left. */
  readonly registers: Grant[];
  /** Moments in s at which tokens were asked for. */
  readonly mints: number[];
  readonly accepted: string[];
  promote: () => Promise<void>;
  back: () => Promise<void>;
  /** The gateway learns the key. */
  learn: () => void;
}
const okAnswer: RegisterAnswer = { status: 200, phrase: 'OK', expiresS: 600, challenges: [], date: null };

async function registeredLine(presentation: Grant['presentation'], refuse: TokenRefusal): Promise<Bench> {
  const clock = createFakeClock();
  let key: string | undefined;
  let knows = false;
  let count = 0;
  let renewed: (grant: Grant) => void = () => undefined;
  let answered: (answer: UpgradeAnswer) => void = () => undefined;
  const make = (): Grant => {
    count += 1;
    return testGrant({
      presentation: presentation.kind === 'query' ? { ...presentation, token: `T${count}` } : presentation,
      identity: '1001@pbx.example.com',
      url: 'wss://pbx.example.com/',
      fingerprint: String(count).padStart(8, '0'),
      issuedAt: clock.now(),
      expiresAt: clock.now() + 3_600_000,
      ...(key === undefined ? {} : { untriedKey: key }),
    });
  };
  const isRefused = (grant: Grant): boolean => grant.untriedKey !== undefined && !knows;
  const bench: Bench = {
    clock,
    events: [],
    registers: [],
    mints: [],
    accepted: [],
    keeper: createRegistration({
      grants: {
        get: () => {
          bench.mints.push(clock.now());
          return Promise.resolve(ok(make()));
        },
        onRenewed: (listener) => {
          renewed = listener;
          return () => undefined;
        },
        onUpgradeAnswered: (listener) => {
          answered = listener;
          return () => undefined;
        },
        accepted: ({ untriedKey = '' }) => bench.accepted.push(untriedKey),
      },
      socket: {
        connect: (grant) => {
          if (!isRefused(grant) || refuse.at !== 'upgrade') return Promise.resolve(true);
          answered(refuse.answer);
          return Promise.resolve(false);
        },
        replace: () => Promise.resolve(true),
        isUp: () => true,
        probe: () => undefined,
      },
      clock,
      random: () => 0,
      register: (grant) => {
        bench.registers.push(grant);
        queueMicrotask(() =>
          bench.keeper.registerAnswered(isRefused(grant) && refuse.at === 'register' ? refuse.answer : okAnswer),
        );
      },
      present: () => undefined,
      onChange: () => undefined,
      onEvent: (event) => bench.events.push(event),
      onRestored: () => undefined,
    }),
    promote: async () => {
      key = NEW_KEY;
      renewed(make());
      await clock.settle();
    },
    back: async () => {
      key = undefined;
      renewed(make());
      await clock.settle();
    },
    learn: () => {
      knows = true;
    },
  };
  bench.keeper.start();
  await clock.settle();
  expect(bench.keeper.state()).toMatchObject({ phase: 'registered' });
  bench.events.length = bench.mints.length = 0;
  return bench;
}

const WAYS: readonly (readonly [string, Grant['presentation'], TokenRefusal])[] = [
  ['at the upgrade', query, upgrade(401)],
  ['by the registrar, to bearer', bearer, register(401, 'Bearer realm="pbx.example.com", error="invalid_token"')],
  ['by the registrar, to digest', digest, register(401, 'Digest realm="pbx.example.com", nonce="n"')],
];

describe.each(WAYS)('a promoted key that is refused %s', (_where, presentation, refusal) => {
  it('leaves the line registered with its old token, is tried ever more slowly, and is one line', async () => {
    const { clock, keeper, events, mints, registers, accepted, promote } = await registeredLine(presentation, refusal);
    const old = keeper.grant();
    await promote();
    const from = clock.now();
    expect(keeper.state()).toMatchObject({ phase: 'registered', unknownKey: NEW_KEY });
    expect(keeper.grant()).toBe(old);
    for (let s = 0; s < 300; s += 1) await clock.advance(1_000);
    expect(mints.map((at) => (at - from) / 1000)).toEqual([5, 15, 35, 75, 135, 195, 255]);
    expect(keeper.state()).toMatchObject({ phase: 'registered', unknownKey: NEW_KEY });
    expect(keeper.grant()).toBe(old);
    if (refusal.at === 'register') expect(registers.at(-1)).toBe(old);
    expect(new Set(events.map(({ merge }) => merge))).toEqual(new Set([`unknown-key ${NEW_KEY} ${from}`]));
    expect(events).toHaveLength(8);
    expect(events.at(-1)).toMatchObject({
      kind: 'token-refused',
      title: 'Key not known yet',
      detail: `${NEW_KEY} · 8 tokens were refused · 00000009`,
    });
    expect(accepted).toEqual([]);
    keeper.stop();
  });

  it('is green again at once when the old key is back, and tried at once when somebody asks for it', async () => {
    const { keeper, clock, mints, promote, back } = await registeredLine(presentation, refusal);
    await promote();
    keeper.reconnectNow();
    await clock.advance(0);
    expect(mints).toHaveLength(1);
    await back();
    expect(keeper.state()).toMatchObject({ phase: 'registered' });
    expect(keeper.state()).not.toHaveProperty('unknownKey');
    for (let s = 0; s < 120; s += 1) await clock.advance(1_000);
    expect(mints).toHaveLength(1);
    keeper.stop();
  });

  it('is green by itself once the gateway knows the key, and main is told', async () => {
    const { keeper, clock, events, accepted, promote, learn } = await registeredLine(presentation, refusal);
    await promote();
    learn();
    await clock.advance(5_000);
    await clock.settle();
    expect(keeper.state()).not.toHaveProperty('unknownKey');
    expect(keeper.grant()).toMatchObject({ untriedKey: NEW_KEY });
    expect(accepted).toEqual([NEW_KEY]);
    expect(events.map(({ title }) => title)).toEqual(['Key not known yet', 'Token minted']);
    keeper.stop();
  });

  it('after a start, without an older token, the line waits and says why', async () => {
    const bench = await registeredLine(presentation, refusal);
    bench.keeper.stop();
    await bench.promote();
    bench.keeper.start();
    await bench.clock.settle();
    expect(bench.keeper.state()).toMatchObject({
      phase: 'waiting',
      problem: 'key-unknown',
      unknownKey: NEW_KEY,
      sentence: `The gateway does not know key ${NEW_KEY} yet.`,
      retryAt: bench.clock.now() + 5_000,
    });
    expect(bench.mints).toHaveLength(1);
    await bench.clock.advance(5_000);
    await bench.clock.settle();
    expect(bench.mints).toHaveLength(2);
    bench.keeper.stop();
  });
});

it('a token of the promoted key that is accepted at once is told as every token is', async () => {
  const { keeper, events, accepted, promote, learn } = await registeredLine(query, upgrade(401));
  learn();
  await promote();
  expect(keeper.state()).not.toHaveProperty('unknownKey');
  expect([events.map(({ title }) => title), accepted]).toEqual([['Token minted'], [NEW_KEY]]);
  keeper.stop();
});
