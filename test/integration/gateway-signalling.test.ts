import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/gateway/clock';
import { systemClock } from '../../src/gateway/clock';
import { startGateway, type GatewayHandle, type StartOptions } from '../../src/gateway/index';
import { headerOf, headersOf, type SipRequest, type SipResponse } from '../../src/gateway/sip-message';
import { dialogOfCallee, mintToken, SipClient, TEST_DOMAIN, TEST_KEY, type TestDialog } from '../support/sip-client';

const NEXT_KEY = 'the key that comes next, long enough as well';
let gateway: GatewayHandle;
const started: GatewayHandle[] = [];
let lines: string[] = [];
let clients: SipClient[] = [];
/** Milliseconds that the gateway's clock is ahead. */
let ahead = 0;
const clock: Clock = { now: () => Date.now() + ahead, after: systemClock.after };

async function restart(options: Partial<StartOptions> = {}): Promise<void> {
  await stop();
  const result = await startGateway({ port: 0, keys: { active: TEST_KEY }, clock, log: (line) => lines.push(line), ...options });
  if (!result.ok) throw new Error(result.failure.sentence);
  gateway = result.value;
  started.push(gateway);
}

async function stop(): Promise<void> {
  for (const client of clients) await client.drop();
  clients = [];
  for (const one of started.splice(0)) await one.close();
}

async function phone(user: string, options: Parameters<typeof SipClient.open>[2] = {}): Promise<SipClient> {
  const client = await SipClient.open(gateway.url, user, options);
  clients.push(client);
  expect((await client.register()).status).toBe(200);
  return client;
}

const uriOf = (user: string): string => `sip:${user}@${TEST_DOMAIN}`;
const invite = (caller: SipClient, user: string): SipRequest => caller.request('INVITE', { uri: uriOf(user), body: 'v=0\r\no=offer\r\n' });
const ANSWER = { toTag: 'callee', headers: [{ name: 'Content-Type', value: 'application/sdp' }], body: 'v=0\r\no=answer\r\n' };

interface Call {
  readonly caller: TestDialog;
  readonly callee: TestDialog;
}

async function establish(from: SipClient, to: SipClient): Promise<Call> {
  const request = invite(from, to.user);
  const received = await to.nextRequest('INVITE');
  const answer = to.reply(received, 200, ANSWER);
  const response = await from.response(request);
  expect(response.status).toBe(200);
  const caller = from.acknowledge(request, response);
  await to.nextRequest('ACK');
  return { caller, callee: dialogOfCallee(received, answer) };
}

async function quiet(): Promise<void> {
  await expect.poll(() => gateway.stats(), { timeout: 5_000 }).toMatchObject({ calls: 0, transactions: 0, mediaPeers: 0 });
}

beforeEach(async () => {
  ahead = 0;
  lines = [];
  await restart();
});
afterEach(async () => {
  await stop();
  expect(gateway.stats()).toMatchObject({ flows: 0, bindings: 0 });
});

