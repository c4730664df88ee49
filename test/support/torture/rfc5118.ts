/** RFC 5118 section 4: messages with IPv6 addresses. The lengths are those of the bodies (the RFC's own are wrong). */
import { messagesOf, sip } from './torture-message';

const TO = 'To: sip:user@example.com';
const FROM = 'From: sip:user@example.com;tag=81x2';
const VIA = 'Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111';
const CALL_ID = 'Call-ID: SSG9559905523997077@hlau_4100';

const register = (target: string): string =>
  sip([
    `REGISTER sip:${target} SIP/2.0`,
    TO,
    FROM,
    VIA,
    CALL_ID,
    'Max-Forwards: 70',
    'Contact: "Caller" <sip:caller@[2001:db8::1]>',
    'CSeq: 98176 REGISTER',
    'Content-Length: 0',
  ]);

const withSdp = (head: readonly string[], lines: readonly string[]): string => {
  const body = `${lines.join('\r\n')}\r\n`;
  return sip(
    [...head, 'Content-Type: application/sdp', `Content-Length: ${new TextEncoder().encode(body).length}`],
    body,
  );
};

const feed = (address: string, subject: string): readonly string[] => [
  'v=0',
  `o=assistant 971731711378798081 0 IN IP6 ${address}`,
  `s=${subject}`,
  `c=IN IP6 ${address}`,
  't=3338481189 3370017201',
  'm=audio 6000 RTP/AVP 2',
  'a=rtpmap:2 G726-32/8000',
  'm=video 6024 RTP/AVP 107',
  'a=rtpmap:107 H263-1998/90000',
];

const options = (received: string): string =>
  sip([
    'OPTIONS sip:[2001:db8::10] SIP/2.0',
    TO,
    FROM,
    `Via: SIP/2.0/UDP [2001:db8::9:1];received=${received};branch=z9hG4bKas3`,
    'Call-ID: SSG95523997077@hlau_4100',
    'Max-Forwards: 70',
    'Contact: "Caller" <sip:caller@[2001:db8::9:1]>',
    'CSeq: 921 OPTIONS',
    'Content-Length: 0',
  ]);

const abnf = (received: string): string =>
  sip([
    'OPTIONS sip:user@[2001:db8::10] SIP/2.0',
    'To: sip:user@[2001:db8::10]',
    FROM,
    `Via: SIP/2.0/UDP 192.0.2.1:5060;received=${received};branch=z9hG4bKas3-112`,
    CALL_ID,
    'Contact: "Caller" <sip:caller@[2001:db8::1]>',
    'CSeq: 689 OPTIONS',
    'Max-Forwards: 70',
    'Content-Length: 0',
  ]);

export const ipv6Messages = messagesOf(5118, [
  ['ipv6-good', '4.1', 'Valid IPv6 reference', register('[2001:db8::10]')],
  ['ipv6-bad', '4.2', 'IPv6 reference without brackets', register('2001:db8::10')],
  ['port-ambiguous', '4.3', 'Port inside the brackets', register('[2001:db8::10:5070]')],
  ['port-unambiguous', '4.4', 'Port after the brackets', register('[2001:db8::10]:5070')],
  [
    'via-received-param-with-delim',
    '4.5',
    'Brackets in the received parameter',
    sip([
      'BYE sip:[2001:db8::10] SIP/2.0',
      'To: sip:user@example.com;tag=bd76ya',
      FROM,
      'Via: SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3-111',
      CALL_ID,
      'Max-Forwards: 70',
      'CSeq: 321 BYE',
      'Content-Length: 0',
    ]),
  ],
  ['via-received-param-no-delim', '4.5', 'No brackets in the received parameter', options('2001:db8::9:255')],
  [
    'ipv6-in-sdp',
    '4.6',
    'IPv6 addresses in SDP',
    withSdp(
      [
        'INVITE sip:user@[2001:db8::10] SIP/2.0',
        'To: sip:user@[2001:db8::10]',
        FROM,
        'Via: SIP/2.0/UDP [2001:db8::20];branch=z9hG4bKas3-111',
        CALL_ID,
        'Contact: "Caller" <sip:caller@[2001:db8::20]>',
        'CSeq: 8612 INVITE',
        'Max-Forwards: 70',
      ],
      feed('2001:db8::20', "Live video feed for today's meeting"),
    ),
  ],
  [
    'mult-ip-in-header',
    '4.7',
    'Both kinds of address in Via',
    sip([
      'BYE sip:user@host.example.net SIP/2.0',
      'Via: SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bKas3-111',
      'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKjhja8781hjuaij65144',
      'Via: SIP/2.0/TCP [2001:db8::9:255];branch=z9hG4bK451jj;received=192.0.2.200',
      'Call-ID: 997077@lau_4100',
      'Max-Forwards: 70',
      'CSeq: 89187 BYE',
      'To: sip:user@example.net;tag=9817--94',
      FROM,
      'Content-Length: 0',
    ]),
  ],
  [
    'mult-ip-in-sdp',
    '4.8',
    'Both kinds of address in SDP',
    withSdp(
      [
        'INVITE sip:user@[2001:db8::10] SIP/2.0',
        'To: sip:user@[2001:db8::10]',
        FROM,
        VIA,
        CALL_ID,
        'Contact: "Caller" <sip:caller@[2001:db8::9:1]>',
        'Max-Forwards: 70',
        'CSeq: 8912 INVITE',
      ],
      [
        'v=0',
        'o=bob 280744730 28977631 IN IP4 host.example.com',
        's=',
        't=0 0',
        'm=audio 22334 RTP/AVP 0',
        'c=IN IP4 192.0.2.1',
        'm=video 6024 RTP/AVP 107',
        'c=IN IP6 2001:db8::1',
        'a=rtpmap:107 H263-1998/90000',
      ],
    ),
  ],
  [
    'ipv4-mapped-ipv6',
    '4.9',
    'IPv4-mapped IPv6 addresses',
    withSdp(
      [
        'INVITE sip:user@example.com SIP/2.0',
        TO,
        'From: sip:user@east.example.com;tag=81x2',
        'Via: SIP/2.0/UDP [::ffff:192.0.2.10]:19823;branch=z9hG4bKbh19',
        'Via: SIP/2.0/UDP [::ffff:192.0.2.2];branch=z9hG4bKas3-111',
        CALL_ID,
        'Contact: "T. desk phone" <sip:ted@[::ffff:192.0.2.2]>',
        'CSeq: 612 INVITE',
        'Max-Forwards: 70',
      ],
      feed('::ffff:192.0.2.2', 'Call me soon, please!'),
    ),
  ],
  ['ipv6-bug-abnf-3-colons', '4.10', 'Three colons, as RFC 3261 once allowed', abnf('2001:db8:::192.0.2.1')],
  ['ipv6-correct-abnf-2-colons', '4.10', 'Two colons, as RFC 5954 corrects it', abnf('2001:db8::192.0.2.1')],
]);
