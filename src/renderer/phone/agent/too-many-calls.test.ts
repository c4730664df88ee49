import { describe, expect, it } from 'vitest';
import { ok } from '../../../contracts/base/result';
import { testGrant } from '../../../../test/support/phones/grants';
import { setUpSwitchboard } from '../../../../test/support/phones/switchboard-phones';
import { createFakeClock } from '../../../../test/support/fake-clock';
import { createRefusedCalls } from './refused-calls';
import type { EngineEvent } from '../port/user-agent';

const { board, pair, phoneOf } = setUpSwitchboard();

const inviteOf = (number: number): string =>
  [
    'INVITE sip:1001@practice.invalid SIP/2.0',
    `Via: SIP/2.0/WS flood.invalid;branch=z9hG4bKflood${number}`,
    'Max-Forwards: 69',
    `From: <sip:${3000 + number}@practice.invalid>;tag=f${number}`,
    'To: <sip:1001@practice.invalid>',
    `Call-ID: flood-${number}`,
    'CSeq: 1 INVITE',
    `Contact: <sip:${3000 + number}@flood.invalid;transport=ws>`,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');

describe('too many calls', () => {
  it('300 INVITEs at once make four calls, and one event with their number', async () => {
    const [a] = await pair();
    const events: EngineEvent[] = [];
    a.agent.onEvent((event) => void events.push(event));
    for (let number = 0; number < 300; number += 1) board().inject('1001', inviteOf(number));
    const answered = (status: string): number =>
      a.trace.filter(({ direction, text }) => direction === 'out' && text.startsWith(`SIP/2.0 ${status}`)).length;
    await expect.poll(() => answered('486') + answered('503')).toBe(296);
    expect(a.agent.snapshot().calls.map(({ phase }) => phase)).toEqual(['ringing', 'ringing', 'ringing', 'ringing']);
    // On a slow computer the second may pass while they come.
    expect(answered('503')).toBeGreaterThan(0);
    const told = events.filter(({ merge }) => merge !== undefined);
    expect(new Set(told.map(({ merge }) => merge)).size).toBe(1);
    expect(told.at(-1)).toMatchObject({ title: '296 calls refused', kind: 'call-failed' });
    expect(told.at(-1)?.detail).toContain('4 calls rang already');
    expect(events.filter(({ kind }) => kind === 'call-incoming')).toHaveLength(4);
  });
  it('300 odd INVITEs at once count as well, however odd', async () => {
    const [a] = await pair();
    const events: EngineEvent[] = [];
    a.agent.onEvent((event) => void events.push(event));
    for (let number = 0; number < 300; number += 1)
      board().inject('1001', inviteOf(number).replace(/Contact: .*\r\n/, number % 2 === 0 ? '' : 'Require: x\r\n'));
    const answered = (status: string): number =>
      a.trace.filter(({ direction, text }) => direction === 'out' && text.startsWith(`SIP/2.0 ${status}`)).length;
    await expect.poll(() => answered('400') + answered('420') + answered('503')).toBe(300);
    expect(answered('503')).toBeGreaterThan(200);
    expect(new Set(events.map(({ merge, title }) => merge ?? title)).size).toBe(3);
    expect(a.agent.snapshot().calls).toEqual([]);
  });
  it('INVITEs that take the place of a call ring no more than four at a time either', async () => {
    const [a] = await pair();
    board().inject('1001', inviteOf(0));
    await a.call('ringing');
    const ringing = a.trace.find(({ text }) => text.startsWith('SIP/2.0 180'))?.text ?? '';
    const ours = /^To: .*;tag=(\S+)/m.exec(ringing)?.[1] ?? '';
    await a.agent.act(a.agent.snapshot().calls[0]?.id ?? '', { verb: 'answer' });
    const statuses = (): string[] =>
      a.trace.flatMap(({ direction, text }) =>
        direction === 'out' && text.startsWith('SIP/') ? text.slice(8, 11) : [],
      );
    await expect.poll(statuses).toContain('200');
    for (let number = 1; number <= 6; number += 1)
      board().inject(
        '1001',
        inviteOf(number).replace('Content-Length', `Replaces: flood-0;to-tag=${ours};from-tag=f0\r\nContent-Length`),
      );
    await expect.poll(() => statuses().filter((status) => status === '486').length).toBe(2);
    expect(a.agent.snapshot().calls.filter(({ phase }) => phase === 'ringing')).toHaveLength(4);
  });
  it('a refused INVITE that comes again gets the same answer, its CANCEL 200, its ACK nothing', async () => {
    const a = phoneOf('1001', { mint: () => testGrant({ identity: '1001@practice.invalid', maxCalls: 1 }) });
    a.agent.start();
    await a.registered();
    board().inject('1001', inviteOf(0));
    await a.call('ringing');
    const out = (): string[] =>
      a.trace.flatMap(({ direction, text }) =>
        direction === 'out' && text.includes('Call-ID: flood-1\r') ? [text] : [],
      );
    for (const method of ['INVITE', 'INVITE', 'ACK', 'CANCEL'])
      board().inject(
        '1001',
        inviteOf(1)
          .replace(/INVITE sip/, `${method} sip`)
          .replace('CSeq: 1 INVITE', `CSeq: 1 ${method}`),
      );
    await expect.poll(() => out().length).toBe(3);
    expect(out().map((text) => text.slice(8, 11))).toEqual(['486', '486', '200']);
    expect(out()[1]).toBe(out()[0]);
    expect(out()[0]).toMatch(/^To: <sip:1001@practice\.invalid>;tag=\w+\r$/m);
  });
  it('one more than the policy lets the line have is not placed, and says why', async () => {
    const a = phoneOf('1001', { mint: () => testGrant({ identity: '1001@practice.invalid', maxCalls: 1 }) });
    const b = phoneOf('1002');
    a.agent.start();
    b.agent.start();
    await Promise.all([a.registered(), b.registered()]);
    const placed = await a.agent.place('1002');
    await b.call('ringing');
    expect(await a.agent.place('1003')).toEqual({
      ok: false,
      failure: {
        reason: 'too-many-calls',
        sentence: 'This line takes one call at a time. End it first.',
        action: 'none',
      },
    });
    expect(await a.agent.place('1003', Promise.resolve(ok({ emergency: false })))).toMatchObject({
      failure: { reason: 'too-many-calls' },
    });
    expect(a.microphone.inUse()).toBe(1);
    // An emergency call is placed all the same.
    const emergency = await a.agent.place('112', Promise.resolve(ok({ emergency: true })));
    expect(emergency.ok).toBe(true);
    if (emergency.ok) a.agent.act(emergency.value, { verb: 'end' });
    // And nobody comes in.
    board().inject('1001', inviteOf(1));
    await expect.poll(() => a.trace.filter(({ text }) => text.startsWith('SIP/2.0 486')).length).toBe(1);
    if (placed.ok) a.agent.act(placed.value, { verb: 'end' });
    await a.call('ended');
    expect((await a.agent.place('1002')).ok).toBe(true);
  });
});

describe('refused calls as events', () => {
  it('those of one minute are one event; later ones are another', async () => {
    const clock = createFakeClock();
    const told: EngineEvent[] = [];
    const refused = createRefusedCalls({ clock, tell: (event) => void told.push(event) });
    refused('calls');
    await clock.advance(59_000);
    refused('rate');
    await clock.advance(61_000);
    refused('ringing');
    expect(told.map(({ title, detail }) => `${title}: ${detail}`)).toEqual([
      'Call refused: as many calls as this line may have',
      '2 calls refused: as many calls as this line may have \u00b7 more than 10 calls a second',
      'Call refused: 4 calls rang already',
    ]);
    expect(new Set(told.map(({ merge }) => merge)).size).toBe(2);
  });
});