describe('handshake', () => {
  const now = Math.floor(Date.now() / 1000);
  const refused: readonly (readonly [string, string, string])[] = [
    ['no token', '', 'missing'],
    ['no JWT', 'abc', 'malformed'],
    ['alg none', mintToken({ header: { alg: 'none' } }).replace(/[^.]*$/, ''), 'alg'],
    ['HS512', mintToken({ header: { alg: 'HS512' } }), 'alg'],
    ['another key', mintToken({ key: NEXT_KEY }), 'signature'],
    ['another issuer', mintToken({ claims: { iss: 'somebody' } }), 'issuer'],
    ['another audience', mintToken({ claims: { aud: 'other' } }), 'audience'],
    ['a strange subject', mintToken({ sub: 'a b' }), 'subject'],
    ['the name of a service', mintToken({ sub: 'echo' }), 'subject'],
    ['expired', mintToken({ now: (now - 400) * 1000 }), 'expired'],
    ['from the future', mintToken({ now: (now + 90) * 1000 }), 'not-yet'],
    ['too long a life', mintToken({ lifeS: 3601 }), 'life'],
    ['no jti', mintToken({ claims: { jti: undefined } }), 'malformed'],
  ];
  it.each(refused)('refuses %s', async (_, token, reason) => {
    await expect(SipClient.open(gateway.url, '1001', { token })).rejects.toThrow(new RegExp(`HTTP 401 ${reason}$`));
    expect(gateway.stats().flows).toBe(0);
  });

  it('takes the token from the query or the header, as often as it lives, and never logs it', async () => {
    const token = mintToken();
    for (const bearer of [false, true, false]) clients.push(await SipClient.open(gateway.url, '1001', { token, bearer }));
    expect(gateway.stats().flows).toBe(3);
    expect(clients.every((client) => client.socket.protocol === 'sip')).toBe(true);
    expect(lines.join('\n')).not.toContain(token.split('.')[2]);
    expect(lines.join('\n')).toMatch(/open user=1001 key=active token=[0-9a-f]{8}$/m);
  });

  it('answers plain HTTP with 426, a refusal with Bearer and Date, and no other subprotocol', async () => {
    expect((await fetch(gateway.url.replace('ws', 'http'))).status).toBe(426);
    const upgrade = (protocol: string, path: string): Promise<{ status: number; headers: Record<string, unknown> }> =>
      new Promise((resolve, reject) => {
        const headers = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Protocol': protocol };
        httpRequest({ host: '127.0.0.1', port: gateway.port, path, headers }, (response) => {
          response.resume();
          resolve({ status: response.statusCode ?? 0, headers: response.headers });
        })
          .on('error', reject)
          .end();
      });
    const denied = await upgrade('sip', '/?token=x');
    expect(denied.status).toBe(401);
    expect(denied.headers['www-authenticate']).toContain('Bearer error="invalid_token"');
    expect(Math.abs(Date.parse(String(denied.headers['date'])) - Date.now())).toBeLessThan(5_000);
    expect((await upgrade('chat', `/?token=${mintToken()}`)).status).toBe(400);
  });

  it('follows a rotation of keys', async () => {
    const byNext = mintToken({ key: NEXT_KEY });
    gateway.setKeys({ active: TEST_KEY, next: NEXT_KEY });
    clients.push(await SipClient.open(gateway.url, '1001', { token: byNext }), await SipClient.open(gateway.url, '1001'));
    expect(gateway.stats().acceptedBy).toEqual({ active: 1, next: 1 });
    gateway.setKeys({ active: NEXT_KEY });
    await expect(SipClient.open(gateway.url, '1001')).rejects.toThrow('HTTP 401 signature');
    clients.push(await SipClient.open(gateway.url, '1001', { token: byNext }));
    // What is open stays open.
    expect(gateway.stats().flows).toBe(3);
    expect(gateway.setKeys({ active: 'short' }).ok).toBe(false);
  });

  it('says that a port is taken, and that a key is too short', async () => {
    expect(await startGateway({ port: gateway.port, keys: { active: TEST_KEY } })).toMatchObject({ ok: false, failure: { reason: 'port-taken' } });
    expect(await startGateway({ port: 0, keys: { active: 'short' } })).toMatchObject({ ok: false, failure: { reason: 'key-unusable' } });
  });
});

