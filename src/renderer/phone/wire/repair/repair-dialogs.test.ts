/** Requests within a call, lines that are odd as a whole, sips, and what goes wrong inside of JsSIP. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installFakeWebRtc } from '../../../../../test/support/phones/fake-peer-connection';
import { createFakeClock, type FakeClock } from '../../../../../test/support/fake-clock';
import {
  answeredCall,
  createRepairedStack,
  firstOf,
  requestTo,
  responseTo,
  startLinesOf,
  SDP,
  type Lines,
  type RepairedStack,
} from '../../../../../test/support/phones/repaired-stack';
import { UNUSABLE_ANSWER } from './asked';
import { createRepair, type Repair } from './repair';
import type { RepairEvent } from './repair-event';

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

const inCall = (lines: Lines = {}): Promise<Lines> => answeredCall(phone, lines);

describe('a request of a dialog that is not here', () => {
  it.each<readonly [string, string, Lines, string]>([
    ['UPDATE', 'UPDATE', {}, ''],
    ['UPDATE with a type that is none', 'UPDATE', { 'Content-Type': 'texthtml' }, ''],
    ['UPDATE with a type and no body', 'UPDATE', { 'Content-Type': 'application/sdp' }, ''],
    ['UPDATE with a description', 'UPDATE', { 'Content-Type': 'application/sdp' }, SDP],
    ['INFO with a type that is none', 'INFO', { 'Content-Type': 'texthtml' }, ''],
    ['BYE with a type that is none', 'BYE', { 'Content-Type': 'texthtml' }, ''],
    ['re-INVITE with a type that is none', 'INVITE', { 'Content-Type': 'texthtml' }, ''],
    ['OPTIONS', 'OPTIONS', {}, ''],
    ['OPTIONS with a body', 'OPTIONS', { 'Content-Type': 'application/sdp' }, SDP],
    ['REFER', 'REFER', { 'Refer-To': '<sip:1003@practice.invalid>' }, ''],
  ])('%s', (_name, method, lines, body) => {
    const to = { To: '<sip:1001@practice.invalid>;tag=nobody' };
    phone.receive(requestTo(phone, method, { ...to, ...lines }, body));
    const final = phone.sent.filter((text) => !text.startsWith('SIP/2.0 1'));
    expect(final.map((text) => text.slice(0, 11))).toEqual(['SIP/2.0 481']);
  });
});

describe('a request within a call', () => {
  const within: readonly (readonly [string, string, Lines, string, string?])[] = [
    ['re-INVITE', 'INVITE', {}, '200'],
    ['re-INVITE of an odd Contact', 'INVITE', { Contact: '<sip:*#1@019f>' }, '200'],
    ['re-INVITE without a Contact', 'INVITE', { Contact: null }, '200'],
    ['re-INVITE whose Contact is a number', 'INVITE', { Contact: '<tel:1>' }, '400'],
    ['re-INVITE of another type', 'INVITE', { 'Content-Type': 'a/b' }, '415'],
    ['re-INVITE with a Replaces', 'INVITE', { Replaces: 'odd@call@id;to-tag=x;from-tag=a:b' }, '400'],
    ['re-INVITE with a short timer', 'INVITE', { 'Session-Expires': '30', Supported: 'timer' }, '422'],
    ['UPDATE', 'UPDATE', {}, '200'],
    ['UPDATE of an odd Contact', 'UPDATE', { Contact: '<mailto:x>' }, '200'],
    ['UPDATE with Require', 'UPDATE', { Require: 'x' }, '420'],
    ['OPTIONS', 'OPTIONS', {}, '200'],
    ['INFO', 'INFO', { 'Content-Type': 'application/x' }, '200', 'x'],
    ['INFO with an odd type', 'INFO', { 'Content-Type': '(' }, '415', 'x'],
    ['MESSAGE', 'MESSAGE', {}, '405'],
    ['PRACK', 'PRACK', {}, '405'],
    ['NOTIFY', 'NOTIFY', { Event: 'refer', 'Subscription-State': 'active' }, '481'],
    ['NOTIFY without an Event', 'NOTIFY', {}, '481'],
    ['REFER', 'REFER', { 'Refer-To': '<sip:1003@practice.invalid>' }, '603'],
    ['REFER to a number', 'REFER', { 'Refer-To': 'tel:+254722000111' }, '603'],
    ['REFER to nobody', 'REFER', { 'Refer-To': '<>' }, '400'],
    ['REFER to two', 'REFER', { 'Refer-To': ['<sip:a@b>', '<sip:c@d>'] }, '400'],
    ['BYE', 'BYE', {}, '200'],
    ['BYE to another Request-URI', 'BYE', { start: 'BYE sip:somebody@else.example.com SIP/2.0' }, '200'],
    ['BYE with a number as Request-URI', 'BYE', { start: 'BYE tel:+254722000111 SIP/2.0' }, '200'],
    ['BYE with an odd Via', 'BYE', { Via: 'SIP/2.0/WS a_b:5060 ; branch=z9hG4bK;x' }, '200'],
  ];
  it.each(within.map(([name, method, lines, status, body]) => ({ name, method, lines, status, body })))(
    '$name',
    async ({ method, lines, status, body }) => {
      const dialog = await inCall({ 'Call-ID': 'odd@call@id', From: 'Smith & Co <sip:bob@019f>;tag=a:b' });
      phone.receive(requestTo(phone, method, { CSeq: `2 ${method}`, ...dialog, ...lines }, body));
      await expect.poll(() => startLinesOf(phone.sent).filter((one) => /^SIP\/2\.0 [2-6]/.test(one))).toHaveLength(1);
      expect(startLinesOf(phone.sent).at(-1)).toMatch(new RegExp(`^SIP/2\\.0 ${status} `));
      expect(firstOf(phone.sent.at(-1) ?? '', 'from')).toBe('Smith & Co <sip:bob@019f>;tag=a:b');
    },
  );

  it.each(['OPTIONS', 'REFER', 'INFO', 'BYE', 'UPDATE'])('%s with a tag that is not ours: 481', async (method) => {
    const dialog = await inCall();
    const lines = { ...dialog, To: '<sip:1001@practice.invalid>;tag=x', 'Refer-To': '<sip:1003@practice.invalid>' };
    phone.receive(requestTo(phone, method, { CSeq: `2 ${method}`, ...lines }));
    expect(startLinesOf(phone.sent)).toEqual([expect.stringMatching(/^SIP\/2\.0 481 /)]);
  });
  it('OPTIONS in a call of ours that rings, and after it', async () => {
    phone.call('sip:1002@practice.invalid');
    await expect.poll(() => phone.last(/^INVITE /)).not.toBe('');
    const invite = phone.last(/^INVITE /);
    const lines = {
      From: '<sip:1002@practice.invalid>;tag=far',
      To: firstOf(invite, 'from'),
      'Call-ID': firstOf(invite, 'call-id'),
    };
    phone.receive(requestTo(phone, 'OPTIONS', lines));
    expect(startLinesOf(phone.sent).at(-1)).toMatch(/^SIP\/2\.0 200 /);
    phone.receive(responseTo(invite, '486 Busy Here'));
    phone.receive(requestTo(phone, 'OPTIONS', lines));
    expect(startLinesOf(phone.sent).at(-1)).toMatch(/^SIP\/2\.0 481 /);
  });
  it('a REFER names who wanted what', async () => {
    const dialog = await inCall();
    phone.receive(requestTo(phone, 'REFER', { ...dialog, CSeq: '2 REFER', 'Refer-To': '<tel:+254722;x=1>' }));
    expect(phone.referrals).toEqual([{ by: 'bob', to: '+254722' }]);
    expect(phone.sent.some((text) => text.startsWith('NOTIFY'))).toBe(false);
  });

  it.each([
    ['early-only: the call is answered', ';early-only', /^SIP\/2\.0 486 /],
    ['of any kind: the call is taken over', '', /^SIP\/2\.0 180 /],
  ])('Replaces %s', async (_name, flag, status) => {
    const dialog = await inCall();
    const tag = (value: unknown): string => /;tag=([^;]+)/.exec(String(value))?.[1] ?? '';
    const replaces = `${String(dialog['Call-ID'])};to-tag=${tag(dialog.To)};from-tag=${tag(dialog.From)}${flag}`;
    phone.receive(requestTo(phone, 'INVITE', { Replaces: replaces }));
    expect(startLinesOf(phone.sent).at(-1)).toMatch(status);
  });
});

describe('a message whose lines are odd', () => {
  const text = (): string => requestTo(phone, 'OPTIONS', { Subject: 'hello' });
  it.each<readonly [string, (request: string) => string]>([
    ['ends its lines with LF', (request) => request.replaceAll('\r\n', '\n')],
    ['ends its lines with CR', (request) => request.replaceAll('\r\n', '\r')],
    ['mixes the ends of lines', (request) => request.replace('\r\nSubject', '\nSubject')],
    ['begins with empty lines', (request) => `\r\n\r\n${request}`],
    ['has no empty line at its end', (request) => request.trimEnd()],
    ['has a line that is no header', (request) => request.replace('Subject: hello', 'hello')],
    ['has a header without a name', (request) => request.replace('Subject: hello', ': hello')],
    ['has blanks before its colons', (request) => request.replaceAll(/^([A-Za-z-]+):/gm, '$1  :')],
    ['has no blanks behind its colons', (request) => request.replaceAll(/^([A-Za-z-]+): /gm, '$1:')],
    [
      'has folded lines',
      (request) => request.replace('To: ', 'To:\r\n ').replace('Subject: hello', 'Subject:\r\n\thello\r\n  you'),
    ],
    ['has names in small letters', (request) => request.replaceAll(/^([A-Za-z-]+):/gm, (name) => name.toLowerCase())],
    [
      'has names in short',
      (request) =>
        request
          .replace('Via', 'v')
          .replace('From', 'f')
          .replace('To', 't')
          .replace('Call-ID', 'i')
          .replace('Contact', 'm')
          .replace('Content-Length', 'l')
          .replace('Subject', 's'),
    ],
    ['has a NUL', (request) => request.replace('hello', 'he\u0000llo')],
    ['has letters of UTF-8', (request) => request.replace('hello', '\u00fc\u{1f600}')],
  ])('%s: it is answered', (_name, odd) => {
    phone.receive(odd(text()));
    expect(startLinesOf(phone.sent)).toEqual(['SIP/2.0 200 OK']);
  });
  it.each(['nonsense', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', 'SIP/2.0 4294967301 OK\r\n\r\n', ':::\r\n\r\n', '\u0000'])(
    '%j is ignored, and told',
    (nonsense) => {
      phone.receive(nonsense);
      expect(phone.sent.filter((one) => !one.startsWith('SIP/2.0 400'))).toEqual([]);
      expect(phone.events).toHaveLength(1);
    },
  );
});

describe('sips', () => {
  it('over TLS: the answers and requests of the call are of sips', async () => {
    phone.stop();
    phone = createRepairedStack('wss://pbx.example.com/sip');
    phone.receive(
      requestTo(phone, 'INVITE', {
        start: 'INVITE sips:1001@practice.invalid SIP/2.0',
        Contact: '<sips:bob@192.0.2.7>',
      }),
    );
    expect(firstOf(phone.last(/^SIP\/2\.0 180/), 'contact')).toMatch(/^<sips:/);
    phone.call('sips:1002@practice.invalid');
    await expect.poll(() => phone.last(/^INVITE /)).toMatch(/^INVITE sips:1002@practice\.invalid SIP/);
    expect(firstOf(phone.last(/^INVITE /), 'contact')).toMatch(/^<sips:/);
    expect(firstOf(phone.last(/^INVITE /), 'to')).toMatch(/^<sips:1002@practice\.invalid>/);
  });
  it('over TLS a Contact of sip to a request of sips is refused (RFC 5630)', () => {
    phone.stop();
    phone = createRepairedStack('wss://pbx.example.com/sip');
    phone.receive(requestTo(phone, 'INVITE', { start: 'INVITE sips:1001@practice.invalid SIP/2.0' }));
    expect(startLinesOf(phone.sent)).toEqual(['SIP/2.0 400 SIPS Contact Required']);
  });
  it('without TLS it is not called', () => {
    expect(phone.call('sips:1002@practice.invalid')).toBe('insecure');
    expect(phone.sent).toEqual([]);
  });
});

describe('what goes wrong inside', () => {
  const set = (pass: (text: string) => void) => {
    const sent: string[] = [];
    const events: RepairEvent[] = [];
    const clock: FakeClock = createFakeClock();
    const repair: Repair = createRepair({
      pass,
      send: (text) => void sent.push(text),
      tell: (event) => void events.push(event),
      onReferral: () => undefined,
      admit: () => null,
      clock,
      line: {
        users: () => ['1001', /^sip:([^@]+)@/.exec(phone.contact)?.[1] ?? ''],
        isSecure: false,
        knowsCall: () => true,
        contact: () => '<sip:own@x.invalid>',
        instanceId: 'i',
      },
    });
    return { repair, sent, events, clock };
  };
  it.each(['INVITE', 'OPTIONS', 'BYE', 'INFO', 'UPDATE', 'CANCEL'])('an exception at %s is answered 500', (method) => {
    const { repair, sent, events } = set(() => {
      throw new Error('inside');
    });
    const to = method === 'OPTIONS' ? '<sip:1001@practice.invalid>' : '<sip:1001@practice.invalid>;tag=1';
    repair.receive(requestTo(phone, method, { To: to }));
    expect(startLinesOf(sent)).toEqual(['SIP/2.0 500 Server Internal Error']);
    expect(events.at(-1)).toMatchObject({ kind: 'refused', what: method, status: 500 });
  });
  it('an exception at an ACK is told alone', () => {
    const { repair, sent, events } = set(() => {
      throw new Error('inside');
    });
    repair.receive(requestTo(phone, 'ACK'));
    expect(sent).toEqual([]);
    expect(events).toHaveLength(1);
  });
  it('a 200 that JsSIP can not work with ends the call for both sides, and says so', () => {
    const passed: string[] = [];
    const { repair, sent } = set((text) => {
      if (text.startsWith('SIP/2.0 200')) throw new Error('inside');
      passed.push(text);
    });
    const invite = requestTo(phone, 'INVITE');
    repair.send(invite);
    repair.receive(responseTo(invite, '200 OK', { Contact: '<sip:bob@192.0.2.7>' }));
    expect(startLinesOf(sent).map((line) => line.replace(/ .*/, ''))).toEqual(['INVITE', 'ACK', 'BYE']);
    expect(startLinesOf(passed)).toEqual([`SIP/2.0 500 ${UNUSABLE_ANSWER}`]);
  });
  it('what is not taken is answered 500', () => {
    const { repair, sent } = set(() => undefined);
    repair.receive(requestTo(phone, 'OPTIONS'));
    expect(startLinesOf(sent)).toEqual(['SIP/2.0 500 Server Internal Error']);
  });
  it('a re-INVITE that is never answered is answered after 20 s, and what comes later stays here', async () => {
    const passed: string[] = [];
    const { repair, sent, clock } = set((text) => void passed.push(text));
    const invite = requestTo(
      phone,
      'UPDATE',
      { To: '<sip:1001@practice.invalid>;tag=1', 'Content-Type': 'application/sdp' },
      SDP,
    );
    repair.receive(invite);
    expect(sent).toEqual([]);
    await clock.advance(20_000);
    expect(startLinesOf(sent)).toEqual(['SIP/2.0 500 Server Internal Error']);
    repair.send(
      [
        'SIP/2.0 200 OK',
        `Via: ${firstOf(invite, 'via')}`,
        `From: ${firstOf(invite, 'from')}`,
        `To: ${firstOf(invite, 'to')}`,
        `Call-ID: ${firstOf(invite, 'call-id')}`,
        'CSeq: 1 UPDATE',
        'Content-Length: 0',
        '',
        '',
      ].join('\r\n'),
    );
    expect(sent).toHaveLength(1);
  });
  it('the ACK to an answer of this room stays here, and so does its CANCEL', () => {
    const passed: string[] = [];
    const { repair, sent } = set((text) => void passed.push(text));
    const invite = requestTo(phone, 'INVITE', { Require: 'x' });
    repair.receive(invite);
    repair.receive(invite.replace(/^INVITE/, 'ACK').replace('1 INVITE', '1 ACK'));
    repair.receive(invite.replace(/^INVITE/, 'CANCEL').replace('1 INVITE', '1 CANCEL'));
    repair.receive(invite);
    expect(passed).toEqual([]);
    expect(startLinesOf(sent)).toEqual(['SIP/2.0 420 Bad Extension', 'SIP/2.0 200 OK', 'SIP/2.0 420 Bad Extension']);
    expect(sent[2]).toBe(sent[0]);
  });
  it('a NOTIFY that JsSIP sends gets a Contact, and Allow tells the truth', () => {
    const { repair, sent } = set(() => undefined);
    repair.send(requestTo(phone, 'NOTIFY', { Contact: null, Allow: 'INVITE,MESSAGE,SUBSCRIBE' }));
    expect(firstOf(sent[0] ?? '', 'contact')).toBe('<sip:own@x.invalid>');
    expect(firstOf(sent[0] ?? '', 'allow')).toBe('INVITE, ACK, CANCEL, BYE, UPDATE, OPTIONS, REFER, INFO, NOTIFY');
  });
});
