import { describe, expect, it } from 'vitest';
import type { Grant } from '../../contracts/profile/grant';
import { createGatewayRequests, guardRequests } from './gateway-requests';
import type { Look } from './unreachable-gateway';

const grantOf = (more: Partial<Grant> = {}): Grant => ({
  profileId: 'work',
  purpose: 'sip',
  issuedAt: 0,
  expiresAt: 1000,
  fingerprint: '01234567',
  presentation: { kind: 'main-injected' },
  url: 'wss://pbx.example.com/ws',
  identity: '1001@pbx.example.com',
  displayName: '',
  instanceId: '0a8f7a7e-0f4b-4a52-9c55-2f3d2f0c8a11',
  iceServers: [],
  ...more,
});

function setUp() {
  const clock = { now: 0 };
  const requests = createGatewayRequests(() => clock.now);
  requests.allow([{ gatewayUrl: 'wss://pbx.example.com/ws' }, { gatewayUrl: 'ws://127.0.0.1:4000/' }]);
  return { requests, clock };
}

describe('requests of the windows', () => {
  it.each([
    ['app://ringfence/index.html', true],
    ['wss://pbx.example.com/ws?token=x', true],
    ['wss://pbx.example.com/other', true],
    ['ws://127.0.0.1:4000/?token=x', true],
    ['ws://127.0.0.1:4001/', false],
    ['ws://pbx.example.com/ws', false],
    ['wss://pbx.example.com:8443/ws', false],
    ['wss://pbx.example.com.evil.example/ws', false],
    ['wss://evil.example/?https://pbx.example.com/ws', false],
    ['https://pbx.example.com/ws', false],
    ['http://127.0.0.1:4000/', false],
    ['https://example.com/', false],
    ['file:///etc/passwd', false],
    ['app://other/index.html', false],
    ['data:text/html,x', false],
    ['not a url', false],
  ])('%s: %s', (url, expected) => {
    expect(setUp().requests.isAllowed(url)).toBe(expected);
  });

  it('lose a gateway that no profile names any more', () => {
    const { requests } = setUp();
    requests.allow([]);
    expect(requests.isAllowed('wss://pbx.example.com/ws')).toBe(false);
  });
});

describe('a gateway that only a grant names', () => {
  const elsewhere = (more: Partial<Grant> = {}) => grantOf({ url: 'wss://rtc.provider.example/ws', ...more });

  it('may be reached from the grant on, also for Authorization, until the profile changes', () => {
    const { requests } = setUp();
    expect(requests.isAllowed('wss://rtc.provider.example/ws')).toBe(false);
    requests.keep(elsewhere(), 'T');
    expect(requests.isAllowed('wss://rtc.provider.example/ws?token=x')).toBe(true);
    expect(requests.authorizationFor('wss://rtc.provider.example/ws')).toBe('Bearer T');
    requests.allow([]);
    expect(requests.isAllowed('wss://rtc.provider.example/ws')).toBe(true);
    requests.forget('work');
    expect(requests.isAllowed('wss://rtc.provider.example/ws')).toBe(false);
  });

  it('is only the one of the newest grant', () => {
    const { requests } = setUp();
    requests.keep(elsewhere(), null);
    requests.keep(elsewhere({ url: 'wss://other.provider.example/ws' }), null);
    expect(requests.isAllowed('wss://rtc.provider.example/ws')).toBe(false);
    expect(requests.isAllowed('wss://other.provider.example/ws')).toBe(true);
  });
});

