/** Well-formed messages that the fuzz test changes: each kind that a gateway sends, and the torture messages of the RFCs. */
import { answerTo, requestOf, webSdp, type RequestParts } from '../phones/gateway-words';
import type { PlayedCall } from '../phones/played-phone';
import { tortureMessages } from '../torture/torture-messages';

export interface SeedContext {
  /** The phone's Contact. */
  readonly contact: string;
  /** Different for each message; in its branch, tag and Call-ID. */
  readonly id: string;
}

export interface Seed {
  readonly name: string;
  /** One character for each byte. */
  readonly make: (context: SeedContext) => string;
}

/** UTF-8 as one character for each byte. */
export const asBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

const seed = (name: string, parts: Omit<RequestParts, 'id' | 'target'> & { readonly target?: string }): Seed => ({
  name,
  make: ({ contact, id }) => asBytes(requestOf({ target: contact, id, ...parts })),
});
const invite = (name: string, more: Partial<RequestParts> = {}): Seed =>
  seed(name, { method: 'INVITE', body: webSdp(), ...more });

const AV = `${webSdp()}m=video 40002 UDP/TLS/RTP/SAVPF 100\r\na=rtpmap:100 VP8/90000\r\na=mid:1\r\na=sendrecv\r\n`;
const MULTIPART = `--b\r\nContent-Type: application/sdp\r\n\r\n${webSdp()}\r\n--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--\r\n`;

const torture: readonly Seed[] = tortureMessages.map((message) => ({
  name: message.name,
  make: ({ contact, id }) =>
    Buffer.from(message.bytes)
      .toString('latin1')
      .replaceAll('z9hG4bK', `z9hG4bK${id}`)
      .replace(/^(?:Call-ID|I) *: */im, `$&${id}`)
      // Half of them as they are: an id is a number in base 36.
      .replace(/^(?!SIP\/)(\S+) .* SIP/, (line, method: string) =>
        /[02468acegikmoqsuwy]$/.test(id) ? line : `${method} ${contact} SIP`,
      ),
}));

/** Requests outside of any dialog. */
export const requestSeeds: readonly Seed[] = [
  invite('INVITE'),
  invite('INVITE to tel', { to: '<tel:+254722000111>' }),
  invite('INVITE from a container', { contact: '<sip:asterisk@019f9ae299f5:5060;transport=ws>' }),
  invite('INVITE with a bare name', { from: 'Zoë & Müller <sip:bob@example.com>;tag=x' }),
  invite('INVITE with a number sign', { contact: '<sip:PBX#1000@192.0.2.4>' }),
  invite('INVITE with identities', {
    headers: ['P-Asserted-Identity: "Asha" <sip:1002@example.com>, <tel:+254722000111>', 'Privacy: none'],
  }),
  invite('INVITE through proxies', {
    headers: ['Record-Route: <sip:p1.example.com;lr>, <sip:p2.example.com;lr;r2=on>', 'Supported: timer, 100rel'],
  }),
  invite('INVITE with a timer', { headers: ['Supported: timer', 'Session-Expires: 1800;refresher=uas', 'Min-SE: 90'] }),
  invite('INVITE with Replaces', { headers: ['Require: replaces', 'Replaces: a@b;to-tag=c;from-tag=d'] }),
  invite('INVITE with audio and video', { body: AV }),
  invite('INVITE with a multipart', { body: MULTIPART, contentType: 'multipart/mixed;boundary=b' }),
  invite('INVITE without SDP', { body: '' }),
  seed('OPTIONS', { method: 'OPTIONS', headers: ['Accept: application/sdp'] }),
  seed('MESSAGE', { method: 'MESSAGE', body: 'Hello', contentType: 'text/plain' }),
  seed('NOTIFY', {
    method: 'NOTIFY',
    headers: ['Event: message-summary', 'Subscription-State: active'],
    body: 'Messages-Waiting: yes\r\n',
    contentType: 'application/simple-message-summary',
  }),
  seed('REFER', { method: 'REFER', headers: ['Refer-To: <sip:1003@example.com>'] }),
  seed('SUBSCRIBE', { method: 'SUBSCRIBE', headers: ['Event: presence', 'Expires: 600'] }),
  seed('PUBLISH', { method: 'PUBLISH', headers: ['Event: presence'] }),
  seed('BYE', { method: 'BYE', to: '<sip:1001@practice.invalid>;tag=nobody' }),
  seed('CANCEL', { method: 'CANCEL' }),
  seed('ACK', { method: 'ACK' }),
  seed('UPDATE', { method: 'UPDATE', to: '<sip:1001@practice.invalid>;tag=nobody', body: webSdp() }),
  seed('INFO', { method: 'INFO', body: 'Signal=5\r\nDuration=160\r\n', contentType: 'application/dtmf-relay' }),
  seed('PRACK', { method: 'PRACK', headers: ['RAck: 1 1 INVITE'] }),
  ...torture,
];

