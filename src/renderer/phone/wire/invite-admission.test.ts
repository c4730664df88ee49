import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../../test/support/fake-clock';
import { createInviteAdmission, INVITES_A_SECOND, MOST_RINGING, type RefusedInvite } from './invite-admission';

let number = 0;
interface Request {
  readonly method?: string;
  readonly branch?: string;
  readonly toTag?: string;
  readonly more?: readonly string[];
}
const request = ({ method = 'INVITE', branch, toTag, more = [] }: Request = {}): string => {
  number += 1;
  return [
    `${method} sip:1001@practice.invalid SIP/2.0`,
    'Via: SIP/2.0/WSS gateway.invalid;branch=z9hG4bKtop;rport',
    `Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKbelow`,
    `From: "A" <sip:200@practice.invalid>;tag=a${number}`,
    `To: <sip:1001@practice.invalid>${toTag === undefined ? '' : `;tag=${toTag}`}`,
    `Call-ID: call-${number}`,
    `CSeq: 1 ${method}`,
    ...more,
    'Content-Length: 0',
    '',
    '',
  ]
    .join('\r\n')
    .replace('z9hG4bKtop', branch ?? `z9hG4bK${number}`);
};

function setUp({ ringing = 0, calls = 0, most = 8 } = {}) {
  const clock = createFakeClock();
  const sent: string[] = [];
  const refused: RefusedInvite['why'][] = [];
  const now = { ringing, calls };
  const admission = createInviteAdmission({
    clock,
    ringing: () => now.ringing,
    calls: () => now.calls,
    mostCalls: () => most,
    send: (text) => void sent.push(text),
    onRefused: ({ why }) => void refused.push(why),
  });
  /** An INVITE comes, and rings unless it is refused. */
  const invite = (over: Request = {}): boolean => {
    const taken = admission.take(request(over));
    if (!taken) {
      now.ringing += 1;
      now.calls += 1;
    }
    return taken;
  };
  const statuses = (): string[] => sent.map((text) => text.slice(8, 11));
  return { admission, clock, sent, refused, now, invite, statuses };
}

describe('the gate for INVITEs', () => {
  it(`lets ${MOST_RINGING} ring, and tells the next ones that it is busy`, () => {
    const { invite, statuses, refused, now } = setUp();
    expect(Array.from({ length: 6 }, () => invite())).toEqual([false, false, false, false, true, true]);
    expect([statuses(), refused]).toEqual([
      ['486', '486'],
      ['ringing', 'ringing'],
    ]);
    now.ringing = 3;
    expect(invite()).toBe(false);
  });
  it.each([
    [8, 7, false],
    [8, 8, true],
    [1, 1, true],
    [16, 15, false],
    [16, 16, true],
  ])('with %i calls at a time and %i there: refused is %s', (most, calls, refusedHere) => {
    const { invite, refused } = setUp({ most, calls });
    expect(invite()).toBe(refusedHere);
    expect(refused).toEqual(refusedHere ? ['calls'] : []);
  });
  it(`looks at ${INVITES_A_SECOND} a second; those beyond are told when to try again`, async () => {
    const { invite, statuses, sent, clock, now } = setUp();
    for (let count = 0; count < 300; count += 1) invite();
    expect(statuses()).toEqual([
      ...Array.from({ length: INVITES_A_SECOND - MOST_RINGING }, () => '486'),
      ...Array.from({ length: 300 - INVITES_A_SECOND }, () => '503'),
    ]);
    expect(sent.at(-1)).toMatch(/^SIP\/2\.0 503 Service Unavailable\r\n[^]*\r\nRetry-After: [1-9]\d*\r\n/);
    expect(now.calls).toBe(MOST_RINGING);
    await clock.advance(1_000);
    now.ringing = 0;
    expect(invite()).toBe(false);
  });
  it('answers with what it was asked, and a tag of its own', () => {
    const { admission, sent } = setUp({ ringing: MOST_RINGING });
    const asked = request();
    admission.take(asked);
    admission.take(request());
    const lines = (text: string, name: string): string[] =>
      text.split('\r\n').filter((line) => line.startsWith(`${name}:`));
    const [first = '', second = ''] = sent;
    for (const name of ['Via', 'From', 'Call-ID', 'CSeq']) expect(lines(first, name)).toEqual(lines(asked, name));
    expect(lines(first, 'To')[0]).toMatch(/^To: <sip:1001@practice\.invalid>;tag=\w+$/);
    expect(lines(first, 'To')).not.toEqual(lines(second, 'To'));
    expect(first.endsWith('\r\nContent-Length: 0\r\n\r\n')).toBe(true);
  });
  it('keeps the ACK to its answer, answers a CANCEL and a repetition, and asks nobody else', () => {
    const { admission, sent, statuses, refused } = setUp({ ringing: MOST_RINGING });
    const invite = request({ branch: 'z9hG4bKx' });
    expect(admission.take(invite)).toBe(true);
    expect(admission.take(invite)).toBe(true);
    expect(sent[1]).toBe(sent[0]);
    expect(admission.take(request({ method: 'CANCEL', branch: 'z9hG4bKx' }))).toBe(true);
    expect(admission.take(request({ method: 'ACK', branch: 'z9hG4bKx', toTag: 'refused1' }))).toBe(true);
    expect([statuses(), refused]).toEqual([['486', '486', '200'], ['ringing']]);
  });
  it("a repetition of an INVITE that rings is the stack's", () => {
    const { admission, now } = setUp();
    const invite = request({ branch: 'z9hG4bKy' });
    expect(admission.take(invite)).toBe(false);
    now.ringing = MOST_RINGING;
    expect(admission.take(invite)).toBe(false);
    expect(admission.take(request({ method: 'CANCEL', branch: 'z9hG4bKy' }))).toBe(false);
    expect(admission.take(request({ method: 'ACK', branch: 'z9hG4bKy' }))).toBe(false);
  });
  it.each([
    ['a re-INVITE', request({ toTag: 'b' })],
    ['one that takes the place of a call', request({ more: ['Replaces: x;to-tag=a;from-tag=b'] })],
    ['another request', request({ method: 'OPTIONS' })],
    ['a response', 'SIP/2.0 200 OK\r\n\r\n'],
    ['no SIP', 'INVITE'],
    ['nothing', ''],
  ])('is open for %s, however many calls there are', (_, text) => {
    const { admission, sent } = setUp({ ringing: MOST_RINGING, calls: 8 });
    expect(admission.take(text)).toBe(false);
    expect(sent).toEqual([]);
  });
  it('forgets old transactions', async () => {
    const { admission, clock, now } = setUp({ ringing: MOST_RINGING });
    const invite = request({ branch: 'z9hG4bKold' });
    admission.take(invite);
    await clock.advance(33_000);
    admission.take(request());
    now.ringing = 0;
    expect(admission.take(invite)).toBe(false);
  });
});
