import { describe, expect, it } from 'vitest';
import { grantedExpires, minExpiresIn } from './granted-expires';
import { peek, type WireMessage } from './sip-wire';

const answer = (status: number, ...lines: string[]): WireMessage => {
  const message = peek([`SIP/2.0 ${status} X`, 'CSeq: 1 REGISTER', ...lines, '', ''].join('\r\n'));
  if (message === null) throw new Error('no message');
  return message;
};
const own = { instanceId: 'mine', contactUri: 'sip:us@ab.invalid;transport=ws' };
const US = '<sip:us@ab.invalid;transport=ws>';

describe('grantedExpires', () => {
  it.each<[string, string[], number | null]>([
    ['by URI', [`Contact: <sip:x@1>;expires=30, ${US};expires=280`], 280],
    [
      'by URI before the instance-id',
      [`Contact: <sip:old@1>;+sip.instance="<urn:uuid:MINE>";expires=30`, `Contact: ${US};expires=280`],
      280,
    ],
    [
      'by instance-id',
      [
        'Contact: "Other, phone" <sip:x@1>;+sip.instance="<urn:uuid:other>";expires=30, <sip:y@2>;+sip.instance="<urn:uuid:MINE>";expires=280',
      ],
      280,
    ],
    [
      'by user, where host and port are rewritten',
      ['Contact: <sip:us@192.0.2.7:1234>;expires=280, <sip:x@1>;expires=3'],
      280,
    ],
    ['as the only one there is', ['Contact: <sip:1001@192.0.2.7>;expires=280'], 280],
    ['not at all among those of others', ['Contact: <sip:x@1>;expires=30', 'Contact: <sip:y@2>;expires=40'], null],
    ['the Expires header when it names none', [`Contact: ${US}`, 'Expires: 120'], 120],
    ['the Expires header when it names nonsense', [`Contact: ${US};expires=soon`, 'Expires: 120'], 120],
    ['a parameter of the URI is not it', ['Contact: <sip:us@ab.invalid;expires=7>;expires=280'], 280],
    ['one without brackets', ['Contact: sip:us@ab.invalid;expires=280'], 280],
    ['in quotes', [`Contact: ${US};expires="280"`], 280],
    ['in capitals', [`CONTACT: ${US};EXPIRES=280`], 280],
    ['compact name', [`m: ${US};expires=280`], 280],
    ['a fraction', [`Contact: ${US};expires=280.9`], 280],
    ['a sign', [`Contact: ${US};expires=-280`], -280],
    ['an exponent', [`Contact: ${US};expires=1e3`], null],
    ['hexadecimal', [`Contact: ${US};expires=0x10`], null],
    ['empty', [`Contact: ${US};expires=`], null],
    ['an escaped quote in a name', [`Contact: "a\\"b, c" <sip:x@1>;expires=30, ${US};expires=280`], 280],
    ['a star', ['Contact: *'], null],
    ['nothing', [], null],
  ])('%s', (_what, lines, seconds) => expect(grantedExpires(answer(200, ...lines), own)).toBe(seconds));
});

describe('minExpiresIn', () => {
  it.each<[string, number, string[], number | null]>([
    ['423', 423, ['Min-Expires: 900'], 900],
    ['423 without', 423, [], null],
    ['423 with a word', 423, ['Min-Expires: long'], null],
    ['another status', 400, ['Min-Expires: 900'], null],
  ])('%s', (_what, status, lines, seconds) => expect(minExpiresIn(answer(status, ...lines))).toBe(seconds));
});
