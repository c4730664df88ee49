/** Every provider that asks a server, against the same hostile answers: none becomes a token, none repeats the key, none is followed, none takes long. */
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import type { Purpose } from '../../src/contracts/policy/policy';
import type { Profile } from '../../src/contracts/profile/profile';
import type { Failure, Result } from '../../src/contracts/base/result';
import { systemClock, type Clock } from '../../src/main/base/clock';
import { createDecart } from '../../src/main/providers/decart';
import { createGenericHttp } from '../../src/main/providers/generic-http';
import { createHttpClient, type HttpClient } from '../../src/main/providers/http';
import { createOpenaiRealtime } from '../../src/main/providers/openai-realtime';
import { createSautikit } from '../../src/main/providers/sautikit';
import { createSippet } from '../../src/main/providers/sippet';
import type { Minted, TokenProvider } from '../../src/main/providers/token-provider';
import { createFakeClock } from '../support/fake-clock';
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
} from '../support/servers/hostile-http-server';
import { decartLine, lineOf, mainClockOn, testKey } from '../support/servers/provider-fixture';

type Body = Readonly<Record<string, unknown>>;
interface System {
  readonly name: string;
  readonly make: (http: HttpClient) => TokenProvider;
  readonly purpose: Purpose;
  readonly line: (url: string) => Profile;
  /** A good answer with this token (or password) and this expiry. */
  readonly good: (secret: string, expiry: unknown) => Body;
}

const sautikit = (generation: 'sip' | 'webrtc'): System => ({
  name: `Sautikit (${generation})`,
  make: createSautikit,
  purpose: 'sip',
  line: (baseUrl) => lineOf({ kind: 'sautikit', baseUrl, generation }),
  good: (token, expiry) => ({ token, expires_at: expiry }),
});
const sippetLine = (baseUrl: string): Profile =>
  lineOf({ kind: 'sippet', baseUrl }, { presentation: { kind: 'digest' }, policy: { purposes: ['sip', 'events'] } });
const SYSTEMS: readonly System[] = [
  sautikit('sip'),
  sautikit('webrtc'),
  {
    name: 'Sippet (session)',
    make: createSippet,
    purpose: 'events',
    line: sippetLine,
    good: (token, expiry) => ({ token, expires_at: expiry }),
  },
  {
    name: 'Sippet (SIP access)',
    make: createSippet,
    purpose: 'sip',
    line: sippetLine,
    good: (password, expiry) => ({ success: true, data: { id: 'a', username: '1001-a', password, expiresAt: expiry } }),
  },
  {
    name: 'Decart',
    make: createDecart,
    purpose: 'voice',
    line: (baseUrl) => decartLine({ baseUrl }),
    good: (token, expiry) => ({ apiKey: `ek_${token}`, expiresAt: expiry }),
  },
  {
    name: 'OpenAI Realtime',
    make: createOpenaiRealtime,
    purpose: 'voice',
    line: (baseUrl) =>
      lineOf({ kind: 'openai-realtime', baseUrl }, { identity: '', gatewayUrl: '', policy: { purposes: ['voice'] } }),
    good: (value, expiry) => ({ value, expires_at: expiry, session: {} }),
  },
  {
    name: 'any system over HTTP',
    make: createGenericHttp,
    purpose: 'sip',
    line: (url) =>
      lineOf({
        kind: 'generic-http',
        url: `${url}/issue`,
        headers: [{ name: 'Authorization', value: 'Bearer <key>' }],
        body: '{"secret":"<key>"}',
        token: '/token',
        expiresAt: '/until',
      }),
    good: (token, expiry) => ({ token, until: expiry }),
  },
];

const { key, text: keyText } = testKey();
const servers: HttpServerUnderTest[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
const serve = async (answer: Answer): Promise<HttpServerUnderTest> => {
  const server = await openHttpServer(answer);
  servers.push(server);
  return server;
};

const failureOf = (minted: Result<Minted>): Failure => {
  if (minted.ok) expect.unreachable('it became a token');
  expect(minted.failure.sentence).toMatch(/^[A-Z0-9][^\n]{10,298}[.)]$/);
  expect(inspect(minted, { depth: 9 })).not.toContain(keyText);
  return minted.failure;
};