describe('flow', () => {
  it('answers keep-alives, pings and OPTIONS', async () => {
    const alice = await phone('1001');
    alice.sendText('\r\n\r\n');
    await expect.poll(() => alice.frames.includes('\r\n')).toBe(true);
    const pong = new Promise<string>((resolve) => alice.socket.once('pong', (data) => resolve(data.toString())));
    alice.socket.ping('are you there');
    expect(await pong).toBe('are you there');
    const response = await alice.response(alice.request('OPTIONS'));
    expect(response.status).toBe(200);
    expect(headerOf(response, 'Date')).not.toBeNull();
  });

  it('answers what is malformed with 400 or not at all, and closes on too much', async () => {
    const alice = await phone('1001');
    alice.sendText('INVITE nonsense');
    alice.sendText(`OPTIONS sip:${TEST_DOMAIN} SIP/2.0\r\nVia: SIP/2.0/WS x;branch=z9hG4bK1\r\nFrom: <${alice.aor}>;tag=1\r\nTo: <sip:x@y>\r\nCall-ID: bad\r\nCSeq: 1 OPTIONS\r\nContent-Length: 99\r\n\r\n`);
    const response = await alice.next((message): message is SipResponse => message.kind === 'response' && message.status === 400, '400');
    expect(headerOf(response, 'Call-ID')).toBe('bad');
    alice.sendText('x'.repeat(70_000));
    expect(await alice.closed).toBe(1009);
  });

  it.each([
    ['another user', { from: `<sip:1002@${TEST_DOMAIN}>;tag=1` }],
    ['another domain', { from: '<sip:1001@elsewhere.example>;tag=1' }],
  ])('refuses %s as From', async (_, spoof) => {
    const alice = await phone('1001');
    const bob = await phone('1002');
    for (const method of ['INVITE', 'MESSAGE', 'REGISTER', 'OPTIONS']) {
      expect((await alice.response(alice.request(method, { uri: method === 'REGISTER' ? `sip:${TEST_DOMAIN}` : uriOf('1002'), ...spoof }))).status).toBe(403);
    }
    expect(bob.received.filter((message) => message.kind === 'request')).toEqual([]);
  });
});

describe('registrar', () => {
  it('lists bindings with expiry and Date; refreshes; removes', async () => {
    const alice = await phone('1001');
    const refreshed = await alice.register(120);
    expect(headersOf(refreshed, 'Contact')).toEqual([`<${alice.contactUri}>;+sip.instance="${alice.instance}";reg-id=1;expires=120`]);
    expect(headerOf(refreshed, 'Date')).toMatch(/GMT$/);
    expect(headersOf(await alice.register(0), 'Contact')).toEqual([]);
    expect(gateway.stats().bindings).toBe(0);
  });

  it('never lets a binding outlive the token, and refuses an expired flow whose dialogs go on', async () => {
    const bob = await phone('1002');
    const alice = await phone('1001', { token: mintToken({ lifeS: 60 }) });
    const expires = Number(/expires=(\d+)/.exec(headersOf(await alice.register(600), 'Contact')[0] ?? '')?.[1]);
    expect(expires).toBeLessThanOrEqual(60);
    expect(expires).toBeGreaterThan(55);
    const call = await establish(alice, bob);
    ahead = 61_000;
    const refused = await alice.register();
    expect([refused.status, refused.reason]).toEqual([403, 'Token expired']);
    const begun = alice.request('INVITE', { uri: uriOf('1002') });
    expect((await alice.response(begun)).status).toBe(403);
    expect(alice.socket.readyState).toBe(alice.socket.OPEN);
    const info = bob.request('INFO', { dialog: call.callee });
    alice.reply(await alice.nextRequest('INFO'), 200);
    expect((await bob.response(info)).status).toBe(200);
    const bye = alice.request('BYE', { dialog: call.caller });
    bob.reply(await bob.nextRequest('BYE'), 200);
    expect((await alice.response(bye)).status).toBe(200);
    await quiet();
  });

  it('moves a binding to the new flow of the same phone; the farewell of the old one does no harm', async () => {
    const old = await phone('1001');
    const fresh = await phone('1001', { instance: old.instance });
    expect(gateway.stats()).toMatchObject({ flows: 2, bindings: 1 });
    expect((await old.register(0)).status).toBe(200);
    await old.close();
    await expect.poll(() => gateway.stats()).toMatchObject({ flows: 1, bindings: 1 });
    const bob = await phone('1002');
    invite(bob, '1001');
    expect((await fresh.nextRequest('INVITE')).uri).toBe(fresh.contactUri);
  });
});

