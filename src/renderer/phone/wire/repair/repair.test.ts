/** Requests as others write them, through the repair room and JsSIP. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installFakeWebRtc } from '../../../../../test/support/phones/fake-peer-connection';
import {
  createRepairedStack,
  requestTo,
  type Lines,
  type RepairedStack,
} from '../../../../../test/support/phones/repaired-stack';
import { peek } from '../sip-wire';

let phone: RepairedStack;
let uninstall: () => void = () => undefined;

beforeEach(() => {
  uninstall = installFakeWebRtc();
  phone = createRepairedStack();
});
afterEach(() => {
  phone.stop();
  uninstall();
});

const statuses = (): string[] => phone.sent.map((text) => text.split('\r\n')[0] ?? '');
const header = (text: string, name: string): readonly string[] => peek(text)?.headers(name) ?? [];
const first = (text: string, name: string): string => header(text, name)[0] ?? '';

describe('an INVITE with an odd address, taken', () => {
  type Taken = readonly [string, Lines, { readonly user: string; readonly name?: string }?];
  const taken: readonly Taken[] = [
    ['To is a number (RFC 3966)', { To: '<tel:+254722000111>' }],
    ['To is a number without brackets', { To: 'tel:+254722000111' }],
    ['From is a number', { From: '<tel:+254722000111>;tag=x' }, { user: '+254722000111' }],
    ['From is a number with parameters', { From: '<tel:1002;phone-context=example.com>;tag=x' }, { user: '1002' }],
    ['the host of From begins with a digit', { From: '<sip:1002@019f9ae299f5>;tag=x' }, { user: '1002' }],
    ['From has a host with an underscore', { From: '<sip:1002@my_pbx>;tag=x' }, { user: '1002' }],
    ['From ends its host with a dot', { From: '<sip:1002@example.com.>;tag=x' }, { user: '1002' }],
    ['From has a scheme of its own', { From: '<name:John_Smith>;tag=x' }, { user: 'John_Smith' }],
    ['From has # in its user', { From: '<sip:*#9240@192.0.2.9>;tag=x' }, { user: '*#9240' }],
    ['From has two @', { From: '<sip:bob@home@example.com>;tag=x' }, { user: 'bob@home' }],
    ['From has a bad escape', { From: '<sip:b%zzob@example.com>;tag=x' }, { user: 'b%zzob' }],
    ['From has an escape of Latin-1', { From: '<sip:M%FCller@example.com>;tag=x' }, { user: 'M%FCller' }],
    [
      'From has a name in UTF-8 without quotes',
      { From: 'Zo\u00eb M\u00fcller <sip:bob@example.com>;tag=x' },
      { user: 'bob', name: 'Zo\u00eb M\u00fcller' },
    ],
    [
      'From has a name with an ampersand',
      { From: 'Smith & Co <sip:bob@example.com>;tag=x' },
      { user: 'bob', name: 'Smith & Co' },
    ],
    [
      'From has a name with a comma',
      { From: 'Bell, Alexander <sip:bob@example.com>;tag=x' },
      { user: 'bob', name: 'Bell, Alexander' },
    ],
    [
      'From has a name with brackets',
      { From: 'Bob (sales) [2] <sip:bob@example.com>;tag=x' },
      { user: 'bob', name: 'Bob (sales) [2]' },
    ],
    [
      'From has a name whose quote does not end',
      { From: '"Mr. Bob <sip:bob@example.com>;tag=x' },
      { user: 'bob', name: 'Mr. Bob' },
    ],
    [
      'From has escaped quotes',
      { From: '"J \\"R\\" \\\\" <sip:bob@example.com>;tag=x' },
      { user: 'bob', name: 'J "R" \\' },
    ],
    [
      'From has no blank before the bracket',
      { From: 'caller<sip:bob@example.com>;tag=x' },
      { user: 'bob', name: 'caller' },
    ],
    ['From has blanks in the brackets', { From: '"Bob" < sip:bob@example.com >;tag=x' }, { user: 'bob', name: 'Bob' }],
    ['From has no scheme-case', { From: '<SIP:Bob@EXAMPLE.com>;tag=x' }, { user: 'Bob' }],
    ['From has parameters in its URI', { From: '<sip:bob@example.com;user=phone;isub=1>;tag=x' }, { user: 'bob' }],
    ['From has a tag that is no token', { From: '<sip:bob@example.com>;tag=a:b@c' }, { user: 'bob' }],
    ['From has no tag (RFC 2543)', { From: '<sip:bob@example.com>' }, { user: 'bob' }],
    ['From has an IPv6 host', { From: '<sip:bob@[2001:db8::1]:5060>;tag=x' }, { user: 'bob' }],
    ['Contact has a host that begins with a digit', { Contact: '<sip:asterisk@019f9ae299f5:5060;transport=ws>' }],
    ['Contact has # in its user', { Contact: '<sip:*#9240@192.0.2.9:5060;transport=udp>' }],
    ['Contact has a name in UTF-8', { Contact: 'Zo\u00eb <sip:bob@192.0.2.7>' }],
    ['Contact has no brackets', { Contact: 'sip:bob@192.0.2.7;expires=60' }],
    ['Contact has odd parameters', { Contact: '<sip:bob@192.0.2.7>;+sip.x="a;b";expires=abc;q=nine' }],
    ['Contact names two, the second of SIP', { Contact: '<tel:+254722000111>, <sip:bob@192.0.2.7>' }],
    ['the Call-ID has two @', { 'Call-ID': 'a@b@c' }],
    ['the Call-ID has a blank', { 'Call-ID': 'a b=c' }],
    ['the Via has an odd host', { Via: 'SIP/2.0/WS 019f9ae299f5:5060;branch=z9hG4bKodd' }],
    ['the Via has blanks', { Via: 'SIP / 2.0 / WS gw.example.com ; branch = z9hG4bKblank' }],
    ['the Via has no branch', { Via: 'SIP/2.0/WS gw.example.com' }],
    ['the Via has nothing but the cookie', { Via: 'SIP/2.0/WS gw.example.com;branch=z9hG4bK' }],
    [
      'two Vias share a line',
      { Via: 'SIP/2.0/WS gw.example.com;branch=z9hG4bKone, SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKtwo' },
    ],
    ['a Via of an IPv6 host', { Via: 'SIP/2.0/WS [2001:db8::9]:5060;received=[2001:db8::10];branch=z9hG4bK6' }],
    ['Record-Route has no brackets', { 'Record-Route': 'sip:10.0.0.1;lr' }],
    ['Record-Route has an odd host', { 'Record-Route': '<sip:019f9ae299f5;transport=ws;lr>' }],
    ['the CSeq has zeros in front', { CSeq: '0009  INVITE' }],
    ['Max-Forwards is no number', { 'Max-Forwards': 'many' }],
    ['Expires overflows', { Expires: '4294967295' }],
    ['Expires is a date', { Expires: 'Thu, 01 Dec 2094 16:00:00 GMT' }],
    ['the Date is broken', { Date: 'Fri, 01 Jan 2010 16:00:00 EST' }],
    ['Session-Expires overflows', { 'Session-Expires': '4294967295', Supported: 'timer' }],
    ['a short Session-Expires of somebody who knows no timers', { 'Session-Expires': '60' }],
    ['a short Session-Expires of somebody who knows other things', { 'Session-Expires': '60', Supported: 'replaces' }],
    ['the least Session-Expires', { 'Session-Expires': '90', Supported: 'timer' }],
    ['Supported has commas too many', { Supported: 'timer,,, replaces,' }],
    ['a header has odd contents', { 'X-Odd': ';;,,;;,;"' }],
    ['the Event can not be read', { Event: '@@' }],
    ['the Request-URI is a number', { start: 'INVITE tel:+254722000111 SIP/2.0' }],
    ['the Request-URI is in brackets', { start: 'INVITE <sip:1001@practice.invalid> SIP/2.0' }],
    ['the Request-URI has headers', { start: 'INVITE sip:1001@practice.invalid?Route=%3Csip:example.com%3E SIP/2.0' }],
    ['the Request-URI is escaped', { start: 'INVITE sip:%31001@practice.invalid SIP/2.0' }],
    ['the first line has blanks too many', { start: 'INVITE  sip:1001@practice.invalid   SIP/2.0 ' }],
    ['the version is in small letters', { start: 'INVITE sip:1001@practice.invalid sip/2.0' }],
  ];
  it.each(taken.map(([name, lines, from]) => ({ name, lines, from })))('$name', ({ lines, from }) => {
    const invite = requestTo(phone, 'INVITE', lines);
    phone.receive(invite);
    expect(statuses()).toEqual(['SIP/2.0 100 Trying', 'SIP/2.0 180 Ringing']);
    if (from !== undefined)
      expect(phone.rings[0]?.peer).toMatchObject({ user: from.user, displayName: from.name ?? '' });
    // Its own words come back.
    for (const name of ['via', 'from', 'call-id', 'cseq'])
      expect(header(phone.sent[1] ?? '', name), name).toEqual(header(invite, name));
    expect(first(phone.sent[1] ?? '', 'to').startsWith(first(invite, 'to'))).toBe(true);
    expect(header(phone.sent[1] ?? '', 'record-route')).toEqual(header(invite, 'record-route'));
    expect(phone.sent.join('')).not.toContain('rfx-');
  });
});

describe('a request that is refused', () => {
  const refused: readonly (readonly [string, string, Lines, string, RegExp?])[] = [
    ['Contact is a number', 'INVITE', { Contact: '<tel:+254722000111>' }, '400'],
    ['Contact is a mailbox', 'INVITE', { Contact: '<mailto:bob@example.com>' }, '400'],
    ['Contact is *', 'INVITE', { Contact: '*' }, '400'],
    ['no Contact', 'INVITE', { Contact: null }, '400'],
    ['Contact is of sips, on a way without TLS', 'INVITE', { Contact: '<sips:bob@192.0.2.7>' }, '416'],
    ['no From', 'INVITE', { From: null }, '400'],
    ['no To', 'INVITE', { To: null }, '400'],
    ['no Call-ID', 'INVITE', { 'Call-ID': null }, '400'],
    ['no CSeq', 'INVITE', { CSeq: null }, '400'],
    ['no Via', 'OPTIONS', { Via: null }, '400'],
    ['two From', 'INVITE', { From: ['<sip:a@example.com>;tag=1', '<sip:b@example.com>;tag=2'] }, '400'],
    ['two To', 'OPTIONS', { To: ['<sip:1001@practice.invalid>', '<sip:1002@practice.invalid>'] }, '400'],
    ['two Call-IDs', 'OPTIONS', { 'Call-ID': ['a', 'b'] }, '400'],
    ['two CSeqs', 'OPTIONS', { CSeq: ['1 OPTIONS', '2 OPTIONS'] }, '400'],
    ['two Max-Forwards', 'OPTIONS', { 'Max-Forwards': ['1', '2'] }, '400'],
    ['two in one From', 'OPTIONS', { From: '<sip:a@example.com>;tag=1, <sip:b@example.com>' }, '400'],
    ['two lengths', 'OPTIONS', { 'Content-Length': ['0', '5'] }, '400'],
    ['a length below zero', 'OPTIONS', { 'Content-Length': '-999' }, '400'],
    ['a length that the body does not reach', 'INVITE', { 'Content-Length': '9999' }, '400'],
    ['CSeq of another method', 'INVITE', { CSeq: '1 BYE' }, '400'],
    ['CSeq of another method in small letters', 'INVITE', { CSeq: '1 invite' }, '400'],
    ['CSeq beyond 2^31', 'OPTIONS', { CSeq: '36893488147419103232 OPTIONS' }, '400'],
    ['CSeq without a number', 'OPTIONS', { CSeq: 'OPTIONS' }, '400'],
    ['From without an address', 'INVITE', { From: 'nobody;tag=x' }, '400'],
    ['a version of the future', 'OPTIONS', { start: 'OPTIONS sip:1001@practice.invalid SIP/7.0' }, '505'],
    ['no version', 'OPTIONS', { start: 'OPTIONS sip:1001@practice.invalid' }, '400'],
    ['an unknown scheme', 'OPTIONS', { start: 'OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0' }, '416'],
    ['a known scheme of something else', 'OPTIONS', { start: 'OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0' }, '416'],
    ['sips, on a way without TLS', 'INVITE', { start: 'INVITE sips:1001@practice.invalid SIP/2.0' }, '416'],
    ['an IPv6 address without brackets', 'OPTIONS', { start: 'OPTIONS sip:2001:db8::10 SIP/2.0' }, '400'],
    ['somebody else', 'INVITE', { start: 'INVITE sip:1009@practice.invalid SIP/2.0' }, '404'],
    ['MESSAGE', 'MESSAGE', {}, '405', /^Allow: INVITE, ACK, CANCEL, BYE, UPDATE, OPTIONS, REFER, INFO, NOTIFY$/m],
    ['SUBSCRIBE', 'SUBSCRIBE', { Event: 'presence' }, '405', /^Allow: /m],
    ['PUBLISH', 'PUBLISH', {}, '405', /^Allow: /m],
    ['REGISTER', 'REGISTER', {}, '405', /^Allow: /m],
    ['an odd method', 'NEWMETHOD', {}, '405', /^Allow: /m],
    ['a method in small letters', 'invite', {}, '405', /^Allow: /m],
    ['Require', 'INVITE', { Require: 'xxx-my-extension' }, '420', /^Unsupported: xxx-my-extension$/m],
    ['Require of several', 'INVITE', { Require: ['timer, a', 'b,c'] }, '420', /^Unsupported: a, b, c$/m],
    ['Require of 100rel', 'INVITE', { Require: '100rel' }, '420', /^Unsupported: 100rel$/m],
    ['Require in OPTIONS', 'OPTIONS', { Require: 'foo' }, '420', /^Unsupported: foo$/m],
    ['two Replaces', 'INVITE', { Replaces: ['a;to-tag=1;from-tag=2', 'b;to-tag=1;from-tag=2'] }, '400'],
    ['Replaces without tags', 'INVITE', { Replaces: 'a' }, '400'],
    ['Replaces in OPTIONS', 'OPTIONS', { Replaces: 'a;to-tag=1;from-tag=2' }, '400'],
    ['Replaces of a dialog that there is not', 'INVITE', { Replaces: 'a@b@c;to-tag=1:2;from-tag=2' }, '481'],
    ['a timer below the minimum', 'INVITE', { 'Session-Expires': '60', Supported: 'timer' }, '422', /^Min-SE: 90$/m],
    [
      'a required timer below the minimum',
      'INVITE',
      { 'Session-Expires': '60', Require: 'timer' },
      '422',
      /^Min-SE: 90$/m,
    ],
    ['a timer below the minimum, in short', 'INVITE', { x: '89;refresher=uac', k: 'timer' }, '422', /^Min-SE: 90$/m],
    ['a body that is encoded', 'INVITE', { 'Content-Encoding': 'gzip' }, '415', /^Accept-Encoding: identity$/m],
    [
      'a body of another type',
      'INVITE',
      { 'Content-Type': 'application/unknown-format' },
      '415',
      /^Accept: application\/sdp/m,
    ],
    ['a body for something else', 'INVITE', { 'Content-Disposition': 'alert' }, '415', /^Accept: application\/sdp/m],
    ['an answer of another type is wanted', 'INVITE', { Accept: 'text/nobodyKnowsThis' }, '406'],
    ['NOTIFY that nobody asked for', 'NOTIFY', { Event: 'message-summary', 'Subscription-State': 'active' }, '481'],
    [
      'NOTIFY in a dialog that there is not',
      'NOTIFY',
      { To: '<sip:1001@practice.invalid>;tag=q', Event: 'refer' },
      '481',
    ],
    ['UPDATE outside of a dialog', 'UPDATE', {}, '481'],
    ['INFO outside of a dialog', 'INFO', {}, '481'],
    ['BYE outside of a dialog', 'BYE', {}, '481'],
    ['BYE of a dialog that there is not', 'BYE', { To: '<sip:1001@practice.invalid>;tag=q' }, '481'],
    ['CANCEL of nothing', 'CANCEL', {}, '481'],
    ['REFER without Refer-To', 'REFER', {}, '400'],
    ['REFER outside of a dialog', 'REFER', { 'Refer-To': '<sip:1003@practice.invalid>' }, '603'],
    [
      'REFER in a dialog that there is not',
      'REFER',
      { To: '<sip:1001@practice.invalid>;tag=q', 'Refer-To': '<tel:5>' },
      '481',
    ],
  ];
  it.each(refused.map(([name, method, lines, status, more]) => ({ name, method, lines, status, more })))(
    '$name',
    ({ method, lines, status, more }) => {
      const request = requestTo(phone, method, lines);
      phone.receive(request);
      const answers = phone.sent.filter((text) => !text.startsWith('SIP/2.0 100'));
      expect(answers).toHaveLength(1);
      const [text = ''] = answers;
      expect(text).toMatch(new RegExp(`^SIP/2\\.0 ${status} `));
      if (more !== undefined) expect(text.replaceAll('\r', '')).toMatch(more);
      for (const name of ['via', 'call-id', 'cseq', 'from'])
        expect(header(text, name)).toEqual(header(request, name).slice(0, name === 'via' ? undefined : 1));
      if (header(request, 'to').length > 0) expect(first(text, 'to')).toMatch(/;tag=/);
      expect(phone.rings).toEqual([]);
      // Asked again, it says the same.
      phone.receive(request);
      expect(phone.sent.filter((one) => one === text).length).toBeGreaterThanOrEqual(method === 'CANCEL' ? 1 : 2);
    },
  );
});
