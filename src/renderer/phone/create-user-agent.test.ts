import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakePeerConnection, installFakeWebRtc } from '../../../test/support/fake-peer-connection';
import { grantWithToken, testGrant } from '../../../test/support/grants';
import { createTestPhone, type TestPhone, type TestPhoneOptions } from '../../../test/support/phone';
import { createSwitchboard, type Switchboard } from '../../../test/support/switchboard';

let board: Switchboard;
let phones: TestPhone[];
let uninstall: () => void;

beforeEach(() => {
  board = createSwitchboard();
  phones = [];
  uninstall = installFakeWebRtc();
});
afterEach(async () => {
  board.judge = () => 'pass';
  await Promise.all(phones.map((phone) => phone.agent.stop()));
  uninstall();
});

let tokens = 0;
const phoneOf = (user: string, options: Partial<TestPhoneOptions> = {}): TestPhone => {
  const phone = createTestPhone({
    WebSocket: board.socketsOf(user),
    random: () => 0.1,
    mint: () => {
      tokens += 1;
      return grantWithToken(`secret-${tokens}`, { identity: `${user}@practice.invalid`, instanceId: `6f1f6a8e-53a0-4a4e-9f0b-0d2a4d7c${user}` });
    },
    ...options,
  });
  phones.push(phone);
  return phone;
};
const pair = async (): Promise<[TestPhone, TestPhone]> => {
  const [a, b] = [phoneOf('1001'), phoneOf('1002')];
  a.agent.start();
  b.agent.start();
  await Promise.all([a.registered(), b.registered()]);
  return [a, b];
};
const inCall = async (): Promise<[TestPhone, TestPhone, string, string]> => {
  const [a, b] = await pair();
  const placed = await a.agent.place('1002');
  if (!placed.ok) throw new Error(placed.failure.sentence);
  const rings = await b.call('ringing');
  await b.agent.answer(rings.id);
  await Promise.all([a.call('active'), b.call('active')]);
  return [a, b, placed.value, rings.id];
};
const connectionOf = (index: number): FakePeerConnection => {
  const connection = FakePeerConnection.all[index];
  if (connection === undefined) throw new Error('no such connection');
  return connection;
};
const titles = (phone: TestPhone): string[] => phone.events.map(({ title, detail }) => `${title}: ${detail}`);

