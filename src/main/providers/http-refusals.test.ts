/** What a refused request tells, and what it never tells. */
import { describe, expect, it, vi } from 'vitest';
import { answerJson, type Answer } from '../../../test/support/servers/hostile-http-server';
import { testKey } from '../../../test/support/servers/provider-fixture';
import { type HttpRequest } from './http';
import {
  GOOD,
  failureOf,
  httpKeyText as keyText,
  openHttpFixture,
  reasonOf,
} from '../../../test/support/servers/http-fixture';

describe('a refusal', () => {
  /** What careless servers say. */
  const telling =
    (status: number, headers: Readonly<Record<string, string>> = {}): Answer =>
    (seen, response) =>
      answerJson(
        status,
        { error: { code: seen.headers['authorization'], message: seen.headers['authorization'] } },
        headers,
      )(seen, response);

  it.each([
    [400, 'provider-refused', 'open-profiles'],
    [401, 'provider-refused', 'open-keys'],
    [402, 'balance-exhausted', 'retry'],
    [403, 'provider-refused', 'open-keys'],
    [404, 'provider-refused', 'open-profiles'],
    [409, 'not-ready', 'retry'],
    [418, 'provider-refused', 'open-profiles'],
    [429, 'rate-limited', 'retry'],
    [500, 'provider-unreachable', 'retry'],
    [502, 'provider-unreachable', 'retry'],
    [503, 'provider-unreachable', 'retry'],
  ])('%i is %s, in words that repeat nothing of the server', async (status, reason, action) => {
    const { ask } = await openHttpFixture(telling(status));
    const result = await ask();
    expect(reasonOf(result)).toBe(reason);
    expect(failureOf(result)).toMatchObject({
      action,
      details: expect.stringMatching(new RegExp(`^HTTP ${status} from 127\\.0\\.0\\.1:\\d+$`)) as unknown,
    });
  });

  it.each([401, 403])('%i: the key is not sent again until an admin acts', async (status) => {
    const { server, clock, ask } = await openHttpFixture(telling(status));
    const first = failureOf(await ask());
    expect(first.retryAfterMs).toBeUndefined();
    server.misbehave(answerJson(200, GOOD));
    await clock.advance(86_400_000);
    expect(failureOf(await ask())).toEqual(first);
    expect(server.requests).toHaveLength(1);
    // Another key, another purpose, another profile: nothing was said about those.
    expect((await ask({ credential: { kind: 'key', key: testKey().key, headers: () => ({}) } })).ok).toBe(true);
  });

  it('[Test] and a saved profile close the breaker for that profile alone', async () => {
    const { server, http, ask } = await openHttpFixture(telling(401));
    await ask();
    http.reset('line-2');
    await ask();
    expect(server.requests).toHaveLength(1);
    server.misbehave(answerJson(200, GOOD));
    http.reset('line-1');
    expect((await ask()).ok).toBe(true);
  });

  it('401 for one purpose says nothing about another', async () => {
    const { server, ask } = await openHttpFixture(telling(401));
    await ask();
    server.misbehave(answerJson(200, GOOD));
    expect((await ask({ purpose: 'events' })).ok).toBe(true);
  });

  it('401 for a short-lived token says nothing about the key', async () => {
    const { server, ask } = await openHttpFixture(telling(401));
    expect(reasonOf(await ask({ credential: { kind: 'token', headers: { authorization: 'Bearer ek' } } }))).toBe(
      'provider-refused',
    );
    server.misbehave(answerJson(200, GOOD));
    expect((await ask({ credential: { kind: 'token', headers: { authorization: 'Bearer ek-2' } } })).ok).toBe(true);
    expect((await ask()).ok).toBe(true);
  });

  it.each([429, 500, 503])('%i backs off: the server is left alone, longer each time', async (status) => {
    const { server, clock, ask } = await openHttpFixture(telling(status));
    const waits: (number | undefined)[] = [];
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const wait = failureOf(await ask()).retryAfterMs ?? 0;
      waits.push(wait);
      await clock.advance(wait - 1);
      expect(failureOf(await ask()).retryAfterMs).toBe(1);
      await clock.advance(1);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000]);
    expect(server.requests).toHaveLength(3);
    server.misbehave(answerJson(200, GOOD));
    expect((await ask()).ok).toBe(true);
    server.misbehave(telling(status));
    expect(failureOf(await ask()).retryAfterMs).toBe(1_000);
  });

  it.each([
    ['7', 7_700],
    ['1000000000', 300_000],
    ['never', 1_000],
    ['1e9', 1_000],
  ])('Retry-After: %s is waited for %i ms', async (value, waitMs) => {
    const { ask } = await openHttpFixture(telling(429, { 'retry-after': value }));
    expect(failureOf(await ask()).retryAfterMs).toBe(waitMs);
  });

  it('a date in Retry-After is read by the clock of the server', async () => {
    const { clock, ask } = await openHttpFixture((seen, response) => {
      const there = clock.now() + 3_600_000;
      telling(503, { date: new Date(there).toUTCString(), 'retry-after': new Date(there + 20_000).toUTCString() })(
        seen,
        response,
      );
    });
    const wait = failureOf(await ask()).retryAfterMs ?? 0;
    expect(wait).toBeGreaterThan(20_000);
    expect(wait).toBeLessThan(24_000);
  });

  it('is explained by the provider, who gets no key into the words either', async () => {
    const { server, ask } = await openHttpFixture(answerJson(402, { code: 'wallet.empty' }));
    const explain = vi.fn<NonNullable<HttpRequest<unknown>['explain']>>(({ base }) => ({
      ...base,
      sentence: 'The wallet is empty, top it up.',
      details: `${base.details ?? ''}, wallet.empty`,
    }));
    expect(failureOf(await ask({ explain }))).toMatchObject({
      reason: 'balance-exhausted',
      sentence: 'The wallet is empty, top it up.',
      details: expect.stringMatching(/wallet\.empty$/) as unknown,
    });
    expect(explain).toHaveBeenCalledWith(expect.objectContaining({ status: 402, body: { code: 'wallet.empty' } }));
    server.misbehave(telling(400));
    for (const part of [keyText, keyText.slice(0, 12), `code:${keyText}`]) {
      const told = failureOf(
        await ask({ purpose: part, explain: ({ base }) => ({ ...base, details: `HTTP 400, ${part}` }) }),
      );
      expect(told.details).toMatch(/^HTTP 400 from /);
    }
  });
});

it('passes on that the key is locked, and asks nobody', async () => {
  const { server, ask } = await openHttpFixture();
  const locked = {
    ok: false,
    failure: { reason: 'key-locked', sentence: 'The keychain is locked.', action: 'unlock-keychain' },
  } as const;
  expect(
    await ask({
      credential: { kind: 'key', key: { fingerprint: 'f', open: () => Promise.resolve(locked) }, headers: () => ({}) },
    }),
  ).toEqual(locked);
  expect(server.requests).toEqual([]);
});

it('says in words that a header can not be sent, not with its value', async () => {
  const { server, ask } = await openHttpFixture();
  expect(reasonOf(await ask({ headers: { 'x-name': 'two\r\nlines' } }))).toBe('profile-invalid');
  expect(server.requests).toEqual([]);
});
