import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createFakeClock, type FakeClock } from '../../../test/support/fake-clock';
import {
  answerBytewise,
  answerGzipBomb,
  answerHalf,
  answerHuge,
  answerJson,
  answerText,
  openHttpServer,
  type Answer,
  type HttpServerUnderTest,
} from '../../../test/support/servers/hostile-http-server';
import { lineOf, mainClockOn, testKey } from '../../../test/support/servers/provider-fixture';
import type { Failure, Result } from '../../contracts/base/result';
import { Secret } from '../secrets/secret';
import {
  createHttpClient,
  expectJson,
  expectNothing,
  expectText,
  providerHost,
  type HttpAnswer,
  type HttpClient,
  type HttpRequest,
} from './http';

const servers: HttpServerUnderTest[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const GOOD = { token: 'a-token' };
const { key, text: keyText } = testKey();

interface Fixture {
  readonly server: HttpServerUnderTest;
  readonly clock: FakeClock;
  readonly http: HttpClient;
  readonly request: (parts?: Partial<HttpRequest<{ token: string }>>) => HttpRequest<{ token: string }>;
  readonly ask: (parts?: Partial<HttpRequest<{ token: string }>>) => Promise<Result<HttpAnswer<{ token: string }>>>;
}

/** A client and a server on this computer that answers so. */
async function enter(answer: Answer = answerJson(200, GOOD)): Promise<Fixture> {
  const server = await openHttpServer(answer);
  servers.push(server);
  const clock = createFakeClock(Date.now());
  const http = createHttpClient({ clock: mainClockOn(clock), random: () => 1 });
  const request: Fixture['request'] = (parts = {}) => ({
    profile: lineOf({ kind: 'sautikit', baseUrl: server.url }),
    purpose: 'sip',
    method: 'POST',
    url: `${server.url}/token`,
    credential: { kind: 'key', key, headers: (text) => ({ authorization: `Bearer ${text}` }) },
    expected: expectJson(z.object({ token: z.string() })),
    ...parts,
  });
  return { server, clock, http, request, ask: (parts) => http.ask(request(parts)) };
}

const failureOf = (result: Result<unknown>): Failure => {
  if (result.ok) expect.unreachable();
  return result.failure;
};
/** Whatever went wrong: it is a sentence, and the key is nowhere in it. */
const reasonOf = (result: Result<unknown>): string => {
  const failure = failureOf(result);
  expect(failure.sentence).toMatch(/^[A-Z0-9][^\n]{10,298}[.)]$/);
  expect(inspect(failure, { depth: 9 })).not.toContain(keyText);
  return failure.reason;
};

describe('a good exchange', () => {
  it('sends the key in its header alone, and gives what the schema names', async () => {
    const { server, ask } = await enter(answerJson(200, { ...GOOD, more: 1 }));
    expect(await ask({ body: { type: 'application/json', text: '{}' } })).toMatchObject({
      ok: true,
      value: { status: 200, value: GOOD, location: null, aheadMs: 0 },
    });
    expect(server.requests).toEqual([
      {
        method: 'POST',
        path: '/token',
        body: '{}',
        headers: expect.objectContaining({
          authorization: `Bearer ${keyText}`,
          accept: 'application/json',
          'accept-encoding': 'identity',
          'content-type': 'application/json',
          'content-length': '2',
          connection: 'close',
        }) as unknown,
      },
    ]);
  });

  it('reads SDP, and what comes with 201 and a Location', async () => {
    const { http, request } = await enter(
      answerText(201, 'v=0\r\n', {
        'content-type': 'application/sdp; charset=utf-8',
        location: '/v1/realtime/calls/rtc_1',
      }),
    );
    expect(await http.ask({ ...request(), expected: expectText('application/sdp') })).toMatchObject({
      ok: true,
      value: { status: 201, value: 'v=0\r\n', location: '/v1/realtime/calls/rtc_1' },
    });
  });

  it('takes an empty answer where nothing is expected', async () => {
    const { http, request } = await enter((_seen, response) => void response.writeHead(204).end());
    expect(await http.ask({ ...request(), expected: expectNothing })).toMatchObject({
      ok: true,
      value: { status: 204, value: null },
    });
  });

  it.each([3_600_000, -3_600_000])('measures that the clock of the server is %i ms ahead', async (aheadMs) => {
    const { clock, ask } = await enter((seen, response) =>
      answerJson(200, GOOD, { date: new Date(clock.now() + aheadMs).toUTCString() })(seen, response),
    );
    const asked = await ask();
    expect(asked.ok && Math.abs(asked.value.aheadMs - aheadMs)).toBeLessThanOrEqual(1_000);
  });
});