describe('the Authorization that main adds', () => {
  it('goes to the URL of the grant and nowhere else', () => {
    const { requests } = setUp();
    requests.keep(grantOf(), 'T');
    expect(requests.authorizationFor('wss://pbx.example.com/ws')).toBe('Bearer T');
    for (const url of [
      'wss://pbx.example.com/other',
      'ws://127.0.0.1:4000/',
      'wss://pbx.example.com:444/ws',
      'wss://evil.example/ws',
    ])
      expect(requests.authorizationFor(url)).toBeNull();
  });

  it('is the newest, and never one that has expired', () => {
    const { requests, clock } = setUp();
    requests.keep(grantOf(), 'old');
    requests.keep(grantOf({ profileId: 'second' }), 'second');
    requests.keep(grantOf(), 'new');
    expect(requests.authorizationFor('wss://pbx.example.com/ws')).toBe('Bearer new');
    clock.now = 1000;
    expect(requests.authorizationFor('wss://pbx.example.com/ws')).toBeNull();
  });

  it("is never another line's: the newest grant for a gateway decides, also when it carries its token itself", () => {
    const { requests } = setUp();
    requests.keep(grantOf(), 'T');
    requests.keep(
      grantOf({ profileId: 'second', presentation: { kind: 'query', parameter: 'token', token: 'S' } }),
      'S',
    );
    expect(requests.authorizationFor('wss://pbx.example.com/ws')).toBeNull();
    requests.keep(grantOf(), 'T');
    expect(requests.authorizationFor('wss://pbx.example.com/ws')).toBe('Bearer T');
  });

  it('is not kept for a grant that carries its token itself, and goes when the profile changes', () => {
    const { requests } = setUp();
    requests.keep(grantOf({ presentation: { kind: 'query', parameter: 'token', token: 'T' } }), 'T');
    expect(requests.authorizationFor('wss://pbx.example.com/ws')).toBeNull();
    requests.keep(grantOf(), 'T');
    requests.forget('work');
    expect(requests.authorizationFor('wss://pbx.example.com/ws')).toBeNull();
  });
});

describe('what a refused upgrade is about', () => {
  const events = {
    profileId: 'work',
    purpose: 'events',
    issuedAt: 0,
    expiresAt: 1000,
    fingerprint: '01234567',
    url: 'wss://api.example.com/socket/websocket',
    parameter: 'session_token',
    token: 'T',
    topic: 'events',
  } as const;
  it('is the grant that leads there, and nobody where none does', () => {
    const heard: unknown[] = [];
    const requests = createGatewayRequests(
      () => 0,
      (_failure, about) => heard.push(about),
    );
    requests.keep(grantOf(), 'T');
    requests.keep(events, 'T');
    requests.answered(401, undefined, 'wss://api.example.com/socket/websocket?session_token=T');
    requests.answered(401, undefined, 'wss://pbx.example.com/ws');
    requests.answered(401, undefined, 'wss://pbx.example.com/other');
    expect(heard).toEqual([{ profileId: 'work', purpose: 'events' }, { profileId: 'work', purpose: 'sip' }, null]);
  });
  it('opens the way to where live events are, for as long as their line is there', () => {
    const { requests } = setUp();
    expect(requests.isAllowed(events.url)).toBe(false);
    requests.keep(events, 'T');
    expect(requests.isAllowed(`${events.url}?session_token=T`)).toBe(true);
    expect(requests.authorizationFor(events.url)).toBeNull();
    requests.forget('work');
    expect(requests.isAllowed(events.url)).toBe(false);
  });
});

it('puts its decisions into the session', () => {
  type BeforeRequest = (details: { url: string }, answer: (response: { cancel: boolean }) => void) => void;
  type BeforeHeaders = (
    details: { url: string; requestHeaders: Record<string, string> },
    answer: (response: { requestHeaders?: Record<string, string> }) => void,
  ) => void;
  type HeadersReceived = (
    details: { statusCode: number; responseHeaders?: Record<string, string[]> },
    answer: (response: object) => void,
  ) => void;
  const listeners: { request?: BeforeRequest; headers?: BeforeHeaders; answered?: HeadersReceived; filter?: unknown } =
    {};
  const webRequest = {
    onBeforeRequest: (listener: BeforeRequest) => (listeners.request = listener),
    onBeforeSendHeaders: (filter: unknown, listener: BeforeHeaders) =>
      Object.assign(listeners, { filter, headers: listener }),
    onHeadersReceived: (_filter: unknown, listener: HeadersReceived) => (listeners.answered = listener),
    onErrorOccurred: () => undefined,
  };
  const { requests } = setUp();
  requests.keep(grantOf(), 'T');
  const refused: string[] = [];
  guardRequests({ webRequest } as never, requests, (url) => refused.push(url), false);
  const answers: unknown[] = [];
  for (const url of ['wss://pbx.example.com/ws', 'https://example.com/', 'devtools://devtools/bundled/x.js'])
    listeners.request?.({ url }, (answer) => answers.push(answer.cancel));
  expect(answers).toEqual([false, true, true]);
  expect(refused).toEqual(['https://example.com/', 'devtools://devtools/bundled/x.js']);
  expect(listeners.filter).toMatchObject({ types: ['webSocket'] });
  const headers: unknown[] = [];
  for (const url of ['wss://pbx.example.com/ws', 'ws://127.0.0.1:4000/'])
    listeners.headers?.({ url, requestHeaders: { Origin: 'app://ringfence' } }, (answer) => headers.push(answer));
  expect(headers).toEqual([{ requestHeaders: { Origin: 'app://ringfence', Authorization: 'Bearer T' } }, {}]);
  const heard: string[] = [];
  const listening = createGatewayRequests(
    () => Date.parse('2026-11-21T10:00:00Z'),
    ({ reason }) => heard.push(reason),
  );
  guardRequests({ webRequest } as never, listening, () => undefined, false);
  const ends: unknown[] = [];
  for (const [statusCode, date] of [
    [101, '2020'],
    [401, 'Sat, 21 Nov 2026 10:00:30 GMT'],
    [401, 'Sat, 21 Nov 2026 10:10:00 GMT'],
  ] as const)
    listeners.answered?.({ statusCode, responseHeaders: { DATE: [date] } }, (answer) => ends.push(answer));
  // What is no WebSocket ends here: an Electron before 39 dies of going on with a challenge.
  expect(ends).toEqual([{}, { cancel: true }, { cancel: true }]);
  expect(heard).toEqual(['provider-refused', 'clock-skewed']);
});

