/** What is the practice gateway's own beyond the contract (test/contract): its words, its routing without state, its faults. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/gateway/clock';
import { systemClock } from '../../src/gateway/clock';
import { startGateway, type GatewayHandle, type StartOptions } from '../../src/gateway/index';
import { headerOf, type SipRequest, type SipResponse } from '../../src/gateway/sip-message';
import { SipClient } from '../support/phones/sip-client';
import { dialogOfCallee, type TestDialog } from '../support/phones/test-dialog';
import { mintToken, TEST_DOMAIN, TEST_KEY } from '../support/phones/test-tokens';

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
  const result = await startGateway({
    port: 0,
    keys: { active: TEST_KEY },
    clock,
    log: (line) => lines.push(line),
    ...options,
  });
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
const invite = (caller: SipClient, user: string): SipRequest =>
  caller.request('INVITE', { uri: uriOf(user), body: 'v=0\r\no=offer\r\n' });
const ANSWER = {
  toTag: 'callee',
  headers: [{ name: 'Content-Type', value: 'application/sdp' }],
  body: 'v=0\r\no=answer\r\n',
};

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
  await expect
    .poll(() => gateway.stats(), { timeout: 5_000 })
    .toMatchObject({ calls: 0, transactions: 0, mediaPeers: 0 });
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
  it.each([
    ['no token', '', 'missing'],
    ['another key', mintToken({ key: NEXT_KEY }), 'signature'],
    ['the name of a service', mintToken({ sub: 'echo' }), 'subject'],
  ])('says in one word why it refuses %s', async (_, token, reason) => {
    await expect(SipClient.open(gateway.url, '1001', { token })).rejects.toThrow(new RegExp(`HTTP 401 ${reason}$`));
    expect(gateway.stats().flows).toBe(0);
  });

  it('takes the token from the query or the header, as often as it lives, and never logs it', async () => {
    const token = mintToken();
    for (const bearer of [false, true, false])
      clients.push(await SipClient.open(gateway.url, '1001', { token, bearer }));
    expect(gateway.stats().flows).toBe(3);
    expect(clients.every((client) => client.socket.protocol === 'sip')).toBe(true);
    expect(lines.join('\n')).not.toContain(token.split('.')[2]);
    expect(lines.join('\n')).toMatch(/open user=1001 key=active token=[0-9a-f]{8}$/m);
  });

  it('follows a rotation of keys', async () => {
    const byNext = mintToken({ key: NEXT_KEY });
    gateway.setKeys({ active: TEST_KEY, next: NEXT_KEY });
    clients.push(
      await SipClient.open(gateway.url, '1001', { token: byNext }),
      await SipClient.open(gateway.url, '1001'),
    );
    expect(gateway.stats().acceptedBy).toEqual({ active: 1, next: 1 });
    gateway.setKeys({ active: NEXT_KEY });
    await expect(SipClient.open(gateway.url, '1001')).rejects.toThrow('HTTP 401 signature');
    clients.push(await SipClient.open(gateway.url, '1001', { token: byNext }));
    // What is open stays open.
    expect(gateway.stats().flows).toBe(3);
    expect(gateway.setKeys({ active: 'short' }).ok).toBe(false);
  });

  it('says that a port is taken, and that a key is too short', async () => {
    expect(await startGateway({ port: gateway.port, keys: { active: TEST_KEY } })).toMatchObject({
      ok: false,
      failure: { reason: 'port-taken' },
    });
    expect(await startGateway({ port: 0, keys: { active: 'short' } })).toMatchObject({
      ok: false,
      failure: { reason: 'key-unusable' },
    });
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
    alice.sendText(
      `OPTIONS sip:${TEST_DOMAIN} SIP/2.0\r\nVia: SIP/2.0/WS x;branch=z9hG4bK1\r\nFrom: <${alice.aor}>;tag=1\r\nTo: <sip:x@y>\r\nCall-ID: bad\r\nCSeq: 1 OPTIONS\r\nContent-Length: 99\r\n\r\n`,
    );
    const response = await alice.next(
      (message): message is SipResponse => message.kind === 'response' && message.status === 400,
      '400',
    );
    expect(headerOf(response, 'Call-ID')).toBe('bad');
    alice.sendText('x'.repeat(70_000));
    expect(await alice.closed).toBe(1009);
  });
});

describe('registrar', () => {
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
  it('says 480 for somebody who was here', async () => {
    const alice = await phone('1001');
    const bob = await phone('1002');
    await bob.register(0);
    expect((await alice.response(invite(alice, '1002'))).status).toBe(480);
  });

  it("forges no dialog: a stranger can neither end nor use somebody else's call", async () => {
    const [alice, bob, mallory] = [await phone('1001'), await phone('1002'), await phone('6666')];
    const call = await establish(alice, bob);
    const stolen = { ...call.caller, localUri: mallory.aor };
    expect((await mallory.response(mallory.request('BYE', { dialog: stolen }))).status).toBe(481);
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

  it("takes the answer on the new flow to an INVITE that came on the old one, and sends it to the caller's new flow", async () => {
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
    const [newAlice, newBob] = [
      await phone('1001', { instance: alice.instance }),
      await phone('1002', { instance: bob.instance }),
    ];
    const bye = newAlice.request('BYE', { dialog: call.caller });
    newBob.reply(await newBob.nextRequest('BYE'), 200);
    expect((await newAlice.response(bye)).status).toBe(200);
  });
});

describe('the fault port', () => {
  const post = (path: string, body: object): Promise<Response> =>
    fetch(new URL(path, gateway.faultUrl ?? ''), { method: 'POST', body: JSON.stringify(body) });

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
    await expect
      .poll(() =>
        SipClient.open(gateway.url, '1001').then(
          () => 'open',
          () => 'gone',
        ),
      )
      .toBe('gone');
  });
});