describe.each(SYSTEMS)('$name', ({ make, purpose, line, good }) => {
  const mintFrom = async (answer: Answer, clock: Clock = systemClock): Promise<Result<Minted>> => {
    const server = await serve(answer);
    return make(createHttpClient({ clock, random: Math.random })).mint(
      { profile: line(server.url), purpose, lifeS: 300 },
      key,
    );
  };
  const inMinutes = (aheadMs = 0): number => Date.now() + aheadMs + 300_000;
  const withMore = (more: string): Answer =>
    answerText(200, `${JSON.stringify(good('t', new Date(inMinutes()).toISOString())).slice(0, -1)},${more}}`);

  it.each<[string, (at: number) => unknown]>([
    ['ISO', (at) => new Date(at).toISOString()],
    ['seconds', (at) => Math.round(at / 1000)],
    ['milliseconds', (at) => at],
  ])('an expiry in %s is read by the clock of the server', async (_name, write) => {
    for (const aheadMs of [0, 7_200_000, -7_200_000]) {
      const minted = await mintFrom(
        answerJson(200, good('t', write(inMinutes(aheadMs))), { date: new Date(Date.now() + aheadMs).toUTCString() }),
      );
      if (!minted.ok) expect.unreachable(minted.failure.sentence);
      expect(Math.abs(minted.value.expiresAt - minted.value.issuedAt - 300_000)).toBeLessThan(5_000);
    }
  });

  it.each<[string, unknown]>([
    ['1e30', 1e30],
    ['negative', -300],
    ['a text that is NaN', 'NaN'],
    ['over', '2020-01-01T00:00:00Z'],
    ['after more than a day', '9999-12-31T23:59:59Z'],
    ['an object', {}],
  ])('no expiry: %s', async (_name, expiry) => {
    expect(failureOf(await mintFrom(answerJson(200, good('t', expiry)))).reason).toBe('answer-invalid');
  });

  it.each<[string, Answer, string]>([
    ['HTML', answerText(200, '<html>Sign in</html>', { 'content-type': 'text/html' }), 'answer-invalid'],
    ['HTML that is said to be JSON', answerText(200, '<html>Sign in</html>'), 'answer-invalid'],
    ['a name twice', withMore('"more":1,"more":2'), 'answer-invalid'],
    ['NaN', withMore('"more":NaN'), 'answer-invalid'],
    ['thirty thousand levels', withMore(`"more":${'['.repeat(30_000)}${']'.repeat(30_000)}`), 'answer-invalid'],
    ['the key for a token', answerJson(200, good(keyText, inMinutes())), 'answer-invalid'],
    ['no token', answerJson(200, good('', inMinutes())), 'answer-invalid'],
    ['an empty object', answerJson(200, {}), 'answer-invalid'],
    ['a gzip bomb', answerGzipBomb(), 'answer-invalid'],
    ['100 MB', answerHuge(100 * 1024 * 1024, () => undefined), 'answer-invalid'],
    ['half an answer', answerHalf(), 'provider-unreachable'],
  ])('no token: %s', async (_name, answer, reason) => {
    expect(failureOf(await mintFrom(answer)).reason).toBe(reason);
  });

  it('no token: a byte a second', async () => {
    const clock = createFakeClock(Date.now());
    const drip = answerBytewise(JSON.stringify(good('t', inMinutes())));
    const asked = mintFrom(drip.answer, mainClockOn(clock));
    await expect.poll(drip.hasBegun).toBe(true);
    await clock.advance(10_000);
    expect(failureOf(await asked)).toMatchObject({
      reason: 'provider-unreachable',
      sentence: expect.stringMatching(/longer than 10 seconds/) as unknown,
    });
  });

  it('a redirect to another host is not followed', async () => {
    const elsewhere = await serve(answerJson(200, good('t', inMinutes())));
    expect(failureOf(await mintFrom(answerText(307, '', { location: `${elsewhere.url}/token` })))).toMatchObject({
      reason: 'provider-refused',
      action: 'open-profiles',
    });
    expect(elsewhere.requests).toEqual([]);
  });

  it.each([
    [400, 'provider-refused'],
    [401, 'provider-refused'],
    [402, 'balance-exhausted'],
    [403, 'provider-refused'],
    [409, 'not-ready'],
    [429, 'rate-limited'],
    [500, 'provider-unreachable'],
    [503, 'provider-unreachable'],
  ])(
    '%i with the key in every word is %s, and a Retry-After of thirty years is five minutes',
    async (status, reason) => {
      const failure = failureOf(
        await mintFrom(
          answerJson(
            status,
            {
              detail: keyText,
              code: keyText,
              error: { code: keyText, message: keyText },
              success: false,
              errors: [{ type: keyText }],
            },
            { 'retry-after': '1000000000' },
          ),
        ),
      );
      expect(failure.reason).toBe(reason);
      expect(failure.retryAfterMs).toBe([402, 409, 429, 500, 503].includes(status) ? 300_000 : undefined);
    },
  );
});
