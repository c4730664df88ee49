import { describe, expect, it } from 'vitest';
import { testGrant } from '../../../../test/support/phones/grants';
import type { Grant } from '../../../contracts/profile/grant';
import { judgeRegister, skewIn } from './register-verdict';
import type { RegisterAnswer } from '../port/sip-stack';

const now = 1_800_000_000_000;
const answer = (status: number, over: Partial<RegisterAnswer> = {}): RegisterAnswer => ({
  status,
  phrase: 'X',
  expiresS: 280,
  challenges: [],
  date: null,
  ...over,
});
const asks = (realm: string): RegisterAnswer['challenges'] => [
  { scheme: 'bearer', parameters: new Map([['realm', realm]]) },
];
const query = testGrant();
const bearer: Grant = testGrant({
  presentation: { kind: 'bearer', header: 'Authorization', realm: 'practice.invalid', token: 'T' },
});
const context = { grant: query, now, tokenRetried: false, toProxy: false };

describe('judgeRegister', () => {
  it.each([
    ['200', answer(200), context, { kind: 'accepted', lifeMs: 280_000 }],
    ['401, bound to the flow', answer(401), context, { kind: 'another-token', on: 'new-flow' }],
    ['403, bound to the flow', answer(403), context, { kind: 'another-token', on: 'new-flow' }],
    [
      '401 again',
      answer(401),
      { ...context, tokenRetried: true },
      { kind: 'problem', problem: 'token-refused', needsPerson: true },
    ],
    ['401, in requests', answer(401), { ...context, grant: bearer }, { kind: 'another-token', on: 'this-flow' }],
    ['403, in requests', answer(403), { ...context, grant: bearer }, { kind: 'problem', problem: 'token-refused' }],
    [
      '401 of another realm',
      answer(401, { challenges: asks('evil') }),
      { ...context, grant: bearer },
      { kind: 'problem', problem: 'token-refused' },
    ],
    [
      '407 of our realm',
      answer(407, { challenges: asks('practice.invalid') }),
      { ...context, grant: bearer },
      { kind: 'to-proxy' },
    ],
    [
      '407 after another token',
      answer(407, { challenges: asks('practice.invalid') }),
      { ...context, grant: bearer, tokenRetried: true },
      { kind: 'to-proxy' },
    ],
    [
      '407 again',
      answer(407, { challenges: asks('practice.invalid') }),
      { ...context, grant: bearer, toProxy: true },
      { kind: 'another-token', on: 'this-flow', toProxy: true },
    ],
    [
      '407 for ever',
      answer(407, { challenges: asks('practice.invalid') }),
      { ...context, grant: bearer, toProxy: true, tokenRetried: true },
      { kind: 'problem', problem: 'token-refused' },
    ],
    [
      '401 by a wrong clock',
      answer(401, { date: now - 300_000 }),
      { ...context, tokenRetried: true },
      { kind: 'problem', problem: 'clock-skewed' },
    ],
    [
      '503',
      answer(503),
      context,
      {
        kind: 'problem',
        problem: 'registration-refused',
        sentence: "The gateway can't register this line now (503 X).",
        needsPerson: false,
      },
    ],
    [
      '503 that says when',
      answer(503, { retryAfterMs: 20_000 }),
      context,
      { kind: 'problem', problem: 'registration-refused', retryAfterMs: 20_000 },
    ],
    [
      '423',
      answer(423),
      context,
      {
        kind: 'problem',
        problem: 'registration-refused',
        sentence: 'The gateway refused to register this line (423 X).',
      },
    ],
  ])('%s', (_what, given, how, verdict) => {
    expect(judgeRegister(given, how)).toMatchObject(verdict);
  });
});

describe('skewIn', () => {
  it('is null without a Date or with a right one', () => {
    expect([skewIn(answer(200), now), skewIn(answer(200, { date: now }), now)]).toEqual([null, null]);
    expect(skewIn(answer(200, { date: now - 300_000 }), now)).toContain('5 minutes ahead');
  });
});
