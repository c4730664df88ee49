/** Raw clients at the lab's Asterisk, and descriptions that it takes from them: WebRTC's form, with nobody behind them. */
import { onTestFinished } from 'vitest';
import { headerOf, type SipRequest, type SipResponse } from '../../../src/gateway/sip-message';
import { SipClient } from '../../support/phones/sip-client';
import type { Asterisk } from './asterisk';

/** What a browser says, as far as Asterisk reads it. */
const described = (setup: 'actpass' | 'active', direction = 'sendrecv', address = '127.0.0.1'): string =>
  [
    'v=0',
    'o=- 4611731400430051336 2 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=group:BUNDLE 0',
    'm=audio 50000 UDP/TLS/RTP/SAVPF 111 0 101',
    `c=IN IP4 ${address}`,
    'a=rtcp:9 IN IP4 0.0.0.0',
    'a=ice-ufrag:abcd',
    'a=ice-pwd:0123456789abcdef01234567',
    `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => 'AB').join(':')}`,
    `a=setup:${setup}`,
    'a=mid:0',
    `a=${direction}`,
    'a=rtcp-mux',
    'a=rtpmap:111 opus/48000/2',
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:101 telephone-event/8000',
    'a=fmtp:101 0-16',
    'a=candidate:1 1 udp 2122260223 127.0.0.1 50000 typ host generation 0',
    '',
  ].join('\r\n');

export const OFFER = described('actpass');
export const HOLD = described('actpass', 'sendonly');
/** What a browser says that knows no candidate yet. */
export const OFFER_WITHOUT_ADDRESS = described('actpass', 'sendrecv', '0.0.0.0');
export const ANSWER = {
  headers: [{ name: 'Content-Type', value: 'application/sdp' }],
  body: described('active'),
} as const;

/** A client with an open WebSocket that goes with the test; null: it answers no challenge. */
export async function clientAt(asterisk: Asterisk, user: string, password: string | null = null): Promise<SipClient> {
  const client = await SipClient.open(asterisk.url, user, {
    bare: true,
    domain: asterisk.domain,
    ...(password === null ? {} : { password }),
  });
  onTestFinished(() => client.drop());
  return client;
}

/** A client that is registered by a password of its own. */
export async function registeredAt(asterisk: Asterisk, user: string): Promise<SipClient> {
  const password = `password of ${user}`;
  await asterisk.setPassword(user, password);
  const client = await clientAt(asterisk, user, password);
  const { status } = await client.register();
  if (status !== 200) throw new Error(`REGISTER was answered with ${status}`);
  return client;
}

/** The final answer to a call of this name or number; one that is no 200 is acknowledged. */
export async function outcomeOf(
  client: SipClient,
  target: string,
): Promise<{ readonly invite: SipRequest; readonly response: SipResponse; readonly reason: string | null }> {
  const invite = client.request('INVITE', { uri: `sip:${target}@${client.domain}`, body: OFFER });
  const response = await client.response(invite);
  if (response.status >= 300) client.acknowledgeRefusal(invite, response);
  return { invite, response, reason: headerOf(response, 'Reason') };
}