describe('every answer to an upgrade that is no WebSocket', () => {
  it.each([
    [401, 'provider-refused'],
    [403, 'provider-refused'],
    [301, 'gateway-unavailable'],
    [404, 'gateway-unavailable'],
    [429, 'gateway-unavailable'],
    [503, 'gateway-unavailable'],
  ])('%i is told to the line, with how long it asks to wait', (status, reason) => {
    const told: unknown[] = [];
    const failed: unknown[] = [];
    const requests = createGatewayRequests(
      () => 0,
      (failure) => failed.push(failure.reason),
      (answered, failure, about) => told.push([answered, failure.reason, failure.retryAfterMs, about?.profileId]),
    );
    requests.keep(grantOf(), null);
    requests.answered(status, undefined, 'wss://pbx.example.com/ws', '120');
    expect(told).toEqual([[status, reason, 120_000, 'work']]);
    expect(failed).toEqual(reason === 'provider-refused' ? [reason] : []);
  });
  it.each([
    [401, 'Bearer error="invalid_token", error_description="expired"', true],
    [403, 'Bearer error="insufficient_scope"', true],
    [401, 'Bearer error="invalid_token", error_description="signature"', false],
    [401, 'Bearer error="invalid_token"', false],
    [401, undefined, false],
    [503, 'Bearer error="insufficient_scope"', false],
  ])('%i with %s: the gateway blames something else than the key: %s', (status, challenge, expected) => {
    const told: boolean[] = [];
    const requests = createGatewayRequests(
      () => 0,
      () => undefined,
      (_status, _failure, _about, saysWhy) => told.push(saysWhy),
    );
    requests.keep(grantOf(), null);
    requests.answered(status, undefined, 'wss://pbx.example.com/ws', undefined, undefined, challenge);
    expect(told).toEqual([expected]);
  });
  it('is not told to the line when a test of the connection met it', () => {
    const told: unknown[] = [];
    const requests = createGatewayRequests(
      () => 0,
      () => undefined,
      (status) => told.push(status),
    );
    requests.keepForTest('t1', grantOf(), null);
    requests.answered(503, undefined, 'wss://pbx.example.com/ws', '120');
    expect(told).toEqual([]);
  });
});

describe('a test of the connection', () => {
  it("has its token added to one upgrade; the next one is the line's own", () => {
    const { requests } = setUp();
    requests.keep(grantOf(), 'of the line');
    requests.keepForTest('t1', grantOf({ profileId: 'other' }), 'of the test');
    expect(requests.authorizationFor('wss://pbx.example.com/ws')).toBe('Bearer of the test');
    expect(requests.authorizationFor('wss://pbx.example.com/ws')).toBe('Bearer of the line');
    requests.keepForTest('t2', grantOf(), 'of the test');
    requests.forgetTest('t2');
    expect(requests.authorizationFor('wss://pbx.example.com/ws')).toBe('Bearer of the line');
  });

  it('hears what became of its connect, whatever the gateway answers, until it is over', () => {
    const told: unknown[] = [];
    const requests = createGatewayRequests(
      () => 0,
      (failure, about) => told.push([failure.reason, about?.testId]),
    );
    requests.keep(grantOf(), null);
    requests.keepForTest('t1', grantOf({ url: 'wss://elsewhere.example/ws' }), null);
    expect(requests.isAllowed('wss://elsewhere.example/ws')).toBe(true);
    requests.answered(404, undefined, 'wss://elsewhere.example/ws');
    requests.answered(401, undefined, 'wss://elsewhere.example/ws');
    requests.answered(404, undefined, 'wss://pbx.example.com/ws');
    requests.answered(401, undefined, 'wss://pbx.example.com/ws');
    expect(told).toEqual([
      ['gateway-unavailable', 't1'],
      ['provider-refused', 't1'],
      ['provider-refused', undefined],
    ]);
    requests.forgetTest('t1');
    expect(requests.isAllowed('wss://elsewhere.example/ws')).toBe(false);
  });
});