describe('registering', () => {
  it('mints, connects, registers, and says so', async () => {
    const a = phoneOf('1001');
    expect(a.agent.snapshot().registration).toEqual({ phase: 'offline' });
    a.agent.start();
    const { registration, grant } = await a.registered();
    expect(registration).toMatchObject({ phase: 'registered' });
    expect(grant).toEqual({ fingerprint: '5f3a91c2', issuedAt: 1_800_000_000_000, expiresAt: 1_800_000_300_000 });
    expect(JSON.stringify(a.agent.snapshot())).not.toContain('secret');
    expect(titles(a)[0]).toBe('Token minted: lives 5:00 \u00b7 5f3a91c2 \u00b7 for calls');
    expect(titles(a)[1]).toMatch(/^Registered: sip:1001@practice\.invalid \u00b7 \d+ ms$/);
    expect(a.marks.map(({ name }) => name)).toEqual(['ringfence:registered']);
    expect(a.trace[0]?.text).toMatch(/^REGISTER sip:practice\.invalid SIP\/2\.0/);
    expect(a.trace[0]?.text).toContain('User-Agent: Ringfence/test');
    expect(a.trace[0]?.text).toContain('+sip.instance="<urn:uuid:6f1f6a8e-53a0-4a4e-9f0b-0d2a4d7c1001>"');
  });
  it('uses a fresh token for each connect, and comes back after a loss', async () => {
    const a = phoneOf('1001');
    a.agent.start();
    await a.registered();
    board.cut('1001');
    await a.until(({ registration }) => registration.phase === 'waiting');
    await a.registered();
    expect(a.grantsGiven()).toBe(2);
    expect(new Set(board.opened).size).toBe(2);
    expect(titles(a)).toContain('Connection lost: closed by the gateway or the network');
  });
  it('does not wait for the back-off when told that the network is back', async () => {
    board.refuseOpen = true;
    const a = phoneOf('1001');
    a.agent.start();
    await a.until(({ registration }) => registration.phase === 'waiting');
    board.refuseOpen = false;
    const before = Date.now();
    a.agent.reconnectNow();
    await a.registered();
    expect(Date.now() - before).toBeLessThan(150);
  });
  it('says after the second refused handshake that the token may be the reason', async () => {
    board.refuseOpen = true;
    const a = phoneOf('1001');
    a.agent.start();
    const first = await a.until(({ registration }) => registration.phase === 'waiting');
    expect(first.registration).toMatchObject({ problem: 'gateway-unreachable', sentence: 'The gateway does not answer.' });
    const second = await a.until(({ registration }) => registration.phase === 'waiting' && registration.attempt === 2);
    expect(second.registration).toMatchObject({ sentence: 'The gateway does not answer or refused the token.' });
    expect(a.grantsGiven()).toBe(2);
  });
  it('mints once more after 401, then says that the token is refused', async () => {
    board.judge = ({ message }) => (message.method === 'REGISTER' ? { status: 401, phrase: 'Unauthorized' } : 'pass');
    const a = phoneOf('1001');
    a.agent.start();
    const { registration } = await a.until((snapshot) => snapshot.registration.phase === 'waiting');
    expect(registration).toMatchObject({ problem: 'token-refused' });
    expect(a.grantsGiven()).toBe(2);
    expect(a.events.map(({ kind }) => kind)).toContain('token-refused');
  });
  it('recovers when only the first token was refused', async () => {
    let refusals = 0;
    board.judge = ({ message }) => {
      if (message.method !== 'REGISTER' || message.kind !== 'request') return 'pass';
      refusals += 1;
      return refusals === 1 ? { status: 403, phrase: 'Forbidden' } : 'pass';
    };
    const a = phoneOf('1001');
    a.agent.start();
    await a.registered();
    expect(a.grantsGiven()).toBe(2);
  });
  it('tells which clock is wrong when the gateway says another time', async () => {
    board.registerHeaders = [`Date: ${new Date(Date.now() - 5 * 60_000).toUTCString()}`];
    const a = phoneOf('1001');
    a.agent.start();
    await a.registered();
    expect(titles(a)).toContain("Clock is wrong: This computer's clock is 5 minutes ahead of the gateway's. Set it right, then try again.");
  });
  it("shows main's sentence when there is no grant, and waits longer when a person is needed", async () => {
    const a = phoneOf('1001', { mint: () => ({ ok: false, failure: { reason: 'key-absent', sentence: 'This profile has no key.', action: 'open-keys' } }) });
    a.agent.start();
    const { registration } = await a.until((snapshot) => snapshot.registration.phase === 'waiting');
    expect(registration).toMatchObject({ problem: 'no-grant', sentence: 'This profile has no key.' });
    if (registration.phase === 'waiting') expect(registration.retryAt - Date.now()).toBeGreaterThan(25_000);
  });
  it('renews make-before-break: registered all the time, REGISTER on the new flow, the old one closed', async () => {
    const a = phoneOf('1001');
    a.agent.start();
    await a.registered();
    const phases = new Set<string>();
    a.agent.subscribe(() => phases.add(a.agent.snapshot().registration.phase));
    a.renew(grantWithToken('renewed', { identity: '1001@practice.invalid', fingerprint: '00000002' }));
    await a.until(({ grant }) => grant?.fingerprint === '00000002');
    await expect.poll(() => a.trace.filter(({ flow, text }) => flow === 2 && text.startsWith('SIP/2.0 200')).length).toBe(1);
    expect([...phases]).toEqual(['registered']);
    expect(board.opened[1]).toContain('token=renewed');
    expect(a.grantsGiven()).toBe(1);
  });
  it('tries a renewal again with another token while the old flow stays', async () => {
    const a = phoneOf('1001');
    a.agent.start();
    await a.registered();
    board.refuseOpen = true;
    a.renew(grantWithToken('renewed', { identity: '1001@practice.invalid', expiresAt: Date.now() + 60_000 }));
    await expect.poll(() => board.opened.length).toBe(2);
    board.refuseOpen = false;
    await expect.poll(() => a.trace.some(({ flow }) => flow === 3)).toBe(true);
    expect(a.agent.snapshot().registration.phase).toBe('registered');
    expect(a.grantsGiven()).toBe(2);
  });
  it('unregisters when stopped', async () => {
    const a = phoneOf('1001');
    a.agent.start();
    await a.registered();
    await a.agent.stop();
    expect(a.trace.filter(({ text }) => text.startsWith('REGISTER')).at(-1)?.text).toContain('Expires: 0');
    expect(a.agent.snapshot().registration).toEqual({ phase: 'offline' });
  });
});

