import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import {
  answerBytewise,
  answerGzipBomb,
  answerHalf,
  answerHuge,
  answerJson,
  answerText,
  openHttpServer,
  type Answer,
} from '../../../test/support/servers/hostile-http-server';
import { lineOf } from '../../../test/support/servers/provider-fixture';
import { Secret } from '../secrets/secret';
import { providerHost } from './http';
import { expectNothing, expectText } from './http-expected';
import {
  GOOD,
  failureOf,
  httpKey as key,
  httpKeyText as keyText,
  openHttpFixture,
  reasonOf,
  servers,
} from '../../../test/support/servers/http-fixture';

describe('a good exchange', () => {
  it('sends the key in its header alone, and gives what the schema names', async () => {
    const { server, ask } = await openHttpFixture(answerJson(200, { ...GOOD, more: 1 }));
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
    const { http, request } = await openHttpFixture(
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
    const { http, request } = await openHttpFixture((_seen, response) => void response.writeHead(204).end());
    expect(await http.ask({ ...request(), expected: expectNothing })).toMatchObject({
      ok: true,
      value: { status: 204, value: null },
    });
  });

  it.each([3_600_000, -3_600_000])('measures that the clock of the server is %i ms ahead', async (aheadMs) => {
    const { clock, ask } = await openHttpFixture((seen, response) =>
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
    const { ask } = await openHttpFixture();
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
    const { ask } = await openHttpFixture();
    expect(reasonOf(await ask({ profile: lineOf({ kind: 'local-jwt', audience: 'a' }) }))).toBe('profile-invalid');
    expect(providerHost({ kind: 'ephemeral-credentials' })).toBeNull();
  });

  it.each([301, 302, 303, 307, 308])('not on to where a %i points', async (status) => {
    const elsewhere = await openHttpServer(answerJson(200, GOOD));
    servers.push(elsewhere);
    const { server, ask } = await openHttpFixture(answerText(status, '', { location: `${elsewhere.url}/token` }));
    const failure = failureOf(await ask());
    expect(failure).toMatchObject({ reason: 'provider-refused', action: 'open-profiles' });
    expect(failure.sentence).toMatch(/points to another address/);
    expect([server.requests.length, elsewhere.requests.length]).toEqual([1, 0]);
  });

  it('localhost is this computer, whatever a resolver says', async () => {
    const { server, ask } = await openHttpFixture();
    const local = server.url.replace('127.0.0.1', 'localhost');
    expect(await ask({ url: `${local}/token`, profile: lineOf({ kind: 'sautikit', baseUrl: local }) })).toMatchObject({
      ok: true,
    });
  });

  it('a private key goes nowhere at all', async () => {
    const { server, ask } = await openHttpFixture();
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
    const { ask } = await openHttpFixture(answer);
    expect(reasonOf(await ask())).toBe('answer-invalid');
  });

  it.each(['text/plain', 'text/plain; charset=utf-8', 'text/json', 'text/javascript', 'application/octet-stream', ''])(
    'JSON that is said to be "%s" is read',
    async (type) => {
      const { ask } = await openHttpFixture(
        (_seen, response) =>
          void response.writeHead(200, type === '' ? {} : { 'content-type': type }).end(JSON.stringify(GOOD)),
      );
      expect(await ask()).toMatchObject({ ok: true, value: { value: GOOD } });
    },
  );

  it.each(['text/html', 'image/png', 'application/sdp', 'application/xml'])(
    'JSON that is said to be %s is told from what is no JSON',
    async (type) => {
      const { ask } = await openHttpFixture(answerText(200, JSON.stringify(GOOD), { 'content-type': type }));
      expect(failureOf(await ask()).sentence).toMatch(/it is JSON, and is sent as something else; .*application\/json/);
      const page = await openHttpFixture(answerText(200, '<html>Sign in</html>', { 'content-type': type }));
      expect(failureOf(await page.ask()).sentence).toMatch(
        type === 'text/html' ? /it is a web page; a network that wants you to sign in/ : /it is no JSON/,
      );
    },
  );

  it('takes 64 kB and not a byte more', async () => {
    const fill = (bytes: number): string => JSON.stringify({ token: 'x'.repeat(bytes - '{"token":""}'.length) });
    const { server, ask } = await openHttpFixture(answerText(200, fill(65_536)));
    expect((await ask()).ok).toBe(true);
    server.misbehave(answerText(200, fill(65_537)));
    expect(reasonOf(await ask())).toBe('answer-invalid');
  });

  it('stops reading 100 MB of unsaid length early', async () => {
    const total = 100 * 1024 * 1024;
    let sent = -1;
    const { ask } = await openHttpFixture(answerHuge(total, (bytes) => (sent = bytes)));
    expect(reasonOf(await ask())).toBe('answer-invalid');
    await expect.poll(() => sent).toBeGreaterThan(0);
    // What the kernel's buffers of both sides hold, not what the server has.
    expect(sent).toBeLessThan(total / 4);
  });

  it('is cut off in the middle', async () => {
    const { ask } = await openHttpFixture(answerHalf());
    expect(reasonOf(await ask())).toBe('provider-unreachable');
  });

  it('ends after 10 s, however busily a byte comes now and then', async () => {
    const drip = answerBytewise(JSON.stringify(GOOD));
    const { clock, server, ask } = await openHttpFixture(drip.answer);
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
    const { clock, server, ask } = await openHttpFixture(() => undefined);
    const asked = ask();
    await expect.poll(() => server.requests.length).toBe(1);
    await clock.advance(10_000);
    expect(reasonOf(await asked)).toBe('provider-unreachable');
  });

  it('nobody listens', async () => {
    const { server, ask } = await openHttpFixture();
    await server.close();
    servers.length = 0;
    expect(failureOf(await ask())).toMatchObject({
      reason: 'provider-unreachable',
      details: expect.stringContaining('ECONNREFUSED') as unknown,
    });
  });

  it('leaves no timer behind', async () => {
    const { clock, ask } = await openHttpFixture();
    await ask();
    expect(clock.waiting()).toBe(0);
  });
});