describe('calls between users', () => {
  it('connects, carries requests both ways, and ends from the callee', async () => {
    const alice = await phone('1001');
    const bob = await phone('1002');
    const request = alice.request('INVITE', { uri: uriOf('1002'), body: 'v=0\r\n', headers: [{ name: 'Authorization', value: 'Bearer secret' }, { name: 'P-Asserted-Identity', value: '<sip:boss@x>' }] });
    expect((await alice.response(request, 100)).status).toBe(100);
    const received = await bob.nextRequest('INVITE');
    expect(received.uri).toBe(bob.contactUri);
    expect(received.body).toBe('v=0\r\n');
    expect(headerOf(received, 'Authorization')).toBeNull();
    expect(headerOf(received, 'P-Asserted-Identity')).toBeNull();
    expect(headerOf(received, 'Max-Forwards')).toBe('69');
    expect(headersOf(received, 'Via')).toHaveLength(2);
    expect(headerOf(received, 'Record-Route')).toMatch(/^<sip:[\w.-]+@practice\.ringfence\.local;transport=ws;lr>$/);
    bob.reply(received, 180, { toTag: 'callee' });
    expect((await alice.response(request, 180)).status).toBe(180);
    expect(gateway.stats().calls).toBe(1);
    const answer = bob.reply(received, 200, ANSWER);
    const response = await alice.response(request);
    expect(headersOf(response, 'Via')).toEqual(headersOf(request, 'Via'));
    expect(response.body).toBe(ANSWER.body);
    const dialog = alice.acknowledge(request, response);
    await bob.nextRequest('ACK');
    const reinvite = alice.request('INVITE', { dialog, body: 'v=0\r\nhold' });
    const heard = await bob.nextRequest('INVITE');
    expect(heard.body).toBe('v=0\r\nhold');
    bob.reply(heard, 200, ANSWER);
    alice.acknowledge(reinvite, await alice.response(reinvite), dialog);
    await bob.nextRequest('ACK');
    for (const method of ['REFER', 'NOTIFY', 'UPDATE', 'INFO', 'MESSAGE', 'OPTIONS']) {
      const inside = alice.request(method, { dialog });
      bob.reply(await bob.nextRequest(method), 202);
      expect((await alice.response(inside)).status).toBe(202);
    }
    const bye = bob.request('BYE', { dialog: dialogOfCallee(received, answer) });
    alice.reply(await alice.nextRequest('BYE'), 200);
    expect((await bob.response(bye)).status).toBe(200);
    await quiet();
  });

  it('cancels, with the reason', async () => {
    const alice = await phone('1001');
    const bob = await phone('1002');
    const request = invite(alice, '1002');
    const received = await bob.nextRequest('INVITE');
    bob.reply(received, 180, { toTag: 'callee' });
    await alice.response(request, 180);
    expect((await alice.response(alice.cancel(request, [{ name: 'Reason', value: 'SIP;cause=487;text="gave up"' }]))).status).toBe(200);
    const cancel = await bob.nextRequest('CANCEL');
    expect(headersOf(cancel, 'Via')).toEqual([headersOf(received, 'Via')[0]]);
    expect(headerOf(cancel, 'Reason')).toBe('SIP;cause=487;text="gave up"');
    bob.reply(cancel, 200);
    bob.reply(received, 487, { toTag: 'callee' });
    await bob.nextRequest('ACK');
    const refused = await alice.response(request);
    expect(refused.status).toBe(487);
    alice.acknowledgeRefusal(request, refused);
    await quiet();
  });

  it.each([486, 480, 603, 500])('passes %i through', async (status) => {
    const alice = await phone('1001');
    const bob = await phone('1002');
    const request = invite(alice, '1002');
    bob.reply(await bob.nextRequest('INVITE'), status, { toTag: 'callee' });
    await bob.nextRequest('ACK');
    const refused = await alice.response(request);
    expect(refused.status).toBe(status);
    alice.acknowledgeRefusal(request, refused);
    await quiet();
  });

  it.each([
    ['nobody by that name', 'sip:nobody@practice.ringfence.local', 404],
    ['another domain', 'sip:bob@elsewhere.example', 403],
    ['a number outside SIP', 'tel:+15550100', 416],
    ['the domain itself', 'sip:practice.ringfence.local', 484],
    ['busy', 'sip:busy@practice.ringfence.local', 486],
    ['decline', 'sip:decline@practice.ringfence.local', 603],
  ])('refuses a call to %s', async (_, uri, status) => {
    const alice = await phone('1001');
    const request = alice.request('INVITE', { uri, body: 'v=0\r\n' });
    const refused = await alice.response(request);
    expect(refused.status).toBe(status);
    alice.acknowledgeRefusal(request, refused);
    await quiet();
  });

  it('says 480 for somebody who was here', async () => {
    const alice = await phone('1001');
    const bob = await phone('1002');
    await bob.register(0);
    expect((await alice.response(invite(alice, '1002'))).status).toBe(480);
  });

  it('rings every phone of a user; the losers hear that it was answered elsewhere', async () => {
    const alice = await phone('1001');
    const [desk, mobile] = [await phone('1002'), await phone('1002')];
    const request = invite(alice, '1002');
    const [atDesk, atMobile] = [await desk.nextRequest('INVITE'), await mobile.nextRequest('INVITE')];
    desk.reply(atDesk, 180, { toTag: 'desk' });
    mobile.reply(atMobile, 180, { toTag: 'mobile' });
    const answer = mobile.reply(atMobile, 200, { ...ANSWER, toTag: 'mobile' });
    const cancel = await desk.nextRequest('CANCEL');
    expect(headerOf(cancel, 'Reason')).toBe('SIP;cause=200;text="Call completed elsewhere"');
    desk.reply(cancel, 200);
    desk.reply(atDesk, 487, { toTag: 'desk' });
    await desk.nextRequest('ACK');
    alice.acknowledge(request, await alice.response(request));
    await mobile.nextRequest('ACK');
    const bye = mobile.request('BYE', { dialog: dialogOfCallee(atMobile, answer) });
    alice.reply(await alice.nextRequest('BYE'), 200);
    await mobile.response(bye);
    await quiet();
    expect(alice.received.filter((message) => message.kind === 'response' && message.status === 487)).toEqual([]);
  });

  it('forges no dialog: a stranger can neither end nor use somebody else\'s call', async () => {
    const [alice, bob, mallory] = [await phone('1001'), await phone('1002'), await phone('6666')];
    const call = await establish(alice, bob);
    const stolen = { ...call.caller, localUri: mallory.aor };
    expect((await mallory.response(mallory.request('BYE', { dialog: stolen }))).status).toBe(403);
    const forged = { ...stolen, routes: [`<sip:AAAA.BBBB@${TEST_DOMAIN};transport=ws;lr>`] };
    expect((await mallory.response(mallory.request('BYE', { dialog: forged }))).status).toBe(481);
    expect(bob.received.some((message) => message.kind === 'request' && message.method === 'BYE')).toBe(false);
  });
});

