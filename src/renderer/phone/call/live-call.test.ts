import { describe, expect, it } from 'vitest';
import { grantWithToken } from '../../../../test/support/phones/grants';
import { connectionOf, titlesOf, setUpSwitchboard } from '../../../../test/support/phones/switchboard-phones';

const { board, inCall, pair, webRtc } = setUpSwitchboard();

describe('mute, hold and digits', () => {
  it('mutes this call and no other', async () => {
    const [a, , aId] = await inCall();
    a.agent.act(aId, { verb: 'mute', on: true });
    expect(connectionOf(0).sender.track?.enabled).toBe(false);
    expect(a.microphone.track.enabled).toBe(true);
    expect(a.agent.snapshot().calls[0]?.muted).toBe(true);
    a.agent.act(aId, { verb: 'mute', on: false });
    expect(connectionOf(0).sender.track?.enabled).toBe(true);
  });
  it('holds and resumes, seen from both sides, and stays muted through it', async () => {
    const [a, b, aId] = await inCall();
    a.agent.act(aId, { verb: 'mute', on: true });
    a.agent.act(aId, { verb: 'hold' });
    expect(a.agent.snapshot()).toMatchObject({
      activeCallId: null,
      calls: [{ phase: 'held', hold: { byUs: true, byPeer: false } }],
    });
    expect(await b.call('held')).toMatchObject({ hold: { byUs: false, byPeer: true } });
    await expect.poll(() => connectionOf(0).transceiver.currentDirection).toBe('sendonly');
    a.agent.act(aId, { verb: 'resume' });
    await b.call('active');
    await a.call('active');
    await expect.poll(() => connectionOf(0).transceiver.currentDirection).toBe('sendrecv');
    expect(connectionOf(0).sender.track?.enabled).toBe(false);
    expect(a.agent.snapshot().activeCallId).toBe(aId);
    expect(titlesOf(a).filter((title) => title.startsWith('On hold') || title.startsWith('Resumed'))).toEqual([
      'On hold: 1002',
      'Resumed: 1002',
    ]);
  });
  it('both may hold; each resumes its own', async () => {
    const [a, b, aId, bId] = await inCall();
    a.agent.act(aId, { verb: 'hold' });
    await b.call('held');
    b.agent.act(bId, { verb: 'hold' });
    await a.until(({ calls }) => calls[0]?.phase === 'held' && calls[0].hold.byPeer);
    a.agent.act(aId, { verb: 'resume' });
    await b.until(({ calls }) => calls[0]?.phase === 'held' && !calls[0].hold.byPeer);
    expect(a.agent.snapshot().calls[0]).toMatchObject({ phase: 'held', hold: { byUs: false, byPeer: true } });
    b.agent.act(bId, { verb: 'resume' });
    await Promise.all([a.call('active'), b.call('active')]);
  });
  it('a refused hold does not end the call, and the next one works', async () => {
    const [a, b, aId] = await inCall();
    board().judge = ({ message }) =>
      message.kind === 'request' && message.method === 'INVITE'
        ? { status: 488, phrase: 'Not Acceptable Here' }
        : 'pass';
    a.agent.act(aId, { verb: 'hold' });
    const { calls } = await a.until((snapshot) => snapshot.calls[0]?.problem === 'hold-failed');
    expect(calls[0]?.phase).toBe('active');
    expect(connectionOf(0).signalingState).toBe('stable');
    expect(connectionOf(0).sender.track?.enabled).toBe(true);
    board().judge = () => 'pass';
    a.agent.act(aId, { verb: 'hold' });
    await b.call('held');
    await a.until((snapshot) => snapshot.calls[0]?.problem === null);
    expect(board().story.filter((line) => line.includes('BYE'))).toEqual([]);
  });
  it('glare: both hold at once, and both end up held', async () => {
    const [a, b, aId, bId] = await inCall();
    a.agent.act(aId, { verb: 'hold' });
    b.agent.act(bId, { verb: 'hold' });
    const both = ({ calls }: { readonly calls: readonly object[] }): boolean =>
      JSON.stringify(calls[0]).includes('"byUs":true,"byPeer":true');
    await Promise.all([a.until(both), b.until(both)]);
    expect(board().story.filter((line) => line.includes('491'))).not.toEqual([]);
    expect(board().story.filter((line) => line.includes('BYE'))).toEqual([]);
  }, 15_000);
  it('digits typed fast arrive all, in order, and are told as stars', async () => {
    const [a, , aId] = await inCall();
    for (const digit of '12#9') a.agent.act(aId, { verb: 'send-digits', digits: digit });
    await expect.poll(() => connectionOf(0).dtmf.sounded, { timeout: 3_000 }).toEqual(['1', '2', '#', '9']);
    expect(a.agent.snapshot().calls[0]?.sentDigits).toBe('12#9');
    expect(titlesOf(a).filter((title) => title.startsWith('Keypad'))).toEqual(
      Array.from({ length: 4 }, () => 'Keypad: 1002 \u00b7 *'),
    );
  });
  it('digits travel by INFO where the far end takes no telephone-event, redacted on the tap', async () => {
    webRtc({ telephoneEvent: false });
    const [a, , aId] = await inCall();
    a.agent.act(aId, { verb: 'send-digits', digits: '4*' });
    await expect.poll(() => a.trace.filter(({ text }) => text.startsWith('INFO')).length, { timeout: 3_000 }).toBe(2);
    const infos = a.trace.filter(({ text }) => text.startsWith('INFO')).map(({ text }) => text);
    expect(infos.every((text) => text.includes('application/dtmf-relay') && text.includes('Signal=*'))).toBe(true);
  });
  it('puts another microphone on a live call, as muted as before', async () => {
    const [a, , aId] = await inCall();
    a.agent.act(aId, { verb: 'mute', on: true });
    const before = connectionOf(0).sender.track;
    await a.agent.useMicrophone(new MediaStream([a.microphone.track as unknown as MediaStreamTrack]));
    expect(connectionOf(0).sender.track).not.toBe(before);
    expect(connectionOf(0).sender.track?.enabled).toBe(false);
    expect(before?.readyState).toBe('ended');
    expect(board().story.filter((line) => line.includes('INVITE sip:')).length).toBe(1);
  });
});

