/** RFC 4475 section 3.1.1: messages that look wrong and are right. */
import { messagesOf, sip, tortureSdp } from './torture-message';

const of = (text: string, count: number): string => text.repeat(count);

const ODD_METHOD = "!interesting-Method0123456789_*+`.%indeed'~";
const ODD_USER = "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*";

/** The Vias 33 to 1 of `longreq`, each spelled in its own way. */
const longVias = [
  ...['Via:', 'v:', 'V:', 'Via:', 'ViA:', 'VIa:', 'VIA:', 'via:', 'viA:', 'vIa:', 'vIA:', 'V : ', 'v : ', 'V  :'],
  ...['v  :', 'Via :', 'Via  :', ...Array.from({ length: 16 }, () => 'Via:')],
].map((name, index) => `${name} SIP/2.0/TCP sip${33 - index}.example.com`);

const longreq = sip(
  [
    'INVITE sip:user@example.com SIP/2.0',
    `To: "I have a user name of ${of('extreme', 10)} proportion"<sip:user@example.com:6000;unknownparam1=very${of('long', 20)}value;longparam${of('name', 25)}=shortvalue;very${of('long', 25)}ParameterNameWithNoValue>`,
    `F: sip:${of('amazinglylongcallername', 5)}@example.net;tag=12${of('982', 50)}424;unknownheaderparam${of('name', 20)}=unknowheaderparam${of('value', 15)};unknownValueless${of('paramname', 10)}`,
    `Call-ID: longreq.one${of('really', 20)}longcallid`,
    'CSeq: 3882340 INVITE',
    `Unknown-${of('Long', 20)}-Name: unknown-${of('long', 20)}-value; unknown-${of('long', 20)}-parameter-name = unknown-${of('long', 20)}-parameter-value`,
    ...longVias,
    `Via: SIP/2.0/TCP host.example.com;received=192.0.2.5;branch=very${of('long', 50)}branchvalue`,
    'Max-Forwards: 70',
    `Contact: <sip:${of('amazinglylongcallername', 5)}@host5.example.net>`,
    'Content-Type: application/sdp',
    'l: 150',
  ],
  tortureSdp('192.0.2.1'),
);

/** The S/MIME part of the RFC is replaced by bytes that are UTF-8 nowhere: what is tested is a body that is no text. */
function mpart01(): Uint8Array {
  const boundary = '7a9cbec02ceef655';
  const part = (type: string): string =>
    `--${boundary}\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: binary\r\n\r\n`;
  const signature = Uint8Array.from({ length: 324 }, (_, index) => (index * 149 + 130) % 256);
  const before = new TextEncoder().encode(`${part('text/plain')}Hello\r\n${part('application/octet-stream')}`);
  const after = new TextEncoder().encode(`\r\n--${boundary}--\r\n`);
  const length = before.length + signature.length + after.length;
  const head = new TextEncoder().encode(
    sip([
      'MESSAGE sip:kumiko@example.org SIP/2.0',
      'Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK-d87543-4dade06d0bdb11ee-1--d87543-;rport',
      'Max-Forwards: 70',
      'Route: <sip:127.0.0.1:5080>',
      'Identity: r5mwreLuyDRYBi/0TiPwEsY3rEVsk/G2WxhgTV1PF7hHuLIK0YWVKZhKv9Mj8UeXqkMVbnVq37CD+813gvYjcBUaZngQmXc9WNZSDNGCzA==',
      'Contact: <sip:fluffy@127.0.0.1:5070>',
      'To: <sip:kumiko@example.org>',
      'From: <sip:fluffy@example.com>;tag=2fb0dcc9',
      'Call-ID: 3d9485ad0c49859b@Zmx1ZmZ5LW1hYy0xNi5sb2NhbA..',
      'CSeq: 1 MESSAGE',
      'Content-Transfer-Encoding: binary',
      `Content-Type: multipart/mixed;boundary=${boundary}`,
      'Date: Sat, 15 Oct 2005 04:44:56 GMT',
      'User-Agent: SIPimp.org/0.2.5 (curses)',
      `Content-Length: ${length}`,
    ]),
  );
  return Uint8Array.from([...head, ...before, ...signature, ...after]);
}