describe('a flow that breaks', () => {
  it('gives a call back to the phone that returns', async () => {
    const alice = await phone('1001');
    const bob = await phone('1002');
    const call = await establish(alice, bob);
    await bob.drop();
    // Asked while bob is away: it waits for him.
    const info = alice.request('INFO', { dialog: call.caller });
    const back = await phone('1002', { instance: bob.instance });
    back.reply(await back.nextRequest('INFO'), 200);
    expect((await alice.response(info)).status).toBe(200);
    const bye = back.request('BYE', { dialog: call.callee });
    alice.reply(await alice.nextRequest('BYE'), 200);
    expect((await back.response(bye)).status).toBe(200);
    await quiet();
  });

  it('takes the answer on the new flow to an INVITE that came on the old one, and sends it to the caller\'s new flow', async () => {
    const alice = await phone('1001');
    const bob = await phone('1002');
    const request = invite(alice, '1002');
    const received = await bob.nextRequest('INVITE');
    const newBob = await phone('1002', { instance: bob.instance });
    const newAlice = await phone('1001', { instance: alice.instance });
    await bob.drop();
    await alice.drop();
    newBob.reply(received, 200, ANSWER);
    const response = await newAlice.response(request);
    expect(response.status).toBe(200);
    newAlice.acknowledge(request, response);
    await newBob.nextRequest('ACK');
    expect(gateway.stats()).toMatchObject({ calls: 1, transactions: 0 });
  });

  it('stops ringing when the caller does not come back', async () => {
    await restart({ timers: { answerMs: 60_000, transactionMs: 32_000, returnMs: 50 } });
    const alice = await phone('1001');
    const bob = await phone('1002');
    invite(alice, '1002');
    const received = await bob.nextRequest('INVITE');
    bob.reply(received, 180, { toTag: 'callee' });
    await alice.drop();
    bob.reply(await bob.nextRequest('CANCEL'), 200);
    bob.reply(received, 487, { toTag: 'callee' });
    await bob.nextRequest('ACK');
    await expect.poll(() => gateway.stats()).toMatchObject({ calls: 0, flows: 1, bindings: 1 });
  });

  it('lets a dialog outlive the gateway itself', async () => {
    const alice = await phone('1001');
    const bob = await phone('1002');
    const call = await establish(alice, bob);
    await restart();
    const [newAlice, newBob] = [await phone('1001', { instance: alice.instance }), await phone('1002', { instance: bob.instance })];
    const bye = newAlice.request('BYE', { dialog: call.caller });
    newBob.reply(await newBob.nextRequest('BYE'), 200);
    expect((await newAlice.response(bye)).status).toBe(200);
  });
});

