import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock';
import { createRingingCalls, MOST_RINGING, ringingIn, RINGS_AT_MOST_MS, SEEN_WITHIN_MS } from './ringing-calls';

const message = (...lines: string[]): string => `${lines.join('\r\n')}\r\n\r\n`;
const invite = (callId: string, to = '<sip:1001@h>'): string =>
  message('INVITE sip:1001@h SIP/2.0', 'Via: SIP/2.0/WS x', `To: ${to}`, `Call-ID: ${callId}`, 'CSeq: 1 INVITE');
const answer = (status: string, callId: string, cseq = '1 INVITE'): string =>
  message(`SIP/2.0 ${status}`, 'To: <sip:1001@h>;tag=x', `Call-ID: ${callId}`, `CSeq: ${cseq}`);

describe('what a message on the wire says of a call that rings', () => {
  it.each<['in' | 'out', string, string, 'rings' | 'over' | 'missed' | null]>([
    ['in', 'an INVITE', invite('a'), 'rings'],
    ['in', 'one with short names', message('INVITE sip:x SIP/2.0', 't: <sip:x>', 'i: a'), 'rings'],
    ['in', 'one with folded lines', message('INVITE sip:x SIP/2.0', 'To:', ' <sip:x>', 'CALL-ID :', '\ta'), 'rings'],
    ['in', 'one with lines that end in LF alone', invite('a').replaceAll('\r\n', '\n'), 'rings'],
    ['in', 'an INVITE within a call', invite('a', '<sip:1001@h>;tag=1'), null],
    ['in', 'one without a Call-ID', message('INVITE sip:x SIP/2.0', 'To: <sip:x>'), null],
    ['in', 'a Call-ID in its body', `${message('INVITE sip:x SIP/2.0', 'To: <sip:x>')}Call-ID: a`, null],
    ['out', 'an INVITE of our own', invite('a'), null],
    ['in', 'its CANCEL', message('CANCEL sip:x SIP/2.0', 'Call-ID: a'), 'missed'],
    [
      'in',
      'a CANCEL because another phone took the call',
      message('CANCEL sip:x SIP/2.0', 'Reason: SIP ;cause=200 ;text="Call completed elsewhere"', 'Call-ID: a'),
      'over',
    ],
    ['out', 'ringing', answer('180 Ringing', 'a'), null],
    ['out', 'its answer', answer('200 OK', 'a'), 'over'],
    ['out', 'its refusal', answer('486 Busy Here', 'a'), 'over'],
    ['out', "the CANCEL's own answer", answer('200 OK', 'a', '1 CANCEL'), null],
    ['in', 'the answer to a call of ours', answer('200 OK', 'a'), null],
    ['in', 'a message of live events', '["1","1","events","phx_reply",{}]', null],
    ['in', 'nothing', '', null],
  ])('%s: %s', (way, _what, text, kind) => {
    expect(ringingIn(way, text)).toEqual(kind === null ? null : { kind, sipCallId: 'a' });
  });
});

function setUp() {
  const time = createFakeClock();
  const over: string[] = [];
  const calls = createRingingCalls({ monotonic: time.now, after: time.after }, (id, missed) =>
    over.push(missed ? `${id} missed` : id),
  );
  const rings = async (id: string): Promise<boolean> => {
    const answered = calls.rings(id);
    await time.advance(SEEN_WITHIN_MS);
    return answered;
  };
  return { time, over, calls, rings };
}

describe('the calls that ring', () => {
  it('are those that came, until they are answered, refused or taken back', async () => {
    const { calls, rings, over } = setUp();
    for (const id of ['a', 'b', 'c']) calls.hear('in', invite(id));
    expect(await rings('a')).toBe(true);
    calls.hear('out', answer('200 OK', 'a'));
    calls.hear('out', answer('603 Decline', 'b'));
    calls.hear('in', message('CANCEL sip:x SIP/2.0', 'Call-ID: c'));
    expect([await rings('a'), await rings('b'), await rings('c'), await rings('made-up')]).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(over).toEqual(['a', 'b', 'c missed']);
  });

  it('may be seen a moment after the page speaks of them', async () => {
    const { calls, time } = setUp();
    const answered = calls.rings('a');
    await time.advance(SEEN_WITHIN_MS - 1);
    calls.hear('in', invite('a'));
    expect(await answered).toBe(true);
    expect(time.waiting()).toBe(0);
  });

  it('ring for a while, however often the INVITE is sent again, and are so many at most', async () => {
    const { calls, rings, time } = setUp();
    calls.hear('in', invite('old'));
    await time.advance(RINGS_AT_MOST_MS - 1);
    calls.hear('in', invite('old'));
    expect(await rings('old')).toBe(true);
    await time.advance(1);
    expect(await rings('old')).toBe(false);
    for (let n = 0; n <= MOST_RINGING; n += 1) calls.hear('in', invite(`c${n}`));
    expect([await rings('c0'), await rings('c1'), await rings(`c${MOST_RINGING}`)]).toEqual([false, true, true]);
  });
});
