/** Lists of very many Contacts: how many of them are read, which ones are left, and that ours is found wherever it stands. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { peek } from '../sip-wire';
import { grantedExpires } from '../granted-expires';
import type * as Address from './address';
import { refusalOf } from './refuse';
import { rewritten } from './rewrite';
import type { RewriteContext } from './rewrite-context';
import { readSip, type SipMessage } from './sip-text';

let reads = 0;
vi.mock('./address', async (importOriginal) => {
  const original = await importOriginal<typeof Address>();
  return {
    ...original,
    readNameAddr: (value: string) => {
      reads += 1;
      return original.readNameAddr(value);
    },
  };
});

const INSTANCE = '6f1f6a8e-53a0-4a4e-9f0b-0d2a4d7c1e11';
const MANY = 60_000;
/** What is read beside the Contacts (From, To ...) and of each of them, with room to spare. */
const MOST_READS = 64 * 6;

const context = (method: string): RewriteContext => ({
  users: ['1001', 'own4711'],
  instanceId: INSTANCE,
  asked: {
    branch: 'z9hG4bKa',
    method,
    from: '<sip:1001@practice.invalid>;tag=1',
    to: '<sip:1001@practice.invalid>',
    callId: 'c',
    cseq: 1,
  },
});
const list = (members: readonly string[], at: 'one line' | 'lines'): string[] =>
  at === 'lines' ? members.map((one) => `Contact: ${one}`) : [`Contact: ${members.join(',')}`];
function message(start: string, method: string, contacts: readonly string[]): SipMessage {
  const read = readSip(
    [
      start,
      'Via: SIP/2.0/WS own.invalid;branch=z9hG4bKa',
      'From: <sip:1001@practice.invalid>;tag=1',
      'To: <sip:1001@practice.invalid>;tag=2',
      'Call-ID: c',
      `CSeq: 1 ${method}`,
      ...contacts,
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n'),
  );
  if (read === null) throw new Error('no message');
  return read;
}
const contactsIn = (text: string): string[] => [...(peek(text)?.headers('contact') ?? [])];
const others = (count: number): string[] => Array.from({ length: count }, (_, n) => `<sip:a@b${n}.invalid>`);

beforeEach(() => {
  reads = 0;
});

describe('very many Contacts', () => {
  it.each<[string, readonly string[], 'one line' | 'lines', number, number | null]>([
    [
      'ours is the last',
      [...others(MANY), `<sip:x@y>;+sip.instance="<urn:uuid:${INSTANCE}>";expires=77`],
      'one line',
      64,
      77,
    ],
    [
      'ours is the first',
      [`<sip:x@y>;+sip.instance="<urn:uuid:${INSTANCE}>";expires=77`, ...others(MANY)],
      'one line',
      64,
      77,
    ],
    ['ours by its address', [...others(MANY), '<sip:own4711@z.invalid>;expires=78'], 'one line', 64, 78],
    ['ours is not there', others(MANY), 'one line', 64, null],
    ['nothing but commas', [','.repeat(MANY)], 'one line', 1, null],
    ['each in a line of its own', others(400), 'lines', 64, null],
    [
      'all of them ours: the last counts',
      Array.from({ length: 200 }, (_, n) => `<sip:own4711@h${n}>;expires=${n}`),
      'one line',
      32,
      199,
    ],
    ['64 are not many', [...others(63), '<sip:own4711@z.invalid>;expires=79'], 'one line', 1, 79],
  ])('in a 200 to REGISTER: %s', (_, members, at, lines, granted) => {
    const whole = message('SIP/2.0 200 OK', 'REGISTER', list(members, at));
    const { text } = rewritten(whole, writtenAs(whole), context('REGISTER'));
    expect(contactsIn(text).length).toBeLessThanOrEqual(Math.max(lines, 64));
    expect(contactsIn(text).join(',').split('<').length).toBeLessThanOrEqual(64 * 2);
    expect(reads).toBeLessThanOrEqual(MOST_READS);
    const answer = peek(text);
    expect(
      answer === null ? null : grantedExpires(answer, { instanceId: INSTANCE, contactUri: 'sip:own4711@z.invalid' }),
    ).toBe(granted);
  });

  it('in a 302 the first ones are tried', () => {
    const whole = message('SIP/2.0 302 Moved', 'INVITE', list(others(MANY), 'one line'));
    const { text, repairs } = rewritten(whole, writtenAs(whole), context('INVITE'));
    expect(contactsIn(text)).toEqual(others(64));
    expect(repairs).toContain('its Contact named very many addresses');
    expect(reads).toBeLessThanOrEqual(MOST_READS);
  });

  it.each([
    ['SIP/2.0 200 OK', 'INVITE'],
    ['SIP/2.0 180 Ringing', 'INVITE'],
    ['INVITE sip:own4711@own.invalid SIP/2.0', 'INVITE'],
    ['UPDATE sip:own4711@own.invalid SIP/2.0', 'UPDATE'],
  ])('in %s the first one is where requests go', (start, method) => {
    const whole = message(start, method, list(others(MANY), 'one line'));
    if (whole.kind === 'request')
      expect(
        refusalOf(whole, {
          users: () => ['1001', 'own4711'],
          isSecure: false,
          knowsCall: () => false,
          knowsDialog: () => true,
          isSubscribed: () => false,
        }),
      ).toBeNull();
    const asked = whole.kind === 'request' ? { ...context(method), asked: null } : context(method);
    expect(contactsIn(rewritten(whole, writtenAs(whole), asked).text)).toEqual(['<sip:a@b0.invalid>']);
    expect(reads).toBeLessThanOrEqual(MOST_READS);
  });
});

/** The text as it came is of no matter where it is written anew. */
function writtenAs({ headers, status, method }: SipMessage): string {
  return [
    status === 0 ? `${method} sip:x SIP/2.0` : `SIP/2.0 ${status} X`,
    ...headers.map(({ name, value }) => `${name}: ${value}`),
    '',
    '',
  ].join('\r\n');
}