describe('the fault port', () => {
  const post = (path: string, body: object): Promise<Response> => fetch(new URL(path, gateway.faultUrl ?? ''), { method: 'POST', body: JSON.stringify(body) });

  it('does not exist unless it is asked for', () => {
    expect(gateway.faultUrl).toBeNull();
  });

  it('drops, silences, delays, refuses, closes and kills', async () => {
    await restart({ faults: true });
    const alice = await phone('1001');
    expect((await post('/silent', { user: '1001', on: true })).status).toBe(200);
    const lost = alice.request('OPTIONS');
    await post('/silent', { user: '1001', on: false });
    const found = alice.request('OPTIONS');
    expect((await alice.response(found)).status).toBe(200);
    expect(alice.received.some((message) => headerOf(message, 'Call-ID') === headerOf(lost, 'Call-ID'))).toBe(false);
    await post('/delay', { ms: 120 });
    const began = Date.now();
    await alice.response(alice.request('OPTIONS'));
    expect(Date.now() - began).toBeGreaterThanOrEqual(110);
    await post('/delay', { ms: 0 });
    await post('/refuse-tokens', { on: true });
    await expect(SipClient.open(gateway.url, '1001')).rejects.toThrow('HTTP 401');
    await post('/refuse-tokens', { on: false });
    expect(await (await post('/drop', { user: '1001' })).json()).toEqual({ dropped: 1 });
    expect(await alice.closed).toBe(1006);
    const again = await phone('1001');
    await post('/close-code', { user: '1001', code: 4001 });
    expect(await again.closed).toBe(4001);
    expect((await post('/drop', { who: 1 })).status).toBe(400);
    expect((await post('/nonsense', {})).status).toBe(404);
    expect(await (await fetch(new URL('/stats', gateway.faultUrl ?? ''))).json()).toMatchObject({ calls: 0 });
    expect(await (await fetch(new URL('/digits', gateway.faultUrl ?? ''))).json()).toEqual([]);
    await post('/kill', {});
    await expect.poll(() => SipClient.open(gateway.url, '1001').then(() => 'open', () => 'gone')).toBe('gone');
  });
});