describe('a call', () => {
  it('dials, rings, talks and ends', async () => {
    const [a, b, aId, bId] = await inCall();
    expect(a.agent.snapshot().activeCallId).toBe(aId);
    expect(a.agent.remoteStream(aId)).not.toBeNull();
    expect(connectionOf(0).sender.track).not.toBe(a.microphone.track);
    await expect.poll(() => a.marks.map(({ name }) => name)).toEqual(['ringfence:registered', 'ringfence:invite-sent', 'ringfence:answered', 'ringfence:first-audio']);
    a.agent.end(aId);
    expect(await a.call('ended')).toMatchObject({ cause: 'hung-up' });
    expect(await b.call('ended')).toMatchObject({ cause: 'hung-up-by-peer', id: bId });
    expect([a.microphone.inUse(), b.microphone.inUse()]).toEqual([0, 0]);
    expect(a.agent.snapshot().activeCallId).toBeNull();
    expect(connectionOf(0).sender.track?.readyState).toBe('ended');
    expect(a.microphone.track.readyState).toBe('live');
    expect(a.marks.slice(1).every(({ callId }) => callId === aId)).toBe(true);
    expect(titles(a)).toContain('Calling: 1001 \u2192 1002');
    expect(titles(b)).toContain('Incoming call: 1001 \u2192 1002');
    a.agent.dismiss(aId);
    expect(a.agent.snapshot().calls).toEqual([]);
  });
  it('leaves with the INVITE at the first candidate, however silent the STUN server', async () => {
    uninstall();
    uninstall = installFakeWebRtc({ silentStun: true });
    const [a] = await pair();
    const before = performance.now();
    await a.agent.place('1002');
    await expect.poll(() => a.marks.some(({ name }) => name === 'ringfence:invite-sent'), { interval: 1 }).toBe(true);
    const sent = a.marks.find(({ name }) => name === 'ringfence:invite-sent');
    expect((sent?.at ?? Infinity) - before).toBeLessThan(100);
  });
  it('is cancelled by the caller: cancelled here, missed there', async () => {
    const [a, b] = await pair();
    const placed = await a.agent.place('1002');
    await Promise.all([a.call('ringing'), b.call('ringing')]);
    if (placed.ok) a.agent.end(placed.value);
    expect(await a.call('ended')).toMatchObject({ cause: 'cancelled' });
    expect(await b.call('ended')).toMatchObject({ cause: 'cancelled-by-caller', answeredAt: null });
    expect(titles(b).at(-1)).toMatch(/^Missed call: 1001 \u00b7 rang \d+ s$/);
  });
  it('is declined', async () => {
    const [a, b] = await pair();
    await a.agent.place('1002');
    b.agent.end((await b.call('ringing')).id);
    expect(await a.call('ended')).toMatchObject({ cause: 'declined-by-peer', details: '603 Decline' });
    expect(await b.call('ended')).toMatchObject({ cause: 'declined' });
  });
  it('finds the far end busy', async () => {
    const [a, b] = await pair();
    await a.agent.place('1002');
    b.agent.end((await b.call('ringing')).id, 'busy');
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
    board.judge = ({ message }) => (message.method === 'CANCEL' ? 'swallow' : 'pass');
    const placed = await a.agent.place('1002');
    await b.call('ringing');
    await a.call('ringing');
    let cancel = '';
    board.judge = ({ message, text }) => {
      if (message.method === 'CANCEL' && message.kind === 'request') cancel = text;
      return message.method === 'CANCEL' ? 'swallow' : 'pass';
    };
    if (placed.ok) a.agent.end(placed.value);
    await expect.poll(() => cancel).not.toBe('');
    const invite = b.trace.find(({ text }) => text.startsWith('INVITE'))?.text ?? '';
    const [via = ''] = /^Via: .*$/m.exec(invite) ?? [];
    board.inject('1002', cancel.replace(/^Via: .*$/m, via).replace('\r\n\r\n', '\r\nReason: SIP;cause=200;text="Call completed elsewhere"\r\n\r\n'));
    expect(await b.call('ended')).toMatchObject({ cause: 'answered-elsewhere' });
  });
  it('keeps ringing when the microphone is refused, and can be answered then', async () => {
    const [a, b] = await pair();
    await a.agent.place('1002');
    const { id } = await b.call('ringing');
    b.microphone.failure = 'microphone-refused';
    await b.agent.answer(id);
    expect(b.agent.snapshot().calls[0]).toMatchObject({ phase: 'ringing', problem: 'microphone-refused' });
    expect(a.agent.snapshot().calls[0]).toMatchObject({ phase: 'ringing' });
    b.microphone.failure = null;
    await b.agent.answer(id);
    expect(await b.call('active')).toMatchObject({ problem: null });
    await a.call('active');
  });
  it('is not placed without a microphone, with a bad number, or without a gateway', async () => {
    const [a] = await pair();
    a.microphone.failure = 'microphone-missing';
    expect(await a.agent.place('1002')).toMatchObject({ ok: false, failure: { reason: 'microphone-unavailable', action: 'choose-microphone' } });
    expect(await a.agent.place('12x34')).toMatchObject({ ok: false, failure: { reason: 'invalid-input', action: 'check-number' } });
    expect(await a.agent.place('')).toMatchObject({ ok: false, failure: { reason: 'invalid-input' } });
    expect(a.agent.snapshot().calls).toEqual([]);
    const offline = phoneOf('1003');
    expect(await offline.agent.place('1002')).toMatchObject({ ok: false, failure: { reason: 'gateway-unavailable', action: 'retry' } });
  });
  it('shows a hostile name as one harmless line', async () => {
    const evil = phoneOf('1001', { mint: () => testGrant({ identity: '1001@practice.invalid', displayName: '<b>Asha</b>\u202e gnp' }) });
    const b = phoneOf('1002');
    evil.agent.start();
    b.agent.start();
    await Promise.all([evil.registered(), b.registered()]);
    await evil.agent.place('1002');
    expect((await b.call('ringing')).peer).toEqual({ uri: 'sip:1001@practice.invalid', user: '1001', displayName: '<b>Asha</b> gnp' });
  });
  it('plays early media and then needs no ringback', async () => {
    const [a, b] = await pair();
    board.judge = ({ message, text }) => {
      if (message.status === 180) {
        const sdp = connectionOf(0).localDescription?.sdp ?? '';
        const body = sdp.replace('a=setup:actpass', 'a=setup:active');
        const early = text.replace('180 Ringing', '183 Session Progress').replace(/^Via:.*switch-.*\r\n/m, '').replace(/Content-Length: 0\r\n\r\n$/, `Content-Type: application/sdp\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
        board.inject('1001', early);
        return 'swallow';
      }
      return 'pass';
    };
    const placed = await a.agent.place('1002');
    expect(await a.call('ringing')).toMatchObject({ earlyMedia: true });
    if (placed.ok) expect(a.agent.remoteStream(placed.value)).not.toBeNull();
    await b.agent.answer((await b.call('ringing')).id);
    await a.call('active');
  });
});

describe('mute, hold and digits', () => {
  it('mutes this call and no other', async () => {
    const [a, , aId] = await inCall();
    a.agent.setMuted(aId, true);
    expect(connectionOf(0).sender.track?.enabled).toBe(false);
    expect(a.microphone.track.enabled).toBe(true);
    expect(a.agent.snapshot().calls[0]?.muted).toBe(true);
    a.agent.setMuted(aId, false);
    expect(connectionOf(0).sender.track?.enabled).toBe(true);
  });
  it('holds and resumes, seen from both sides, and stays muted through it', async () => {
    const [a, b, aId] = await inCall();
    a.agent.setMuted(aId, true);
    a.agent.hold(aId);
    expect(a.agent.snapshot()).toMatchObject({ activeCallId: null, calls: [{ phase: 'held', hold: { byUs: true, byPeer: false } }] });
    expect(await b.call('held')).toMatchObject({ hold: { byUs: false, byPeer: true } });
    await expect.poll(() => connectionOf(0).transceiver.currentDirection).toBe('sendonly');
    a.agent.resume(aId);
    await b.call('active');
    await a.call('active');
    await expect.poll(() => connectionOf(0).transceiver.currentDirection).toBe('sendrecv');
    expect(connectionOf(0).sender.track?.enabled).toBe(false);
    expect(a.agent.snapshot().activeCallId).toBe(aId);
    expect(titles(a).filter((title) => title.startsWith('On hold') || title.startsWith('Resumed'))).toEqual(['On hold: 1002', 'Resumed: 1002']);
  });
  it('both may hold; each resumes its own', async () => {
    const [a, b, aId, bId] = await inCall();
    a.agent.hold(aId);
    await b.call('held');
    b.agent.hold(bId);
    await a.until(({ calls }) => calls[0]?.phase === 'held' && calls[0].hold.byPeer);
    a.agent.resume(aId);
    await b.until(({ calls }) => calls[0]?.phase === 'held' && !calls[0].hold.byPeer);
    expect(a.agent.snapshot().calls[0]).toMatchObject({ phase: 'held', hold: { byUs: false, byPeer: true } });
    b.agent.resume(bId);
    await Promise.all([a.call('active'), b.call('active')]);
  });
  it('a refused hold does not end the call, and the next one works', async () => {
    const [a, b, aId] = await inCall();
    board.judge = ({ message }) => (message.kind === 'request' && message.method === 'INVITE' ? { status: 488, phrase: 'Not Acceptable Here' } : 'pass');
    a.agent.hold(aId);
    const { calls } = await a.until((snapshot) => snapshot.calls[0]?.problem === 'hold-failed');
    expect(calls[0]?.phase).toBe('active');
    expect(connectionOf(0).signalingState).toBe('stable');
    expect(connectionOf(0).sender.track?.enabled).toBe(true);
    board.judge = () => 'pass';
    a.agent.hold(aId);
    await b.call('held');
    await a.until((snapshot) => snapshot.calls[0]?.problem === null);
    expect(board.story.filter((line) => line.includes('BYE'))).toEqual([]);
  });
  it('glare: both hold at once, and both end up held', async () => {
    const [a, b, aId, bId] = await inCall();
    a.agent.hold(aId);
    b.agent.hold(bId);
    const both = ({ calls }: { readonly calls: readonly object[] }): boolean => JSON.stringify(calls[0]).includes('"byUs":true,"byPeer":true');
    await Promise.all([a.until(both), b.until(both)]);
    expect(board.story.filter((line) => line.includes('491'))).not.toEqual([]);
    expect(board.story.filter((line) => line.includes('BYE'))).toEqual([]);
  }, 15_000);
  it('digits typed fast arrive all, in order, and are told as stars', async () => {
    const [a, , aId] = await inCall();
    for (const digit of '12#9') a.agent.sendDigits(aId, digit);
    await expect.poll(() => connectionOf(0).dtmf.sounded, { timeout: 3_000 }).toEqual(['1', '2', '#', '9']);
    expect(a.agent.snapshot().calls[0]?.sentDigits).toBe('12#9');
    expect(titles(a).filter((title) => title.startsWith('Keypad'))).toEqual(Array.from({ length: 4 }, () => 'Keypad: 1002 \u00b7 *'));
  });
  it('digits travel by INFO where the far end takes no telephone-event, redacted on the tap', async () => {
    uninstall();
    uninstall = installFakeWebRtc({ telephoneEvent: false });
    const [a, , aId] = await inCall();
    a.agent.sendDigits(aId, '4*');
    await expect.poll(() => a.trace.filter(({ text }) => text.startsWith('INFO')).length, { timeout: 3_000 }).toBe(2);
    const infos = a.trace.filter(({ text }) => text.startsWith('INFO')).map(({ text }) => text);
    expect(infos.every((text) => text.includes('application/dtmf-relay') && text.includes('Signal=*'))).toBe(true);
  });
  it('puts another microphone on a live call, as muted as before', async () => {
    const [a, , aId] = await inCall();
    a.agent.setMuted(aId, true);
    const before = connectionOf(0).sender.track;
    await a.agent.useMicrophone(new MediaStream([a.microphone.track as unknown as MediaStreamTrack]));
    expect(connectionOf(0).sender.track).not.toBe(before);
    expect(connectionOf(0).sender.track?.enabled).toBe(false);
    expect(before?.readyState).toBe('ended');
    expect(board.story.filter((line) => line.includes('INVITE sip:')).length).toBe(1);
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
    await a.agent.answer(second.id);
    await a.call('active');
    expect(a.agent.snapshot()).toMatchObject({ activeCallId: second.id, calls: [{ id: aId, phase: 'held' }, { id: second.id, phase: 'active' }] });
    a.agent.resume(aId);
    expect(a.agent.snapshot()).toMatchObject({ activeCallId: aId, calls: [{ phase: 'active' }, { phase: 'held' }] });
    expect(a.microphone.inUse()).toBe(2);
    a.agent.end(second.id);
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

describe('a flow lost during a call', () => {
  it('the call lives on, and the peer can hang up after the return', async () => {
    const [a, b, aId, bId] = await inCall();
    board.cut('1001');
    await a.until(({ calls }) => calls[0]?.phase === 'recovering');
    expect(connectionOf(0).signalingState).toBe('stable');
    await a.registered();
    expect(await a.call('active')).toMatchObject({ id: aId });
    b.agent.end(bId);
    expect(await a.call('ended')).toMatchObject({ cause: 'hung-up-by-peer' });
  });
  it('hanging up meanwhile ends it here at once, and there when the flow is back', async () => {
    const [a, b, aId] = await inCall();
    board.refuseOpen = true;
    board.cut('1001');
    await a.until(({ calls }) => calls[0]?.phase === 'recovering');
    a.agent.end(aId);
    expect(await a.call('ended')).toMatchObject({ cause: 'hung-up' });
    expect(b.agent.snapshot().calls[0]?.phase).toBe('active');
    board.refuseOpen = false;
    expect(await b.call('ended')).toMatchObject({ cause: 'hung-up-by-peer' });
  });
  it('a call that nobody answered yet ends as unreachable', async () => {
    const [a] = await pair();
    await a.agent.place('1002');
    await a.call('ringing');
    board.cut('1001');
    expect(await a.call('ended')).toMatchObject({ cause: 'unreachable' });
  });
  it('restarts ICE when the media path breaks, and not while the flow is down', async () => {
    const [a, , aId] = await inCall();
    board.refuseOpen = true;
    board.cut('1001');
    await a.until(({ calls }) => calls[0]?.phase === 'recovering');
    connectionOf(0).setIce('disconnected');
    connectionOf(0).setIce('failed');
    expect(a.agent.snapshot().calls[0]).toMatchObject({ id: aId, phase: 'recovering' });
    board.refuseOpen = false;
    await a.call('active');
    await expect.poll(() => connectionOf(0).localDescription?.sdp).toContain('ice-ufrag:gen1');
    connectionOf(0).setIce('connected');
    expect(a.agent.snapshot().calls[0]?.phase).toBe('active');
  });
});
