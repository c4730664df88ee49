import { describe, expect, it } from 'vitest';
import { firstHop, nextHop, type Hops } from './redirect';

/** What is called, one after the other, when each target answers as the table says. */
function calls(dialled: string, answers: Readonly<Record<string, readonly [number, ...string[]]>>): string[] {
  const called = [dialled];
  let hops: Hops = firstHop(dialled);
  for (let turn = 0; turn < 50; turn += 1) {
    const [status, ...contacts] = answers[called.at(-1) ?? ''] ?? [480];
    const next = nextHop(hops, status, contacts);
    if (next === null) return called;
    ({ hops } = next);
    called.push(next.target);
  }
  throw new Error('this would go on for ever');
}

describe('a redirected call', () => {
  it('goes where the Contact says', () => {
    expect(
      calls('sip:a@h', { 'sip:a@h': [302, '"B, the second" <sip:b@other.example:5070;transport=ws>;expires=60'] }),
    ).toEqual(['sip:a@h', 'sip:b@other.example:5070;transport=ws']);
    expect(calls('sip:a@h', { 'sip:a@h': [301, 'sip:b@h;q=0.5'] })).toEqual(['sip:a@h', 'sip:b@h']);
  });
  it('tries the best first, and the next one when that is refused', () => {
    const contacts = ['<sip:low@h>;q=0.1, <sip:high@h>;q=0.9', '<sip:top@h>'];
    expect(calls('sip:a@h', { 'sip:a@h': [300, ...contacts], 'sip:top@h': [486], 'sip:high@h': [404] })).toEqual([
      'sip:a@h',
      'sip:top@h',
      'sip:high@h',
      'sip:low@h',
    ]);
  });
  it('goes deeper before it goes on', () => {
    expect(
      calls('sip:a@h', {
        'sip:a@h': [302, '<sip:b@h>, <sip:c@h>;q=0.5'],
        'sip:b@h': [302, '<sip:d@h>'],
        'sip:d@h': [480],
      }),
    ).toEqual(['sip:a@h', 'sip:b@h', 'sip:d@h', 'sip:c@h']);
  });
  it('ends with a global refusal', () => {
    expect(calls('sip:a@h', { 'sip:a@h': [302, '<sip:b@h>, <sip:c@h>'], 'sip:b@h': [603] })).toEqual([
      'sip:a@h',
      'sip:b@h',
    ]);
  });
  it('calls nobody twice: a loop ends', () => {
    expect(calls('sip:a@h', { 'sip:a@h': [302, '<SIP:a@H>'] })).toEqual(['sip:a@h']);
    expect(calls('sip:a@h', { 'sip:a@h': [302, '<sip:b@h>'], 'sip:b@h': [302, '<sip:a@h>'] })).toEqual([
      'sip:a@h',
      'sip:b@h',
    ]);
    expect(calls('sip:a@h', { 'sip:a@h': [302, '<sip:b@h>, <sip:b@H>'] })).toEqual(['sip:a@h', 'sip:b@h']);
  });
  it('ends after five hops', () => {
    const chain = Object.fromEntries(
      Array.from({ length: 20 }, (_each, index) => [`sip:${index}@h`, [302, `<sip:${index + 1}@h>`] as const]),
    );
    expect(calls('sip:0@h', chain)).toEqual([0, 1, 2, 3, 4, 5].map((index) => `sip:${index}@h`));
  });
  it.each(['<mailto:b@h>', '<https://h/>', '*', '', '<sip:b c@h>', '<sip:>', `<sip:${'b'.repeat(300)}@h>`])(
    'does not call %s',
    (contact) => {
      expect(calls('sip:a@h', { 'sip:a@h': [302, contact] })).toEqual(['sip:a@h']);
    },
  );
  it('calls a tel URI, which the stack writes as an address of the own domain', () => {
    expect(calls('sip:a@h', { 'sip:a@h': [302, '<tel:+254722000001>'] })).toEqual(['sip:a@h', 'tel:+254722000001']);
  });
  it('lets nobody write our request', () => {
    expect(
      calls('sip:a@h', { 'sip:a@h': [302, '<sip:b@h;method=REGISTER;x=1?Authorization=x&Route=%3Csip:evil%3E>'] }),
    ).toEqual(['sip:a@h', 'sip:b@h;x=1']);
  });
  it.each([305, 380, 401, 486, 503])('is not one when the status is %i', (status) => {
    expect(calls('sip:a@h', { 'sip:a@h': [status, '<sip:b@h>'] })).toEqual(['sip:a@h']);
  });
});