describe('where a key may go', () => {
  it.each([
    ['in clear over a network', 'http://tokens.example.com/token', 'https://tokens.example.com'],
    ['to another host', 'https://evil.example.com/token', 'https://tokens.example.com'],
    ['to another port', 'https://tokens.example.com:8443/token', 'https://tokens.example.com'],
    ['to a longer name', 'https://tokens.example.com.evil.example/token', 'https://tokens.example.com'],
    ['with a user in the URL', 'https://a@tokens.example.com/token', 'https://tokens.example.com'],
    ['to a file', 'file:///etc/passwd', 'https://tokens.example.com'],
    ['to nowhere', 'token', 'https://tokens.example.com'],
  ])('not %s; the key is not even read', async (_name, url, baseUrl) => {
    const { ask } = await enter();
    const open = vi.fn(key.open);
    expect(
      reasonOf(
        await ask({
          url,
          profile: lineOf({ kind: 'sautikit', baseUrl }),
          credential: { kind: 'key', key: { ...key, open }, headers: () => ({}) },
        }),
      ),
    ).toBe('profile-invalid');
    expect(open).not.toHaveBeenCalled();
  });

  it('nowhere, where the provider asks nobody', async () => {
    const { ask } = await enter();
    expect(reasonOf(await ask({ profile: lineOf({ kind: 'local-jwt', audience: 'a' }) }))).toBe('profile-invalid');
    expect(providerHost({ kind: 'ephemeral-credentials' })).toBeNull();
  });

  it.each([301, 302, 303, 307, 308])('not on to where a %i points', async (status) => {
    const elsewhere = await openHttpServer(answerJson(200, GOOD));
    servers.push(elsewhere);
    const { server, ask } = await enter(answerText(status, '', { location: `${elsewhere.url}/token` }));
    const failure = failureOf(await ask());
    expect(failure).toMatchObject({ reason: 'provider-refused', action: 'open-profiles' });
    expect(failure.sentence).toMatch(/points to another address/);
    expect([server.requests.length, elsewhere.requests.length]).toEqual([1, 0]);
  });

  it('localhost is this computer, whatever a resolver says', async () => {
    const { server, ask } = await enter();
    const local = server.url.replace('127.0.0.1', 'localhost');
    expect(await ask({ url: `${local}/token`, profile: lineOf({ kind: 'sautikit', baseUrl: local }) })).toMatchObject({
      ok: true,
    });
  });

  it('a private key goes nowhere at all', async () => {
    const { server, ask } = await enter();
    const secret = Secret.fromText(
      String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })),
    );
    expect(
      reasonOf(
        await ask({
          credential: {
            kind: 'key',
            key: { fingerprint: 'f', open: () => Promise.resolve(secret) },
            headers: (text) => ({ 'x-api-key': text }),
          },
        }),
      ),
    ).toBe('key-unusable');
    expect(server.requests).toEqual([]);
  });
});