describe('a flow lost during a call', () => {
  it('the call lives on, and the peer can hang up after the return', async () => {
    const [a, b, aId, bId] = await inCall();
    board().cut('1001');
    await a.until(({ calls }) => calls[0]?.phase === 'recovering');
    expect(connectionOf(0).signalingState).toBe('stable');
    await a.registered();
    expect(await a.call('active')).toMatchObject({ id: aId });
    b.agent.act(bId, { verb: 'end' });
    expect(await a.call('ended')).toMatchObject({ cause: 'hung-up-by-peer' });
  });
  it('hanging up meanwhile ends it here at once, and there when the flow is back', async () => {
    const [a, b, aId] = await inCall();
    board().refuseOpen = true;
    board().cut('1001');
    await a.until(({ calls }) => calls[0]?.phase === 'recovering');
    a.agent.act(aId, { verb: 'end' });
    expect(await a.call('ended')).toMatchObject({ cause: 'hung-up' });
    expect(b.agent.snapshot().calls[0]?.phase).toBe('active');
    board().refuseOpen = false;
    expect(await b.call('ended')).toMatchObject({ cause: 'hung-up-by-peer' });
  });
  it('digits sound meanwhile, as the voice does', async () => {
    const [a, , aId] = await inCall();
    board().refuseOpen = true;
    board().cut('1001');
    await a.until(({ calls }) => calls[0]?.phase === 'recovering');
    a.agent.act(aId, { verb: 'send-digits', digits: '12' });
    await expect.poll(() => connectionOf(0).dtmf.sounded, { timeout: 3_000 }).toEqual(['1', '2']);
    expect(a.agent.snapshot().calls[0]).toMatchObject({ phase: 'recovering', sentDigits: '12', problem: null });
  });
  it('digits wait for a path of the sound that broke', async () => {
    const [a, , aId] = await inCall();
    connectionOf(0).setIce('disconnected');
    a.agent.act(aId, { verb: 'send-digits', digits: '5' });
    expect(connectionOf(0).dtmf.sounded).toEqual([]);
    connectionOf(0).setIce('connected');
    await expect.poll(() => connectionOf(0).dtmf.sounded).toEqual(['5']);
  });
  it('a call that nobody answered yet ends as unreachable', async () => {
    const [a, b] = await pair();
    await a.agent.place('1002');
    await a.call('ringing');
    board().cut('1001');
    expect(await a.call('ended')).toMatchObject({ cause: 'unreachable' });
    // The far end does not ring for nobody once the flow is back.
    await a.registered();
    expect(await b.call('ended')).toMatchObject({ cause: 'cancelled-by-caller' });
  });
  it('a call that rings here ends as lost when the flow that it came by breaks after its successor was opened', async () => {
    const [a, b] = await pair();
    await a.agent.place('1002');
    await b.call('ringing');
    b.renew(grantWithToken('renewed', { identity: '1002@practice.invalid', fingerprint: '00000002' }));
    await b.until(({ grant }) => grant?.fingerprint === '00000002');
    board().cut('1002', 'oldest');
    expect(await b.call('ended')).toMatchObject({ cause: 'connection-lost' });
    expect(await a.call('ended')).toMatchObject({ cause: 'unreachable' });
  });
  it('a call that rings here ends as lost, and the gateway is told when it is back', async () => {
    const [a, b] = await pair();
    await a.agent.place('1002');
    await b.call('ringing');
    board().cut('1002');
    expect(await b.call('ended')).toMatchObject({ cause: 'connection-lost' });
    expect(await a.call('ended')).toMatchObject({ cause: 'unreachable' });
  });
  it('restarts ICE when the media path breaks, and not while the flow is down', async () => {
    const [a, , aId] = await inCall();
    board().refuseOpen = true;
    board().cut('1001');
    await a.until(({ calls }) => calls[0]?.phase === 'recovering');
    connectionOf(0).setIce('disconnected');
    connectionOf(0).setIce('failed');
    expect(a.agent.snapshot().calls[0]).toMatchObject({ id: aId, phase: 'recovering' });
    board().refuseOpen = false;
    await expect.poll(() => connectionOf(0).localDescription?.sdp).toContain('ice-ufrag:gen1');
    // The flow is back; what the agent hears is not.
    expect(a.agent.snapshot().calls[0]?.phase).toBe('recovering');
    connectionOf(0).setIce('connected');
    expect(a.agent.snapshot().calls[0]?.phase).toBe('active');
  });
});
