import { describe, expect, it } from 'vitest';
import { failureSchema } from '../../contracts/base/result-schema';
import { otherAnswer, refusalOf, retryAfterOf } from './gateway-answers';

describe("a gateway's answer to an upgrade", () => {
  const now = Date.parse('2026-11-21T10:00:00Z');
  it.each([
    [401, 'Sat, 21 Nov 2026 09:59:01 GMT', 'provider-refused', /refused the token/],
    [403, undefined, 'provider-refused', /refused the token/],
    [401, 'no date', 'provider-refused', /refused the token/],
    [401, 'Sat, 21 Nov 2026 09:55:00 GMT', 'clock-skewed', /5 minutes ahead of/],
    [401, 'Sat, 21 Nov 2026 10:01:10 GMT', 'clock-skewed', /1 minute behind/],
  ])('%i at %s is %s', (status, date, reason, sentence) => {
    const failure = refusalOf(status, date, now);
    expect(failure?.reason).toBe(reason);
    expect(failure?.sentence).toMatch(sentence);
  });
  it.each([200, 404, 426, 500, 503])('%i is no refusal of the token', (status) =>
    expect(refusalOf(status, undefined, now)).toBeNull(),
  );
});

describe('an answer to an upgrade that says nothing of the token', () => {
  it.each<[number, string | undefined, RegExp, string]>([
    [
      200,
      'text/html; charset=utf-8',
      /^A web page \(HTTP 200\) answers in place of the gateway.*sign in/,
      'open-profiles',
    ],
    [200, 'text/plain', /HTTP 200 instead of a WebSocket. Check the path/, 'open-profiles'],
    [301, undefined, /points to another page \(HTTP 301\).*sign in/, 'open-profiles'],
    [302, 'text/html', /points to another page \(HTTP 302\).*sign in/, 'open-profiles'],
    [400, undefined, /HTTP 400 instead of a WebSocket/, 'open-profiles'],
    [404, 'text/html', /^A web page \(HTTP 404\)/, 'open-profiles'],
    [407, 'text/html', /^The proxy of this network wants a user name and a password/, 'retry'],
    [429, 'text/html', /asked too often \(HTTP 429\)/, 'retry'],
    [500, undefined, /trouble of its own \(HTTP 500\)/, 'retry'],
    [502, 'text/html', /does not reach the gateway itself \(HTTP 502\)/, 'retry'],
    [503, 'text/html', /takes no connections now \(HTTP 503\)/, 'retry'],
    [504, undefined, /does not reach the gateway itself \(HTTP 504\)/, 'retry'],
  ])('%i of type %s', (status, type, sentence, action) => {
    const failure = otherAnswer(status, type);
    expect(failure).toMatchObject({
      reason: status === 407 ? 'proxy-refused' : 'gateway-unavailable',
      action,
      sentence: expect.stringMatching(sentence) as unknown,
    });
    expect(failureSchema.safeParse(failure).success).toBe(true);
  });
});

describe('how long a gateway asks to be left alone', () => {
  const now = Date.parse('2026-11-21T10:00:00Z');
  it.each<[string | undefined, number | undefined]>([
    ['120', 120_000],
    [' 7 (soon)', 7_000],
    ['0', undefined],
    ['99999999', 1_800_000],
    ['Sat, 21 Nov 2026 10:05:00 GMT', 300_000],
    ['Sat, 21 Nov 2026 09:05:00 GMT', undefined],
    ['Sat, 21 Nov 2027 09:05:00 GMT', 1_800_000],
    ['-5', undefined],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('Retry-After: %s', (value, ms) => expect(retryAfterOf(value, now)).toBe(ms));
});