describe('an answer that is none', () => {
  it.each<[string, Answer]>([
    ['HTML', answerText(200, '<html>Sign in</html>', { 'content-type': 'text/html' })],
    ['HTML that is said to be JSON', answerText(200, '<html>Sign in</html>')],
    ['JSON that is said to be text', answerText(200, JSON.stringify(GOOD), { 'content-type': 'text/plain' })],
    ['JSON without a type', (_seen, response) => void response.writeHead(200).end(JSON.stringify(GOOD))],
    ['nothing', answerText(200, '')],
    ['204', (_seen, response) => void response.writeHead(204).end()],
    ['thirty thousand levels', answerText(200, `{"token":"a","more":${'['.repeat(30_000)}${']'.repeat(30_000)}}`)],
    ['another shape', answerJson(200, { token: 5 })],
    ['a list', answerJson(200, [GOOD])],
    ['null', answerJson(200, null)],
    ['a name twice', answerText(200, '{"token":"good","token":"evil"}')],
    ['a name twice, escaped', answerText(200, '{"token":"good","\\u0074oken":"evil"}')],
    [
      'no UTF-8',
      (_seen, response) =>
        void response.writeHead(200, { 'content-type': 'application/json' }).end(Buffer.from([0x7b, 0xff, 0x7d])),
    ],
    ['more than 64 kB', answerJson(200, { token: 'x'.repeat(65_536) })],
    ['a gzip bomb', answerGzipBomb()],
    ['any other encoding', answerText(200, JSON.stringify(GOOD), { 'content-encoding': 'x-own' })],
    ['the key itself', answerJson(200, { token: keyText })],
    ['the key within a text', answerJson(200, { token: `a.${keyText}.b` })],
  ])('%s', async (_name, answer) => {
    const { ask } = await enter(answer);
    expect(reasonOf(await ask())).toBe('answer-invalid');
  });

  it('takes 64 kB and not a byte more', async () => {
    const fill = (bytes: number): string => JSON.stringify({ token: 'x'.repeat(bytes - '{"token":""}'.length) });
    const { server, ask } = await enter(answerText(200, fill(65_536)));
    expect((await ask()).ok).toBe(true);
    server.misbehave(answerText(200, fill(65_537)));
    expect(reasonOf(await ask())).toBe('answer-invalid');
  });

  it('stops reading 100 MB of unsaid length early', async () => {
    const total = 100 * 1024 * 1024;
    let sent = -1;
    const { ask } = await enter(answerHuge(total, (bytes) => (sent = bytes)));
    expect(reasonOf(await ask())).toBe('answer-invalid');
    await expect.poll(() => sent).toBeGreaterThan(0);
    // What the kernel's buffers of both sides hold, not what the server has.
    expect(sent).toBeLessThan(total / 4);
  });

  it('is cut off in the middle', async () => {
    const { ask } = await enter(answerHalf());
    expect(reasonOf(await ask())).toBe('provider-unreachable');
  });

  it('ends after 10 s, however busily a byte comes now and then', async () => {
    const drip = answerBytewise(JSON.stringify(GOOD));
    const { clock, server, ask } = await enter(drip.answer);
    let isOver = false;
    const asked = ask().finally(() => (isOver = true));
    await expect.poll(drip.hasBegun).toBe(true);
    for (let second = 1; second < 10; second += 1) {
      await clock.advance(1_000);
      drip.next();
    }
    await clock.advance(999);
    expect(isOver).toBe(false);
    await clock.advance(1);
    const failure = failureOf(await asked);
    expect(failure).toMatchObject({ reason: 'provider-unreachable', action: 'retry' });
    expect(failure.sentence).toMatch(/longer than 10 seconds/);
    expect(clock.waiting()).toBe(0);
    server.misbehave(answerJson(200, GOOD));
    expect((await ask()).ok).toBe(true);
  });

  it('ends after 10 s also where nothing ever comes', async () => {
    const { clock, server, ask } = await enter(() => undefined);
    const asked = ask();
    await expect.poll(() => server.requests.length).toBe(1);
    await clock.advance(10_000);
    expect(reasonOf(await asked)).toBe('provider-unreachable');
  });

  it('nobody listens', async () => {
    const { server, ask } = await enter();
    await server.close();
    servers.length = 0;
    expect(failureOf(await ask())).toMatchObject({
      reason: 'provider-unreachable',
      details: expect.stringContaining('ECONNREFUSED') as unknown,
    });
  });

  it('leaves no timer behind', async () => {
    const { clock, ask } = await enter();
    await ask();
    expect(clock.waiting()).toBe(0);
  });
});

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
    const { ask } = await enter(telling(status));
    const result = await ask();
    expect(reasonOf(result)).toBe(reason);
    expect(failureOf(result)).toMatchObject({
      action,
      details: expect.stringMatching(new RegExp(`^HTTP ${status} from 127\\.0\\.0\\.1:\\d+$`)) as unknown,
    });
  });

  it.each([401, 403])('%i: the key is not sent again until an admin acts', async (status) => {
    const { server, clock, ask } = await enter(telling(status));
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
    const { server, http, ask } = await enter(telling(401));
    await ask();
    http.reset('line-2');
    await ask();
    expect(server.requests).toHaveLength(1);
    server.misbehave(answerJson(200, GOOD));
    http.reset('line-1');
    expect((await ask()).ok).toBe(true);
  });

  it('401 for one purpose says nothing about another', async () => {
    const { server, ask } = await enter(telling(401));
    await ask();
    server.misbehave(answerJson(200, GOOD));
    expect((await ask({ purpose: 'events' })).ok).toBe(true);
  });

  it('401 for a short-lived token says nothing about the key', async () => {
    const { server, ask } = await enter(telling(401));
    expect(reasonOf(await ask({ credential: { kind: 'token', headers: { authorization: 'Bearer ek' } } }))).toBe(
      'provider-refused',
    );
    server.misbehave(answerJson(200, GOOD));
    expect((await ask({ credential: { kind: 'token', headers: { authorization: 'Bearer ek-2' } } })).ok).toBe(true);
    expect((await ask()).ok).toBe(true);
  });

  it.each([429, 500, 503])('%i backs off: the server is left alone, longer each time', async (status) => {
    const { server, clock, ask } = await enter(telling(status));
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
    const { ask } = await enter(telling(429, { 'retry-after': value }));
    expect(failureOf(await ask()).retryAfterMs).toBe(waitMs);
  });

  it('a date in Retry-After is read by the clock of the server', async () => {
    const { clock, ask } = await enter((seen, response) => {
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
    const { server, ask } = await enter(answerJson(402, { code: 'wallet.empty' }));
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
  const { server, ask } = await enter();
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
  const { server, ask } = await enter();
  expect(reasonOf(await ask({ headers: { 'x-name': 'two\r\nlines' } }))).toBe('profile-invalid');
  expect(server.requests).toEqual([]);
});
