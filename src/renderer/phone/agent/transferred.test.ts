/** What the far end does to a call that is transferred: it asks us to call somebody (REFER), or another phone takes its place (Replaces). */
import { describe, expect, it } from 'vitest';
import type { TestPhone } from '../../../../test/support/phones/phone';
import { descriptionWith } from '../../../../test/support/phones/description-parts';
import { setUpSwitchboard, titlesOf } from '../../../../test/support/phones/switchboard-phones';
import { peek, type WireMessage } from '../wire/sip-wire';

const { board, inCall } = setUpSwitchboard();

const found = (phone: TestPhone, direction: 'in' | 'out', start: string): WireMessage => {
  const message = peek(
    phone.trace.findLast((entry) => entry.direction === direction && entry.text.startsWith(start))?.text ?? '',
  );
  if (message === null) throw new Error(`${start} was not ${direction === 'in' ? 'received' : 'sent'}`);
  return message;
};
const first = (message: WireMessage, name: string): string => message.headers(name)[0] ?? '';
const tagOf = (value: string): string => /;tag=([^;>\s]+)/.exec(value)?.[1] ?? '';
const uriOf = (value: string): string => /<([^>]+)>/.exec(value)?.[1] ?? '';
const message = (start: string, headers: readonly string[], body = ''): string =>
  [
    `${start} SIP/2.0`,
    ...headers,
    'Max-Forwards: 70',
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');

describe('the far end transfers us', () => {
  it('hears at once that we do not call anybody for it, and the call goes on', async () => {
    const [a] = await inCall();
    const [invite, answer] = [found(a, 'out', 'INVITE'), found(a, 'in', 'SIP/2.0 200 OK\r\nVia')];
    const contact = uriOf(first(invite, 'contact'));
    board().inject(
      '1001',
      message(`REFER ${contact}`, [
        'Via: SIP/2.0/WS switch-1002.invalid;branch=z9hG4bKrefer',
        `From: ${first(answer, 'to')}`,
        `To: ${first(invite, 'from')}`,
        `Call-ID: ${invite.callId}`,
        'CSeq: 900 REFER',
        'Contact: <sip:1002@b.invalid;transport=ws>',
        'Refer-To: <sip:1003@practice.invalid>',
      ]),
    );
    const answers = (): string[] =>
      a.trace
        .filter(({ direction, text }) => direction === 'out' && /^CSeq: 900 REFER/m.test(text))
        .map(({ text }) => text);
    await expect.poll(answers).toHaveLength(1);
    expect(answers()[0]).toMatch(/^SIP\/2\.0 603 Decline\r\n/);
    expect(a.trace.filter(({ text }) => text.startsWith('NOTIFY'))).toEqual([]);
    expect(titlesOf(a)).toContain('Transfer declined: 1002 wanted to send this call to 1003');
    expect(a.agent.snapshot().calls).toMatchObject([{ phase: 'active' }]);
    expect(board().story.filter((line) => line.startsWith('1001: INVITE'))).toHaveLength(1);
  });
});

describe('the far end hands its side of the call over', () => {
  const bob = (callId: string, cseq: string, more: readonly string[]): string[] => [
    `Via: SIP/2.0/WS switch-1003.invalid;branch=z9hG4bK${cseq.replace(' ', '')}`,
    'From: <sip:1003@practice.invalid>;tag=third',
    `Call-ID: ${callId}`,
    `CSeq: ${cseq}`,
    'Contact: <sip:1003@c.invalid;transport=ws>',
    ...more,
  ];
  const replaces = async (over: { readonly toTag?: string } = {}) => {
    const [a, b, aId] = await inCall();
    const [invite, answer] = [found(a, 'out', 'INVITE'), found(a, 'in', 'SIP/2.0 200 OK\r\nVia')];
    const contact = uriOf(first(invite, 'contact'));
    const dialog = `${invite.callId};to-tag=${over.toTag ?? tagOf(first(invite, 'from'))};from-tag=${tagOf(first(answer, 'to'))}`;
    const sdp = descriptionWith();
    board().inject(
      '1001',
      message(
        `INVITE ${contact}`,
        bob('third-call', '1 INVITE', ['To: <sip:1001@practice.invalid>', `Replaces: ${dialog}`]),
        sdp,
      ),
    );
    return { a, b, aId, contact };
  };
  it('the other one rings, and the call before ends when it is answered', async () => {
    const { a, b, aId, contact } = await replaces();
    const rings = await a.call('ringing');
    expect(rings).toMatchObject({ direction: 'incoming', peer: { user: '1003' } });
    expect(a.agent.snapshot().calls[0]).toMatchObject({ id: aId, phase: 'active' });
    await a.agent.act(rings.id, { verb: 'answer' });
    await expect.poll(() => board().story).toContain('1001: SIP/2.0 200 OK');
    await expect.poll(() => first(found(a, 'out', 'SIP/2.0 200'), 'call-id')).toBe('third-call');
    board().inject(
      '1001',
      message(`ACK ${contact}`, bob('third-call', '1 ACK', [`To: ${first(found(a, 'out', 'SIP/2.0 200'), 'to')}`])),
    );
    expect(await b.call('ended')).toMatchObject({ cause: 'hung-up-by-peer' });
    await a.until(
      ({ activeCallId, calls }) => activeCallId === rings.id && calls.find(({ id }) => id === aId)?.phase === 'ended',
    );
    expect(a.agent.snapshot().calls).toMatchObject([
      { id: aId, phase: 'ended' },
      { id: rings.id, phase: 'active' },
    ]);
    expect(titlesOf(a).filter((title) => title.startsWith('Call lost') || title.startsWith('Call failed'))).toEqual([]);
  });
  it('a dialog that there is not is none that can be replaced', async () => {
    const { a } = await replaces({ toTag: 'guessed' });
    await expect.poll(() => board().story).toContain('1001: SIP/2.0 481 Call/Transaction Does Not Exist');
    expect(a.agent.snapshot().calls).toMatchObject([{ phase: 'active' }]);
  });
});