/** A request within the dialog of the call. */
export function dialogSeeds(call: PlayedCall, cseq: number): readonly Seed[] {
  const { from, to, callId, target } = call;
  const within = (name: string, parts: Omit<RequestParts, 'id' | 'target'>): Seed =>
    seed(name, { cseq, from, to, callId, target, ...parts });
  return [
    within('re-INVITE', { method: 'INVITE', body: webSdp({ version: cseq }) }),
    within('re-INVITE that holds', { method: 'INVITE', body: webSdp({ version: cseq, direction: 'sendonly' }) }),
    within('re-INVITE without audio', { method: 'INVITE', body: webSdp({ version: cseq, port: 0 }) }),
    within('re-INVITE without SDP', { method: 'INVITE' }),
    within('UPDATE', { method: 'UPDATE', body: webSdp({ version: cseq }) }),
    within('UPDATE that refreshes', { method: 'UPDATE', headers: ['Session-Expires: 1800;refresher=uac'] }),
    within('INFO', { method: 'INFO', body: 'Signal=5\r\nDuration=160\r\n', contentType: 'application/dtmf-relay' }),
    within('REFER', { method: 'REFER', headers: ['Refer-To: <sip:1003@example.com>', 'Referred-By: <sip:bob@b.c>'] }),
    within('NOTIFY', {
      method: 'NOTIFY',
      headers: ['Event: refer', 'Subscription-State: terminated;reason=noresource'],
      body: 'SIP/2.0 200 OK\r\n',
      contentType: 'message/sipfrag;version=2.0',
    }),
    within('OPTIONS', { method: 'OPTIONS' }),
    within('MESSAGE', { method: 'MESSAGE', body: 'Hello', contentType: 'text/plain' }),
    within('BYE', { method: 'BYE', headers: ['Reason: Q.850;cause=16;text="Normal call clearing"'] }),
    within('ACK', { method: 'ACK' }),
  ];
}

/** Answers to an INVITE of the phone. */
export function answerSeeds(request: string): readonly Seed[] {
  const answer = (line: string, headers: readonly string[] = [], body = '', toTag = 'far'): Seed => ({
    name: line,
    make: () => asBytes(answerTo(request, line, { headers, body, toTag })),
  });
  const contact = 'Contact: <sip:bob@192.0.2.7:5060>';
  const sdp = webSdp({ setup: 'active' });
  return [
    answer('100 Trying', [], '', ''),
    answer('180 Ringing', [contact]),
    answer('183 Session Progress', [contact, 'Require: 100rel', 'RSeq: 1'], sdp),
    answer('183 Session Progress', [contact], sdp),
    answer('200 OK', [contact, 'Record-Route: <sip:p1.example.com;lr>', 'Allow: INVITE, ACK, BYE'], sdp),
    answer('200 OK', ['Contact: <sip:*#9240@192.0.2.9:5060;transport=udp>'], sdp),
    answer('200 OK', [contact, 'Session-Expires: 1800;refresher=uac', 'Require: timer'], sdp),
    answer('302 Moved Temporarily', ['Contact: <sip:1003@example.com>;q=0.5, <tel:+254722000001>']),
    answer('401 Unauthorized', ['WWW-Authenticate: Digest realm="example.com", nonce="n", qop="auth", algorithm=MD5']),
    answer('407 Proxy Authentication Required', ['Proxy-Authenticate: Digest realm="r", nonce="n"']),
    answer('403 Forbidden', ['Reason: Q.850;cause=21;text="Call Rejected"']),
    answer('404 Not Found'),
    answer('422 Session Interval Too Small', ['Min-SE: 1800']),
    answer('480 Temporarily Unavailable [call Processing Released]'),
    answer('486 Busy Here', ['Retry-After: 60 (in a meeting)']),
    answer('488 Not Acceptable Here', ['Warning: 304 gw.example.com "Media type not available"']),
    answer('500 Server Internal Error', ['Retry-After: 5']),
    answer('503 Service Unavailable', ['Retry-After: 120']),
    answer('603 Network Blocked', ['Reason: Q.850;cause=21;text="v=analytics1;url=https://example.com";location=LN']),
  ];
}

/** Answers to a REGISTER of the phone. */
export function registerSeeds(request: string, ownContact: string): readonly Seed[] {
  const answer = (line: string, headers: readonly string[]): Seed => ({
    name: `REGISTER ${line}`,
    make: () => asBytes(answerTo(request, line, { headers })),
  });
  return [
    answer('200 OK', [`Contact: ${ownContact};expires=300`]),
    answer('200 OK', [`Contact: ${ownContact};expires="300"`, 'Date: Fri, 27 Nov 2026 10:00:00 GMT']),
    answer('200 OK', [`Contact: <sip:PBX#1000@192.0.2.4>;expires=2519533, ${ownContact};expires=300`, 'Expires: 600']),
    answer('200 OK', [`Contact: ${ownContact}`, 'Expires: 3600', 'Service-Route: <sip:p.example.com;lr>']),
    answer('401 Unauthorized', ['WWW-Authenticate: Digest realm="example.com", nonce="n", qop="auth"']),
    answer('403 Forbidden', []),
    answer('423 Interval Too Brief', ['Min-Expires: 1800']),
    answer('503 Service Unavailable', ['Retry-After: 20']),
    answer('302 Moved Temporarily', ['Contact: <sip:other.example.com>']),
  ];
}
