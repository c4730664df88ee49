import { describe, expect, it } from 'vitest';
import { fail, ok, type Result } from '../../../contracts/base/result';
import { testGrant } from '../../../../test/support/phones/grants';
import { localResponse, peek } from '../wire/sip-wire';
import { connectionOf, titlesOf, setUpSwitchboard } from '../../../../test/support/phones/switchboard-phones';

const { board, inCall, pair, phoneOf, webRtc } = setUpSwitchboard();

describe('a call', () => {
  it('dials, rings, talks and ends', async () => {
    const [a, b, aId, bId] = await inCall();
    expect(a.agent.snapshot().activeCallId).toBe(aId);
    expect(a.agent.remoteStream(aId)).not.toBeNull();
    expect(connectionOf(0).sender.track).not.toBe(a.microphone.track);
    await expect
      .poll(() => a.marks.map(({ name }) => name))
      .toEqual(['ringfence:registered', 'ringfence:invite-sent', 'ringfence:answered', 'ringfence:first-audio']);
    a.agent.act(aId, { verb: 'end' });
    expect(await a.call('ended')).toMatchObject({ cause: 'hung-up' });
    expect(await b.call('ended')).toMatchObject({ cause: 'hung-up-by-peer', id: bId });
    expect([a.microphone.inUse(), b.microphone.inUse()]).toEqual([0, 0]);
    expect(a.agent.snapshot().activeCallId).toBeNull();
    expect(connectionOf(0).sender.track?.readyState).toBe('ended');
    expect(a.microphone.track.readyState).toBe('live');
    expect(a.marks.slice(1).every(({ callId }) => callId === aId)).toBe(true);
    expect(titlesOf(a)).toContain('Calling: 1001 \u2192 1002');
    expect(titlesOf(b)).toContain('Incoming call: 1001 \u2192 1002');
    a.agent.act(aId, { verb: 'dismiss' });
    expect(a.agent.snapshot().calls).toEqual([]);
  });
  it('ends with BYE when its time is up, which is not what the agent did', async () => {
    const [a, b, aId] = await inCall();
    a.agent.act(aId, { verb: 'end', how: 'time-limit' });
    expect(await a.call('ended')).toMatchObject({ cause: 'time-limit' });
    expect(await b.call('ended')).toMatchObject({ cause: 'hung-up-by-peer' });
    expect([a.microphone.inUse(), connectionOf(0).signalingState]).toEqual([0, 'closed']);
  });
  it('is shown only when its INVITE has left: drawing would hold that up', async () => {
    const [a] = await pair();
    const story: string[] = [];
    a.agent.subscribe(() => {
      const invited = a.marks.some(({ name }) => name === 'ringfence:invite-sent');
      story.push(`${a.agent.snapshot().calls[0]?.phase ?? 'no call'}, invited: ${String(invited)}`);
    });
    await a.agent.place('1002');
    expect(story[0]).toMatch(/^(?:dialing|ringing), invited: true$/);
  });
  it('is heard when its sound is there, and no longer when it is over', async () => {
    const [a, b] = await pair();
    const told: number[] = [];
    a.agent.onSounds(() => told.push(a.agent.sounds().length));
    const placed = await a.agent.place('1002');
    const ringing = await b.call('ringing');
    await b.agent.act(ringing.id, { verb: 'answer' });
    await a.call('active');
    const id = placed.ok ? placed.value : '';
    expect(a.agent.sounds()).toEqual([{ callId: id, stream: a.agent.remoteStream(id) }]);
    a.agent.act(id, { verb: 'end' });
    await a.call('ended');
    expect(a.agent.sounds()).toEqual([]);
    expect(told).toEqual([1, 0]);
  });
  it('leaves with the INVITE at the first candidate, however silent the STUN server', async () => {
    webRtc({ silentStun: true });
    const [a] = await pair();
    await a.agent.place('1002');
    await expect.poll(() => a.marks.some(({ name }) => name === 'ringfence:invite-sent'), { interval: 1 }).toBe(true);
    // Not because gathering ended: it never does.
    expect(connectionOf(0).iceGatheringState).toBe('gathering');
  });
  it('is cancelled by the caller: cancelled here, missed there', async () => {
    const [a, b] = await pair();
    const placed = await a.agent.place('1002');
    await Promise.all([a.call('ringing'), b.call('ringing')]);
    if (placed.ok) a.agent.act(placed.value, { verb: 'end' });
    expect(await a.call('ended')).toMatchObject({ cause: 'cancelled' });
    expect(await b.call('ended')).toMatchObject({ cause: 'cancelled-by-caller', answeredAt: null });
    expect(titlesOf(b).at(-1)).toMatch(/^Missed call: 1001 \u00b7 rang \d+ s$/);
  });
  it('is ended properly when the answer crosses the cancel', async () => {
    const [a, b] = await pair();
    const placed = await a.agent.place('1002');
    await Promise.all([a.call('ringing'), b.call('ringing')]);
    // The CANCEL comes too late: the far end has answered.
    board().judge = ({ message }) => (message.method === 'CANCEL' ? 'swallow' : 'pass');
    if (placed.ok) a.agent.act(placed.value, { verb: 'end' });
    expect(await a.call('ended')).toMatchObject({ cause: 'cancelled' });
    await b.agent.act((await b.call('ringing')).id, { verb: 'answer' });
    expect(await b.call('ended')).toMatchObject({ cause: 'hung-up-by-peer' });
    expect(
      board()
        .story.slice(-4)
        .map((line) => line.replace(/ sip:.*/, '')),
    ).toEqual(['1002: SIP/2.0 200 OK', '1001: ACK', '1001: BYE', '1002: SIP/2.0 200 OK']);
  });
  it('is declined', async () => {
    const [a, b] = await pair();
    await a.agent.place('1002');
    b.agent.act((await b.call('ringing')).id, { verb: 'end' });
    expect(await a.call('ended')).toMatchObject({ cause: 'declined-by-peer', details: '603 Decline' });
    expect(await b.call('ended')).toMatchObject({ cause: 'declined' });
  });
  it('finds the far end busy', async () => {
    const [a, b] = await pair();
    await a.agent.place('1002');
    b.agent.act((await b.call('ringing')).id, { verb: 'end', how: 'busy' });
    expect(await a.call('ended')).toMatchObject({ cause: 'busy', details: '486 Busy Here' });
  });
  it('reaches nobody', async () => {
    const [a] = await pair();
    await a.agent.place('4711');
    expect(await a.call('ended')).toMatchObject({ cause: 'not-found', details: '404 Not Found' });
    expect(a.microphone.inUse()).toBe(0);
  });
  it('was answered elsewhere', async () => {
    const [a, b] = await pair();
    board().judge = ({ message }) => (message.method === 'CANCEL' ? 'swallow' : 'pass');
    const placed = await a.agent.place('1002');
    await b.call('ringing');
    await a.call('ringing');
    let cancel = '';
    board().judge = ({ message, text }) => {
      if (message.method === 'CANCEL' && message.kind === 'request') cancel = text;
      return message.method === 'CANCEL' ? 'swallow' : 'pass';
    };
    if (placed.ok) a.agent.act(placed.value, { verb: 'end' });
    await expect.poll(() => cancel).not.toBe('');
    const invite = b.trace.find(({ text }) => text.startsWith('INVITE'))?.text ?? '';
    const [via = ''] = /^Via: .*$/m.exec(invite) ?? [];
    board().inject(
      '1002',
      cancel
        .replace(/^Via: .*$/m, via)
        .replace('\r\n\r\n', '\r\nReason: SIP;cause=200;text="Call completed elsewhere"\r\n\r\n'),
    );
    expect(await b.call('ended')).toMatchObject({ cause: 'answered-elsewhere' });
  });
  it('keeps ringing when the microphone is refused, and can be answered then', async () => {
    const [a, b] = await pair();
    await a.agent.place('1002');
    const { id } = await b.call('ringing');
    b.microphone.failure = 'microphone-refused';
    await b.agent.act(id, { verb: 'answer' });
    expect(b.agent.snapshot().calls[0]).toMatchObject({ phase: 'ringing', problem: 'microphone-refused' });
    expect(a.agent.snapshot().calls[0]).toMatchObject({ phase: 'ringing' });
    b.microphone.failure = null;
    await b.agent.act(id, { verb: 'answer' });
    expect(await b.call('active')).toMatchObject({ problem: null });
    await a.call('active');
  });
  it('waits for a permission beside the microphone, and leaves neither INVITE nor microphone behind when it is refused', async () => {
    const [a] = await pair();
    const refusal = fail('dial-denied', 'This line may not call 1002.', 'check-number');
    let answer: (result: Result<{ emergency: boolean }>) => void = () => undefined;
    const placing = a.agent.place('1002', new Promise<Result<{ emergency: boolean }>>((resolve) => (answer = resolve)));
    await expect.poll(() => a.microphone.inUse()).toBe(1);
    answer(refusal);
    expect(await placing).toEqual(refusal);
    await expect.poll(() => a.microphone.inUse()).toBe(0);
    expect(a.agent.snapshot().calls).toEqual([]);
    expect(a.trace.filter(({ text }) => text.startsWith('INVITE'))).toEqual([]);
    expect((await a.agent.place('1002', Promise.resolve(ok({ emergency: false })))).ok).toBe(true);
  });
  it('is not placed without a microphone, with a bad number, or without a gateway', async () => {
    const [a] = await pair();
    a.microphone.failure = 'microphone-missing';
    expect(await a.agent.place('1002')).toMatchObject({
      ok: false,
      failure: { reason: 'microphone-unavailable', action: 'choose-microphone' },
    });
    expect(await a.agent.place('12y34')).toMatchObject({
      ok: false,
      failure: { reason: 'invalid-input', action: 'check-number' },
    });
    expect(await a.agent.place('')).toMatchObject({ ok: false, failure: { reason: 'invalid-input' } });
    expect(a.agent.snapshot().calls).toEqual([]);
    const offline = phoneOf('1003');
    expect(await offline.agent.place('1002')).toMatchObject({
      ok: false,
      failure: { reason: 'gateway-unavailable', action: 'retry' },
    });
  });
  it('shows a hostile name as one harmless line', async () => {
    const evil = phoneOf('1001', {
      mint: () => testGrant({ identity: '1001@practice.invalid', displayName: '<b>Asha</b>\u202e gnp' }),
    });
    const b = phoneOf('1002');
    evil.agent.start();
    b.agent.start();
    await Promise.all([evil.registered(), b.registered()]);
    await evil.agent.place('1002');
    expect((await b.call('ringing')).peer).toEqual({
      uri: 'sip:1001@practice.invalid',
      user: '1001',
      displayName: '<b>Asha</b> gnp',
    });
  });
  it.each(['before', 'after'])(
    'is not placed by a phone that is stopped while the system asks for the microphone, whether the wire is quiet %s',
    async (when) => {
      const [a] = await pair();
      const allow = a.microphone.ask();
      const placing = a.agent.place('1002');
      const stopping = a.agent.stop();
      if (when === 'before') await stopping;
      allow();
      expect(await placing).toMatchObject({ ok: false, failure: { reason: 'gateway-unavailable' } });
      await stopping;
      expect([a.microphone.inUse(), a.agent.snapshot().calls]).toEqual([0, []]);
    },
  );
  it('that rings here is left to the other phones of the line when this one stops', async () => {
    const [a, b] = await pair();
    await a.agent.place('1002');
    await b.call('ringing');
    await b.agent.stop();
    expect(await a.call('ended')).toMatchObject({ details: '480 Temporarily Unavailable' });
  });
  it('ends in words, on both sides, when the browser makes no peer connection', async () => {
    const [a, b] = await pair();
    await a.agent.place('1002');
    const { id } = await b.call('ringing');
    // Taken away with the other fakes.
    Object.defineProperty(globalThis, 'RTCPeerConnection', {
      configurable: true,
      value: function refuse() {
        throw new SyntaxError("Failed to construct 'RTCPeerConnection': 'stun://x' is not a valid URL.");
      },
    });
    await b.agent.act(id, { verb: 'answer' });
    expect(await b.call('ended')).toMatchObject({ cause: 'media-failed', answeredAt: null });
    expect(await a.call('ended')).toMatchObject({ cause: 'unreachable', details: '500 Internal Error' });
    expect((await a.agent.place('1002')).ok).toBe(true);
    expect(await a.call('ended')).toMatchObject({ cause: 'media-failed' });
    expect([a.microphone.inUse(), b.microphone.inUse(), a.agent.snapshot().activeCallId]).toEqual([0, 0, null]);
  });
  it('that was redirected after early media has none any more', async () => {
    const [a] = await pair();
    const c = phoneOf('1003');
    c.agent.start();
    await c.registered();
    const early: boolean[] = [];
    a.agent.subscribe(() => {
      const [call] = a.agent.snapshot().calls;
      if (call?.phase === 'ringing' && early.at(-1) !== call.earlyMedia) early.push(call.earlyMedia);
    });
    board().judge = ({ message, text }) => {
      if (message.status !== 180) return 'pass';
      if (early.length > 0) return 'pass';
      const sdp = (connectionOf(0).localDescription?.sdp ?? '').replace('a=setup:actpass', 'a=setup:active');
      const back = text.replace(/^Via:.*switch-.*\r\n/m, '');
      board().inject(
        '1001',
        back
          .replace('180 Ringing', '183 Session Progress')
          .replace(
            /Content-Length: 0\r\n\r\n$/,
            `Content-Type: application/sdp\r\nContent-Length: ${sdp.length}\r\n\r\n${sdp}`,
          ),
      );
      return 'swallow';
    };
    const placed = await a.agent.place('1002');
    await a.until(({ calls }) => calls[0]?.phase === 'ringing' && calls[0].earlyMedia);
    const invite = a.trace.find(({ text }) => text.startsWith('INVITE'))?.text ?? '';
    const message = peek(invite);
    if (message === null || !placed.ok) expect.unreachable();
    board().inject(
      '1001',
      localResponse(message, 302, 'Moved Temporarily').replace(
        'Content-Length: 0',
        'Contact: <sip:1003@practice.invalid>\r\nContent-Length: 0',
      ),
    );
    await c.call('ringing');
    await a.until(({ calls }) => calls[0]?.phase === 'ringing' && !calls[0].earlyMedia);
    expect([early, a.agent.remoteStream(placed.value), a.agent.sounds()]).toEqual([[true, false], null, []]);
  });
  it('plays early media and then needs no ringback', async () => {
    const [a, b] = await pair();
    board().judge = ({ message, text }) => {
      if (message.status === 180) {
        const sdp = connectionOf(0).localDescription?.sdp ?? '';
        const body = sdp.replace('a=setup:actpass', 'a=setup:active');
        const early = text
          .replace('180 Ringing', '183 Session Progress')
          .replace(/^Via:.*switch-.*\r\n/m, '')
          .replace(
            /Content-Length: 0\r\n\r\n$/,
            `Content-Type: application/sdp\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
          );
        board().inject('1001', early);
        return 'swallow';
      }
      return 'pass';
    };
    const placed = await a.agent.place('1002');
    expect(await a.call('ringing')).toMatchObject({ earlyMedia: true });
    if (placed.ok) expect(a.agent.remoteStream(placed.value)).not.toBeNull();
    await b.agent.act((await b.call('ringing')).id, { verb: 'answer' });
    await a.call('active');
  });
});

describe('several calls', () => {
  it('answering a second one holds the first; resuming swaps them', async () => {
    const [a, , aId] = await inCall();
    const c = phoneOf('1003');
    c.agent.start();
    await c.registered();
    await c.agent.place('1001');
    const second = await a.call('ringing');
    expect(a.agent.snapshot().calls[0]?.phase).toBe('active');
    await a.agent.act(second.id, { verb: 'answer' });
    await a.call('active');
    expect(a.agent.snapshot()).toMatchObject({
      activeCallId: second.id,
      calls: [
        { id: aId, phase: 'held' },
        { id: second.id, phase: 'active' },
      ],
    });
    a.agent.act(aId, { verb: 'resume' });
    expect(a.agent.snapshot()).toMatchObject({ activeCallId: aId, calls: [{ phase: 'active' }, { phase: 'held' }] });
    expect(a.microphone.inUse()).toBe(2);
    a.agent.act(second.id, { verb: 'end' });
    await c.call('ended');
    expect(a.microphone.inUse()).toBe(1);
  });
  it('dialling holds the call that is active', async () => {
    const [a, b, aId] = await inCall();
    await a.agent.place('4711');
    expect(a.agent.snapshot().calls.find((call) => call.id === aId)).toMatchObject({ phase: 'held' });
    await b.call('held');
  });
});
