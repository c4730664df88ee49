import { describe, expect, it } from 'vitest';
import { grantWithToken } from '../../../../test/support/phones/grants';
import { registerOutcome } from './line-trial';

const NOW = 1_800_000_000_000;
const grant = grantWithToken('first.secret.token');
const answer = (status: number, phrase: string, date: number | null = null) => ({
  status,
  phrase,
  expiresS: 300,
  challenges: [],
  date,
});

describe("a REGISTER's answer in a test of the connection", () => {
  it('that is a refusal by a gateway whose clock is another one is told as that', () => {
    expect(registerOutcome(answer(401, 'Unauthorized', NOW + 600_000), grant, NOW)).toMatchObject({
      failure: {
        reason: 'clock-skewed',
        sentence: expect.stringContaining('10 minutes behind') as unknown,
        action: 'check-clock',
      },
    });
    expect(registerOutcome(answer(401, 'Unauthorized', NOW + 30_000), grant, NOW)).toMatchObject({
      failure: { reason: 'provider-refused', action: 'open-keys' },
    });
  });
  it.each([
    [answer(200, 'OK'), { ok: true, value: 'as 1001, for 300 s' }],
    [answer(403, 'Forbidden'), { failure: { reason: 'provider-refused', details: '403 Forbidden' } }],
    [
      answer(404, 'Not Found'),
      {
        failure: {
          reason: 'gateway-unavailable',
          sentence: 'The gateway refused to register this line (404 Not Found).',
        },
      },
    ],
    [
      answer(503, 'Too Many Contacts'),
      {
        failure: {
          reason: 'gateway-unavailable',
          sentence: "The gateway can't register this line now (503 Too Many Contacts).",
        },
      },
    ],
    ['lost' as const, { failure: { reason: 'gateway-unavailable' } }],
  ])('%j', (given, expected) => {
    expect(registerOutcome(given, grant, NOW)).toMatchObject(expected);
  });
});