describe('a connect that ends without a word', () => {
  const answered = { kind: 'answered', status: 426 } as const;
  const looked = (look: (address: string) => Promise<Look>) => {
    const clock = { now: 0 };
    const told: unknown[] = [];
    const asked: string[] = [];
    const requests = createGatewayRequests(
      () => clock.now,
      ({ reason }, about) => told.push([reason, about?.profileId, about?.testId]),
      (status, { retryAfterMs }) => told.push([status, retryAfterMs]),
      (address) => {
        asked.push(address);
        return look(address);
      },
    );
    requests.allow([{ gatewayUrl: 'wss://pbx.example.com/ws' }, { gatewayUrl: 'ws://127.0.0.1:5062' }]);
    requests.keep(grantOf({ url: 'wss://pbx.example.com/ws?token=T' }), null);
    return { clock, told, asked, requests };
  };
  const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

  it('is looked into without its query, and told to the line', async () => {
    const { told, asked, requests } = looked(() => Promise.resolve({ kind: 'failed', code: 'ERR_NAME_NOT_RESOLVED' }));
    requests.broken('wss://pbx.example.com/ws?token=T');
    await settled();
    expect(asked).toEqual(['https://pbx.example.com/ws']);
    expect(told).toEqual([['gateway-unavailable', 'work', undefined]]);
  });
  it.each<[Look, unknown]>([
    [{ kind: 'answered', status: 503, retryAfter: '60' }, [503, 60_000]],
    [{ kind: 'answered', status: 429 }, [429, undefined]],
    [{ kind: 'answered', status: 302 }, [302, undefined]],
    [{ kind: 'answered', status: 200, contentType: 'text/html' }, [200, undefined]],
    [answered, ['gateway-unavailable', 'work', undefined]],
    [{ kind: 'answered', status: 401 }, ['gateway-unavailable', 'work', undefined]],
    [{ kind: 'failed', code: 'ERR_TUNNEL_CONNECTION_FAILED' }, ['proxy-refused', 'work', undefined]],
  ])('%j', async (found, word) => {
    const { told, requests } = looked(() => Promise.resolve(found));
    requests.broken('wss://pbx.example.com/ws');
    await settled();
    expect(told).toEqual([word]);
  });
  it('is not looked into where something was told of it, or it leads to no gateway, or to this computer', async () => {
    const { told, asked, requests } = looked(() => Promise.resolve(answered));
    requests.certificateRefused('wss://pbx.example.com/ws', 'net::ERR_CERT_REVOKED', {
      ...{ issuerName: 'A', subjectName: 'B', fingerprint: 'C', validStart: 0, validExpiry: 1 },
    });
    requests.broken('wss://pbx.example.com/ws');
    requests.broken('wss://elsewhere.example/');
    requests.broken('ws://127.0.0.1:5062/');
    await settled();
    expect([asked, told.length]).toEqual([[], 1]);
    requests.broken('wss://pbx.example.com/ws');
    expect(asked.length).toBe(1);
  });
  it('is looked into every three seconds at most; a test of the connection has a look of its own', async () => {
    const { clock, told, asked, requests } = looked(() => Promise.resolve(answered));
    for (clock.now = 0; clock.now < 6_000; clock.now += 1_000) requests.broken('wss://pbx.example.com/ws');
    await settled();
    expect([asked.length, told.length]).toEqual([2, 6]);
    requests.keepForTest('t1', grantOf({ url: 'wss://pbx.example.com/ws' }), null);
    requests.broken('wss://pbx.example.com/ws');
    requests.forgetTest('t1');
    await settled();
    expect([asked.length, told.at(-1)]).toEqual([3, ['gateway-unavailable', 'work', 't1']]);
  });
});