export const valid4475 = messagesOf(4475, [
  [
    'wsinv',
    '3.1.1.1',
    'A short tortuous INVITE',
    sip(
      [
        'INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0',
        'TO :',
        ' sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n',
        'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>',
        '  ;',
        '  tag = 98asjd8',
        'MaX-fOrWaRdS: 0068',
        'Call-ID: wsinv.ndaksdj@192.0.2.1',
        'Content-Length   : 150',
        'cseq: 0009',
        '  INVITE',
        'Via  : SIP  /   2.0',
        ' /UDP',
        '    192.0.2.2;branch=390skdjuw',
        's :',
        'NewFangledHeader:   newfangled value',
        ' continued newfangled value',
        'UnknownHeaderWithUnusualValue: ;;,,;;,;',
        'Content-Type: application/sdp',
        'Route:',
        ' <sip:services.example.com;lr;unknownwith=value;unknown-no-value>',
        'v:  SIP  / 2.0  / TCP     spindle.example.com   ;',
        '  branch  =   z9hG4bK9ikj8  ,',
        ' SIP  /    2.0   / UDP  192.168.255.111   ; branch=',
        ' z9hG4bK30239',
        'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =',
        '      newvalue ;',
        '  secondparam ; q = 0.33',
      ],
      tortureSdp('192.0.2.3').replace('c=IN IP4 192.0.2.3', 'c=IN IP4 192.0.2.4'),
    ),
  ],
  [
    'intmeth',
    '3.1.1.2',
    'Wide range of valid characters',
    sip([
      `${ODD_METHOD} sip:${ODD_USER}:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0`,
      "Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+`'~",
      `To: "BEL:\\\u0007 NUL:\\\u0000 DEL:\\\u007f" <sip:${ODD_USER}@example.com>`,
      "From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%=\"работающий\";tag=_token~1'+`*%!-.",
      'Call-ID: intmeth.word%ZK-!.*_+\'@word`~)(><:\\/"][?}{',
      `CSeq: 139122385 ${ODD_METHOD}`,
      'Max-Forwards: 255',
      "extensionHeader-!.%*+_`'~:\ufeff大停電",
      'Content-Length: 0',
    ]),
  ],
  [
    'esc01',
    '3.1.1.3',
    'Valid use of the % escaping mechanism',
    sip(
      [
        'INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0',
        'To: sip:%75se%72@example.com',
        'From: <sip:I%20have%20spaces@example.net>;tag=938',
        'Max-Forwards: 87',
        'i: esc01.239409asdfakjkn23onasd0-3234',
        'CSeq: 234234 INVITE',
        'Via: SIP/2.0/UDP host5.example.net;branch=z9hG4bKkdjuw',
        'C: application/sdp',
        'Contact:',
        '  <sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31>',
        'Content-Length: 150',
      ],
      tortureSdp('192.0.2.1'),
    ),
  ],
  [
    'escnull',
    '3.1.1.4',
    'Escaped nulls in URIs',
    sip([
      'REGISTER sip:example.com SIP/2.0',
      'To: sip:null-%00-null@example.com',
      'From: sip:null-%00-null@example.com;tag=839923423',
      'Max-Forwards: 70',
      'Call-ID: escnull.39203ndfvkjdasfkq3w4otrq0adsfdfnavd',
      'CSeq: 14398234 REGISTER',
      'Via: SIP/2.0/UDP host5.example.com;branch=z9hG4bKkdjuw',
      'Contact: <sip:%00@host5.example.com>',
      'Contact: <sip:%00%00@host5.example.com>',
      'L:0',
    ]),
  ],
  [
    'esc02',
    '3.1.1.5',
    'Use of % when it is not an escape',
    sip([
      'RE%47IST%45R sip:registrar.example.com SIP/2.0',
      'To: "%Z%45" <sip:resource@example.com>',
      'From: "%Z%45" <sip:resource@example.com>;tag=f232jadfj23',
      'Call-ID: esc02.asdfnqwo34rq23i34jrjasdcnl23nrlknsdf',
      'Via: SIP/2.0/TCP host.example.com;branch=z9hG4bK209%fzsnel234',
      'CSeq: 29344 RE%47IST%45R',
      'Max-Forwards: 70',
      'Contact: <sip:alias1@host1.example.com>',
      'C%6Fntact: <sip:alias2@host2.example.com>',
      'Contact: <sip:alias3@host3.example.com>',
      'l: 0',
    ]),
  ],
  [
    'lwsdisp',
    '3.1.1.6',
    'No white space between display name and <',
    sip([
      'OPTIONS sip:user@example.com SIP/2.0',
      'To: sip:user@example.com',
      'From: caller<sip:caller@example.com>;tag=323',
      'Max-Forwards: 70',
      'Call-ID: lwsdisp.1234abcd@funky.example.com',
      'CSeq: 60 OPTIONS',
      'Via: SIP/2.0/UDP funky.example.com;branch=z9hG4bKkdjuw',
      'l: 0',
    ]),
  ],
  ['longreq', '3.1.1.7', 'Long values in header fields', longreq],
  [
    'dblreq',
    '3.1.1.8',
    'Extra octets after the message',
    sip(
      [
        'REGISTER sip:example.com SIP/2.0',
        'To: sip:j.user@example.com',
        'From: sip:j.user@example.com;tag=43251j3j324',
        'Max-Forwards: 8',
        'I: dblreq.0ha0isndaksdj99sdfafnl3lk233412',
        'Contact: sip:j.user@host.example.com',
        'CSeq: 8 REGISTER',
        'Via: SIP/2.0/UDP 192.0.2.125;branch=z9hG4bKkdjuw23492',
        'Content-Length: 0',
      ],
      sip(
        [
          '',
          'INVITE sip:joe@example.com SIP/2.0',
          't: sip:joe@example.com',
          'From: sip:caller@example.net;tag=141334',
          'Max-Forwards: 8',
          'Call-ID: dblreq.0ha0isnda977644900765@192.0.2.15',
          'CSeq: 8 INVITE',
          'Via: SIP/2.0/UDP 192.0.2.15;branch=z9hG4bKkdjuw380234',
          'Content-Type: application/sdp',
          'Content-Length: 150',
        ],
        `${tortureSdp('192.0.2.15').replace('m=video', 'm =video')}\r\n`,
      ),
    ),
  ],
  [
    'semiuri',
    '3.1.1.9',
    'Semicolon-separated parameters in the user part',
    sip([
      'OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0',
      'To: sip:j_user@example.com',
      'From: sip:caller@example.org;tag=33242',
      'Max-Forwards: 3',
      'Call-ID: semiuri.0ha0isndaksdj',
      'CSeq: 8 OPTIONS',
      'Accept: application/sdp, application/pkcs7-mime,',
      '        multipart/mixed, multipart/signed,',
      '        message/sip, message/sipfrag',
      'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKkdjuw',
      'l: 0',
    ]),
  ],
  [
    'transports',
    '3.1.1.10',
    'Varied and unknown transport types',
    sip([
      'OPTIONS sip:user@example.com SIP/2.0',
      'To: sip:user@example.com',
      'From: <sip:caller@example.com>;tag=323',
      'Max-Forwards: 70',
      'Call-ID:  transports.kijh4akdnaqjkwendsasfdj',
      'Accept: application/sdp',
      'CSeq: 60 OPTIONS',
      'Via: SIP/2.0/UDP t1.example.com;branch=z9hG4bKkdjuw',
      'Via: SIP/2.0/SCTP t2.example.com;branch=z9hG4bKklasjdhf',
      'Via: SIP/2.0/TLS t3.example.com;branch=z9hG4bK2980unddj',
      'Via: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bKasd0f3en',
      'Via: SIP/2.0/TCP t5.example.com;branch=z9hG4bK0a9idfnee',
      'l: 0',
    ]),
  ],
  ['mpart01', '3.1.1.11', 'Multipart MIME message', mpart01()],
  [
    'unreason',
    '3.1.1.12',
    'Unusual reason phrase',
    sip(
      [
        'SIP/2.0 200 = 2**3 * 5**2 но сто девяносто девять - простое',
        'Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923',
        'Call-ID: unreason.1234ksdfak3j2erwedfsASdf',
        'CSeq: 35 INVITE',
        'From: sip:user@example.com;tag=11141343',
        'To: sip:user@example.edu;tag=2229',
        'Content-Length: 154',
        'Content-Type: application/sdp',
        'Contact: <sip:user@host198.example.com>',
      ],
      tortureSdp('192.0.2.198'),
    ),
  ],
  [
    'noreason',
    '3.1.1.13',
    'Empty reason phrase',
    sip([
      'SIP/2.0 100 ',
      'Via: SIP/2.0/UDP 192.0.2.105;branch=z9hG4bK2398ndaoe',
      'Call-ID: noreason.asndj203insdf99223ndf',
      'CSeq: 35 INVITE',
      'From: <sip:user@example.com>;tag=39ansfi3',
      'To: <sip:user@example.edu>;tag=902jndnke3',
      'Content-Length: 0',
      'Contact: <sip:user@host105.example.com>',
    ]),
  ],
]);
