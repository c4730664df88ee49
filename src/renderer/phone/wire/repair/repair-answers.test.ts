/** Answers to our INVITE, and calls of odd addresses, through the repair room and JsSIP. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installFakeWebRtc } from '../../../../../test/support/phones/fake-peer-connection';
import {
  createRepairedStack,
  microphone,
  requestTo,
  responseTo,
  SDP,
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

const header = (text: string, name: string): readonly string[] => peek(text)?.headers(name) ?? [];
const first = (text: string, name: string): string => header(text, name)[0] ?? '';
const uriIn = (text: string): string => /^\S+ (\S+) SIP/.exec(text)?.[1] ?? '';
/** Answers the call that rings, and waits for the 200. */
async function answer(): Promise<string> {
  phone.rings.at(-1)?.session.answer(microphone());
  await expect.poll(() => phone.last(/^SIP\/2\.0 200/)).not.toBe('');
  return phone.last(/^SIP\/2\.0 200/);
}
/** The far end's ACK to our 200. */
const ackTo = (invite: string, ok: string): string => {
  const from = (name: string): string => first(invite, name);
  return [
    `ACK ${phone.contact} SIP/2.0`,
    `Via: ${from('via')}ack`,
    `From: ${from('from')}`,
    `To: ${first(ok, 'to')}`,
    `Call-ID: ${from('call-id')}`,
    `CSeq: ${Number.parseInt(from('cseq'), 10)} ACK`,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
};

describe('an answer of another phone to our INVITE', () => {
  const calling = async (target = 'sip:1002@practice.invalid'): Promise<string> => {
    phone.call(target);
    await expect.poll(() => phone.last(/^INVITE /)).not.toBe('');
    return phone.last(/^INVITE /);
  };

  const accepted: readonly (readonly [string, Lines, string?])[] = [
    [
      'Contact with #',
      { Contact: '<sip:*#9240@192.0.2.9:5060;transport=udp>' },
      'sip:*#9240@192.0.2.9:5060;transport=udp',
    ],
    ['Contact with a host of digits', { Contact: '<sip:a@019f9ae299f5:5060>' }, 'sip:a@019f9ae299f5:5060'],
    ['Contact without brackets', { Contact: 'sip:bob@192.0.2.7' }, 'sip:bob@192.0.2.7'],
    ['Contact with escapes', { Contact: '<sip:a%3Bb=c@192.0.2.7>' }, 'sip:a%3Bb=c@192.0.2.7'],
    ['Contact with semicolons in its user', { Contact: '<sip:a;b=c@192.0.2.7;x=1>' }, 'sip:a;b=c@192.0.2.7;x=1'],
    [
      'Contact in capitals',
      { Contact: '<sip:BOB@PBX.Example.Com;transport=UDP>' },
      'sip:BOB@PBX.Example.Com;transport=UDP',
    ],
    ['Contact with a name without quotes', { Contact: 'Zo\u00eb & Co <sip:bob@192.0.2.7>' }, 'sip:bob@192.0.2.7'],
    ['Contact after an odd entry', { Contact: '<tel:1>, <sip:bob@192.0.2.7>' }, 'sip:bob@192.0.2.7'],
    ['Contact with twins of a parameter', { Contact: '<sip:bob@192.0.2.7;a=1;a=2>' }, 'sip:bob@192.0.2.7;a=1;a=2'],
    ['a Contact of sips', { Contact: '<sips:bob@192.0.2.7>' }, 'sips:bob@192.0.2.7'],
    ['To is a number', { To: '<tel:+254722000111>;tag=far', Contact: '<sip:bob@192.0.2.7>' }],
    ['a tag that is no token', { To: '<sip:1002@practice.invalid>;tag=a@b:c', Contact: '<sip:bob@192.0.2.7>' }],
    ['a Via with blanks', { Contact: '<sip:bob@192.0.2.7>', 'Session-Expires': 'soon', Server: '((' }],
    [
      'Content-Type with a parameter',
      { 'Content-Type': 'application/sdp; charset=utf-8', Contact: '<sip:bob@192.0.2.7>' },
    ],
    ['no Content-Type', { 'Content-Type': null, Contact: '<sip:bob@192.0.2.7>' }],
    ['a wrong CSeq number', { CSeq: '4711 INVITE', Contact: '<sip:bob@192.0.2.7>' }],
    ['no CSeq', { CSeq: null, Contact: '<sip:bob@192.0.2.7>' }],
    ['the CSeq of another method', { CSeq: '1 \u008fNVITE', Contact: '<sip:bob@192.0.2.7>' }],
    ['an empty Contact behind a good one', { Contact: ['<sip:bob@192.0.2.7>', ''] }, 'sip:bob@192.0.2.7'],
    ['an empty Contact before a good one', { Contact: ['', '<sip:bob@192.0.2.7>'] }, 'sip:bob@192.0.2.7'],
    ['two good Contacts', { Contact: ['<sip:bob@192.0.2.7>', '<sip:eve@192.0.2.8>'] }, 'sip:bob@192.0.2.7'],
    ['no From', { From: null, Contact: '<sip:bob@192.0.2.7>' }],
    ['a challenge that can not be read', { 'WWW-Authenticate': '\u00fc', Contact: '<sip:bob@192.0.2.7>' }],
  ];
  it.each(accepted.map(([name, lines, target]) => ({ name, lines, target })))(
    'a 200 with $name is a call, and its own words come back',
    async ({ lines, target }) => {
      const invite = await calling();
      phone.receive(responseTo(invite, '200 OK', lines, SDP));
      await expect.poll(() => phone.last(/^ACK /)).not.toBe('');
      const ack = phone.last(/^ACK /);
      if (target !== undefined) expect(uriIn(ack)).toBe(target);
      if (lines.To !== undefined) expect(first(ack, 'to')).toBe(String(lines.To));
      expect(phone.answered).toEqual(['answered']);
      const session = phone.ended;
      expect(session).toEqual([]);
      expect(phone.sent.join('')).not.toContain('rfx-');
    },
  );

  it.each<readonly [string, Lines]>([
    ['no Contact', {}],
    ['a Contact that is a number', { Contact: '<tel:+254722000111>' }],
    ['a Contact that is a mailbox', { Contact: '<mailto:x@example.com>' }],
    ['a Contact that is *', { Contact: '*' }],
    ['a Contact that is nothing', { Contact: ';;;' }],
  ])('a 200 with %s gets ACK and BYE, and the call ends', async (_name, lines) => {
    const invite = await calling();
    phone.receive(responseTo(invite, '200 OK', lines, SDP));
    await expect.poll(() => phone.last(/^BYE /)).not.toBe('');
    expect(phone.last(/^ACK /)).toMatch(/^ACK sip:1002@practice\.invalid SIP/);
    expect(phone.last(/^BYE /)).toMatch(/^BYE sip:1002@practice\.invalid SIP/);
    expect(phone.ended).toHaveLength(1);
  });

  it.each<readonly [string, string, Lines, number]>([
    ['brackets in the phrase', '480 Temporarily Unavailable [call Processing Released]', {}, 480],
    ['quotes in the phrase', '486 "Busy"', {}, 486],
    ['angle brackets in the phrase', '503 <script>', {}, 503],
    ['a percent sign in the phrase', '603 100% declined', {}, 603],
    ['braces and bars in the phrase', '404 {not|found}\\^`#', {}, 404],
    ['no phrase', '486', {}, 486],
    ['Latin-1 in the phrase', '486 Besetzt \u00fc', {}, 486],
    ['a status beyond 699', '799 What', {}, 500],
    ['a Contact that is a number', '486 Busy', { Contact: '<tel:1>' }, 486],
    ['a Contact that is *', '486 Busy', { Contact: '*' }, 486],
    ['a body of another type', '488 No', { 'Content-Type': 'message/sipfrag' }, 488],
    ['a body that is cut off', '488 No', { 'Content-Length': '99' }, 488],
    ['no To', '404 No', { To: null }, 404],
    ['no Call-ID', '404 No', { 'Call-ID': null }, 404],
    ['the CSeq of BYE', '404 No', { CSeq: '1 BYE' }, 404],
    ['no From and no CSeq', '404 No', { From: null, CSeq: null }, 404],
    ['an odd Record-Route', '404 No', { 'Record-Route': '@' }, 404],
    ['an odd Retry-After', '480 No', { 'Retry-After': 'soon (\u00fc' }, 480],
  ])('%s: the call ends with its status, and the answer is acknowledged', async (_name, status, lines, expected) => {
    const invite = await calling();
    phone.receive(responseTo(invite, status, lines));
    expect(phone.ended).toMatchObject([{ by: 'peer', status: expected }]);
    expect(phone.last(/^ACK /)).not.toBe('');
  });

  it('a 180 without a tag rings, and the call can be cancelled', async () => {
    const invite = await calling();
    const session = phone.call('sip:1003@practice.invalid');
    await expect.poll(() => phone.last(/^INVITE sip:1003/)).not.toBe('');
    const other = phone.last(/^INVITE sip:1003/);
    expect(invite).not.toBe('');
    phone.receive(responseTo(other, '180 Ringing', { To: first(other, 'to') }));
    expect(phone.progress).toEqual([false]);
    if (typeof session !== 'string') session.end(480);
    expect(phone.last(/^CANCEL sip:1003/)).not.toBe('');
  });

  it.each<readonly [name: string, contact: string, target: string, digits: string]>([
    ['a number of everywhere', '<tel:+254722000001>', 'sip:+254722000001@practice.invalid', ''],
    ['a number of this domain', '<tel:1005;phone-context=practice.invalid>', 'sip:1005@practice.invalid', ''],
    ['a number of this domain, without saying so', '<tel:1005>', 'sip:1005@practice.invalid', ''],
    ['a number with digits behind it', '<tel:+254722000001;ext=45>;q=0.5', 'sip:+254722000001@practice.invalid', '45'],
    ['a number with pauses behind it', '<tel:+254-722-000001,,12>', 'sip:+254722000001@practice.invalid', '12'],
    ['a number without brackets', 'tel:+254722000001;q=0.5;ext=45', 'sip:+254722000001@practice.invalid', '45'],
    [
      'an address with digits behind it',
      '<sip:+254722000001;ext=45@192.0.2.9:5070;transport=ws>',
      'sip:+254722000001@192.0.2.9:5070;transport=ws',
      '45',
    ],
    ['an invalid number, and a valid address', '<tel:+00>, <sip:1005@h.example>;q=0.1', 'sip:1005@h.example', ''],
    ['a host of digits', '<sip:1005@019f9ae299f5>', 'sip:1005@019f9ae299f5', ''],
    ['a user with #', '<sip:*21#@192.0.2.9>', 'sip:*21#@192.0.2.9', ''],
  ])('a 302 to %s is followed', async (_name, contact, target, digits) => {
    const invite = await calling();
    phone.receive(responseTo(invite, '302 Moved', { Contact: contact }));
    await expect.poll(() => phone.sent.filter((text) => text.startsWith('INVITE ')).length).toBe(2);
    expect(uriIn(phone.last(/^INVITE /))).toBe(target);
    expect(phone.retried.map((after) => after?.map((one) => one.digits).join())).toEqual([digits]);
  });
});

describe('a call with odd addresses', () => {
  it.each<readonly [string, Lines, { readonly target: string; readonly routes: readonly string[] }]>([
    ['a plain one', {}, { target: 'sip:bob@192.0.2.7:5060', routes: [] }],
    [
      'a host of digits',
      { Contact: '<sip:asterisk@019f9ae299f5:5060;transport=ws>' },
      { target: 'sip:asterisk@019f9ae299f5:5060;transport=ws', routes: [] },
    ],
    [
      'routes with parameters',
      { 'Record-Route': '<sip:10.0.0.1;r2=on;lr=on;ftag=a>, <sip:pbx_1;lr>' },
      { target: 'sip:bob@192.0.2.7:5060', routes: ['<sip:10.0.0.1;r2=on;lr=on;ftag=a>', '<sip:pbx_1;lr>'] },
    ],
    [
      'routes without brackets',
      { 'Record-Route': ['sip:10.0.0.1;lr', 'sip:10.0.0.2;lr'] },
      { target: 'sip:bob@192.0.2.7:5060', routes: ['<sip:10.0.0.1;lr>', '<sip:10.0.0.2;lr>'] },
    ],
    [
      'a strict route',
      { 'Record-Route': '<sip:10.0.0.1>, <sip:10.0.0.2;lr>' },
      { target: 'sip:10.0.0.1', routes: ['<sip:10.0.0.2;lr>', '<sip:bob@192.0.2.7:5060>'] },
    ],
    [
      'one strict route',
      { 'Record-Route': '<sip:UserB@example.com;maddr=ss1.example.com>' },
      { target: 'sip:UserB@example.com;maddr=ss1.example.com', routes: ['<sip:bob@192.0.2.7:5060>'] },
    ],
    ['From is a number', { From: '<tel:+254722000111>;tag=x' }, { target: 'sip:bob@192.0.2.7:5060', routes: [] }],
    ['To is a number', { To: '<tel:+254722000222>' }, { target: 'sip:bob@192.0.2.7:5060', routes: [] }],
    [
      'odd Call-ID, tag and Via',
      { 'Call-ID': 'a@b@c', From: '<sip:bob@example.com>;tag=q:r', Via: 'SIP/2.0/WS 1a_;branch=z9hG4bK=' },
      { target: 'sip:bob@192.0.2.7:5060', routes: [] },
    ],
  ])('%s: BYE and re-INVITE carry what the far end wrote', async (_name, lines, wanted) => {
    const invite = requestTo(phone, 'INVITE', lines);
    phone.receive(invite);
    const ok = await answer();
    phone.receive(ackTo(invite, ok));
    const session = phone.rings[0]?.session;
    expect(session?.callId).toBe(first(invite, 'call-id'));
    session?.reoffer({ hold: 'sendonly', iceRestart: false });
    await expect.poll(() => phone.last(/^INVITE /)).not.toBe('');
    const reinvite = phone.last(/^INVITE /);
    phone.receive(responseTo(reinvite, '200 OK', { Contact: first(invite, 'contact') }, SDP));
    session?.end(480);
    await expect.poll(() => phone.last(/^BYE /)).not.toBe('');
    for (const text of [reinvite, phone.last(/^BYE /)]) {
      expect(uriIn(text)).toBe(wanted.target);
      expect(header(text, 'route')).toEqual(wanted.routes);
      expect(first(text, 'call-id')).toBe(first(invite, 'call-id'));
      expect(first(text, 'to')).toBe(first(invite, 'from'));
      expect(first(text, 'from')).toBe(first(ok, 'to'));
    }
    expect(phone.sent.join('')).not.toContain('rfx-');
    expect(first(ok, 'allow')).toContain('INVITE');
    expect(first(ok, 'allow')).not.toContain('MESSAGE');
  });
});
