/** A call to an ordinary phone: what belongs to it goes to that phone and nowhere else, and a restart of Kamailio does not end it. */
import { createSocket } from 'node:dgram';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { headerOf, type SipRequest } from '../../src/gateway/sip-message';
import { SipClient } from '../support/phones/sip-client';
import { setUpLab } from './lab-fixture';

const lab = setUpLab();

const OFFER = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'm=audio 40000 UDP/TLS/RTP/SAVPF 0',
  'c=IN IP4 127.0.0.1',
  'a=rtpmap:0 PCMU/8000',
  'a=mid:0',
  'a=sendrecv',
  'a=rtcp-mux',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:abcdefghijklmnopqrstuvwx',
  `a=fingerprint:sha-256 ${Array.from({ length: 32 }, (_, i) => (i + 16).toString(16).toUpperCase()).join(':')}`,
  'a=setup:actpass',
  'a=candidate:1 1 udp 2130706431 127.0.0.1 40000 typ host',
  '',
].join('\r\n');

async function phone(instance?: string, claims = {}): Promise<SipClient> {
  const opened = await SipClient.open(lab().url, '1001', {
    token: lab().mint({ sub: '1001', claims }),
    domain: lab().domain,
    ...(instance === undefined ? {} : { instance }),
  });
  onTestFinished(() => opened.drop());
  return opened;
}

async function call(alice: SipClient) {
  const invite = alice.request('INVITE', { uri: lab().baresip.uri, body: OFFER });
  const answer = await alice.response(invite);
  expect(answer.status).toBe(200);
  return alice.acknowledge(invite, answer);
}

it('reaches the phone that was called, whatever address a request names', async () => {
  const outside = createSocket('udp4');
  const heard: string[] = [];
  outside.on('message', (data) => heard.push(data.toString()));
  await new Promise<void>((resolve) => outside.bind(0, '127.0.0.1', resolve));
  onTestFinished(() => void outside.close());
  const { port } = outside.address();
  const alice = await phone();
  await alice.register();
  const dialog = await call(alice);
  const { baresip } = lab();
  const from = baresip.events.length;
  for (const uri of [`sip:fraud@127.0.0.1:${port}`, `sip:x@127.0.0.1:${port};alias=127.0.0.1~${port}~1`])
    for (const method of ['INFO', 'OPTIONS']) {
      const routes = [...dialog.routes, `<sip:127.0.0.1:${port};lr>`];
      const { status } = await alice.response(alice.request(method, { uri, dialog: { ...dialog, routes } }));
      // The ordinary phone answered: it takes no INFO.
      expect([200, 488, 501, 405, 415]).toContain(status);
    }
  const bye = alice.request('BYE', { uri: `sip:fraud@127.0.0.1:${port}`, dialog });
  expect((await alice.response(bye)).status).toBe(200);
  await baresip.event('CALL_CLOSED', { from });
  expect(heard).toEqual([]);
  await expect.poll(() => lab().mediaSessions(), { timeout: 5_000 }).toBe(0);
});

/** What Kamailio knows of a call is written within a second. */
async function restartWith(remoteTag: string): Promise<void> {
  const kept = join(lab().folder, 'kamailio/calls/dialog');
  await expect.poll(() => readFile(kept, 'utf8'), { timeout: 5_000, interval: 100 }).toContain(remoteTag);
  await lab().kamailio.restart();
}
/** The same phone on another WebSocket. */
async function comeBack(before: SipClient, claims = {}): Promise<SipClient> {
  const alice = await phone(before.instance, claims);
  const contact = `<${before.contactUri}>;reg-id=1;+sip.instance="${before.instance}";expires=300`;
  expect((await alice.response(alice.request('REGISTER', { to: `<${alice.aor}>`, contact }))).status).toBe(200);
  return alice;
}

it.each(['she', 'he'] as const)('goes on after a restart, and ends when %s hangs up', async (who) => {
  const before = await phone();
  await before.register();
  const dialog = await call(before);
  const { baresip } = lab();
  const from = baresip.events.length;
  await restartWith(dialog.remoteTag);
  const alice = await comeBack(before);
  // Nobody else has got into it meanwhile.
  const stranger = await SipClient.open(lab().url, '1002', {
    token: lab().mint({ sub: '1002' }),
    domain: lab().domain,
  });
  onTestFinished(() => stranger.drop());
  expect((await stranger.response(stranger.request('BYE', { dialog, cseq: 50 }))).status).toBe(481);
  const options = alice.request('OPTIONS', { dialog, cseq: 60 });
  expect((await alice.response(options)).status).toBe(200);
  if (who === 'she') expect((await alice.response(alice.request('BYE', { dialog, cseq: 61 }))).status).toBe(200);
  else {
    await baresip.hangup();
    alice.reply(await alice.nextRequest('BYE'), 200);
  }
  await baresip.event('CALL_CLOSED', { from });
  expect((await alice.response(alice.request('OPTIONS', { dialog, cseq: 62 }))).status).toBe(481);
  await expect.poll(() => lab().mediaSessions(), { timeout: 5_000 }).toBe(0);
});

it('has no more time for a restart', { timeout: 40_000 }, async () => {
  const limit = { max_call_s: 10 };
  const before = await phone(undefined, limit);
  await before.register();
  const { baresip } = lab();
  const from = baresip.events.length;
  const { remoteTag } = await call(before);
  const answeredAt = Date.now();
  await restartWith(remoteTag);
  const alice = await comeBack(before, limit);
  const bye = await alice.next(
    (message): message is SipRequest => message.kind === 'request' && message.method === 'BYE',
    'BYE',
    15_000,
  );
  alice.reply(bye, 200);
  expect(Date.now() - answeredAt).toBeGreaterThan(8_800);
  expect(headerOf(bye, 'Reason')).toBe('SIP;cause=408;text="Call time is up"');
  await baresip.event('CALL_CLOSED', { from });
  await expect.poll(() => lab().mediaSessions(), { timeout: 5_000 }).toBe(0);
});
