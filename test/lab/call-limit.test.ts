/** A call from the WebRTC side to an ordinary phone, whose token limits it: both sides and the media end with it. */
import { expect, it, onTestFinished } from 'vitest';
import { headerOf } from '../../src/gateway/sip-message';
import { SipClient } from '../support/phones/sip-client';
import { setUpLab } from './lab-fixture';

const lab = setUpLab();

const FINGERPRINT = Array.from({ length: 32 }, (_, i) => (i + 16).toString(16).toUpperCase()).join(':');
/** What a browser offers, as far as rtpengine looks at it. */
const OFFER = [
  ...[
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
  ],
  ...[
    'a=ice-ufrag:abcd',
    'a=ice-pwd:abcdefghijklmnopqrstuvwx',
    `a=fingerprint:sha-256 ${FINGERPRINT}`,
    'a=setup:actpass',
    'a=candidate:1 1 udp 2130706431 127.0.0.1 40000 typ host',
    '',
  ],
].join('\r\n');

it.each(['caller', 'callee'] as const)(
  'ends for the %s with the limit, for the ordinary phone, and for the media',
  { timeout: 40_000 },
  async (who) => {
    const alice = await SipClient.open(lab().url, '1001', {
      token: lab().mint({ sub: '1001', claims: { max_call_s: 10 } }),
      domain: lab().domain,
    });
    onTestFinished(() => alice.drop());
    expect((await alice.register()).status).toBe(200);
    const { baresip: bob } = lab();
    const from = bob.events.length;
    let answeredAt = 0;
    if (who === 'caller') {
      const invite = alice.request('INVITE', { uri: bob.uri, body: OFFER });
      const answer = await alice.response(invite);
      expect(answer.status).toBe(200);
      answeredAt = Date.now();
      alice.acknowledge(invite, answer);
    } else {
      await bob.dial('1001');
      const invite = await alice.nextRequest('INVITE');
      answeredAt = Date.now();
      alice.reply(invite, 200, {
        toTag: 'alice',
        headers: [{ name: 'Content-Type', value: 'application/sdp' }],
        body: OFFER.replace('actpass', 'active'),
      });
      await alice.nextRequest('ACK');
    }
    expect(await lab().mediaSessions()).toBe(1);
    const bye = await alice.next(
      (message): message is Extract<typeof message, { kind: 'request' }> =>
        message.kind === 'request' && message.method === 'BYE',
      'BYE',
      14_000,
    );
    alice.reply(bye, 200);
    expect(Date.now() - answeredAt).toBeGreaterThan(8_800);
    expect(headerOf(bye, 'Reason')).toBe('SIP;cause=408;text="Call time is up"');
    await bob.event('CALL_CLOSED', { from });
    await expect.poll(() => lab().mediaSessions(), { timeout: 5_000 }).toBe(0);
    expect(bob.calls()).toBe(0);
    expect(await lab().kamailio.rpc('dlg.stats_active')).toMatch(/all: 0/);
  },
);
