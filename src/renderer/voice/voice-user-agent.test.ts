import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asMediaStream, FakeStream, FakeTrack } from '../../../test/support/phones/fake-media';
import { installFakeWebRtc } from '../../../test/support/phones/fake-peer-connection';
import { ANSWER, openVoiceFixture, gathered } from '../../../test/support/servers/voice-fixture';
import { fail, ok, type Result } from '../../contracts/base/result';
import { CONNECT_WITHIN } from './voice-call';

let uninstall: () => void;
beforeEach(() => {
  uninstall = installFakeWebRtc({ address: '192.0.2.7' });
});
afterEach(() => uninstall());

describe('the phone of a line with an assistant', () => {
  it('is ready without registering, and offers sound and the data channel', async () => {
    const { agent, talk, offers, connection, channel, call, events } = openVoiceFixture();
    expect(agent.snapshot()).toMatchObject({ registration: { phase: 'ready' }, grant: null, calls: [] });
    await talk();
    expect(offers[0]).toContain('a=candidate:');
    expect(channel().label).toBe('oai-events');
    expect(connection().configuration).toMatchObject({ iceServers: [{ urls: ['stun:stun.invalid:3478'] }] });
    expect(call()).toMatchObject({
      phase: 'active',
      assistant: true,
      direction: 'outgoing',
      peer: { user: 'gpt-realtime', displayName: 'Assistant' },
    });
    expect(agent.sounds()).toHaveLength(1);
    expect(events.map(({ title }) => title)).toEqual(['Calling', 'Answered']);
  });

  it('is in the call only when sound and data channel both are there', async () => {
    const { agent, clock, connection, channel, call } = openVoiceFixture();
    void agent.place('');
    expect(await clock.settle().then(() => call().phase)).toBe('dialing');
    await gathered(connection);
    await clock.advance(10);
    expect(call().phase).toBe('connecting');
    channel().open();
    expect(call().phase).toBe('active');
  });

  it('mutes, and on hold sends and plays nothing', async () => {
    const { agent, talk, connection, call } = openVoiceFixture();
    await talk();
    const { sender, receiver } = connection();
    agent.act('call-1', { verb: 'mute', on: true });
    expect(sender.track?.enabled).toBe(false);
    agent.act('call-1', { verb: 'mute', on: false });
    expect(sender.track?.enabled).toBe(true);
    agent.act('call-1', { verb: 'hold' });
    expect(call().phase).toBe('held');
    expect([sender.track, receiver.track.enabled]).toEqual([null, false]);
    // Another microphone does not end the hold.
    await agent.useMicrophone(asMediaStream(new FakeStream([new FakeTrack('Another')])));
    expect(sender.track).toBeNull();
    agent.act('call-1', { verb: 'resume' });
    expect([sender.track?.label, receiver.track.enabled, call().phase]).toEqual(['Another', true, 'active']);
  });

  it('ends a call here and at the system, and lets the microphone go', async () => {
    const { agent, clock, talk, hungUp, connection, call, microphone, device } = openVoiceFixture();
    await talk();
    agent.act('call-1', { verb: 'end' });
    expect(hungUp).toEqual(['main-1']);
    expect(call()).toMatchObject({ phase: 'ended', cause: 'hung-up' });
    expect([connection().signalingState, microphone.inUse, device.clones[0]?.readyState]).toEqual([
      'closed',
      0,
      'ended',
    ]);
    await clock.advance(5_000);
    expect(agent.snapshot().calls).toEqual([]);
  });

  it('ends when the far end closes', async () => {
    const remote = openVoiceFixture();
    await remote.talk();
    remote.channel().close();
    expect(remote.call()).toMatchObject({ phase: 'ended', cause: 'hung-up-by-peer' });
    expect(remote.hungUp).toEqual(['main-1']);
  });

  it('waits for a way that is interrupted, and ends when it is lost', async () => {
    const lost = openVoiceFixture();
    await lost.talk();
    lost.connection().setIce('disconnected');
    expect(lost.call().phase).toBe('recovering');
    lost.connection().setIce('connected');
    expect(lost.call().phase).toBe('active');
    lost.connection().setIce('failed');
    expect(lost.call()).toMatchObject({ phase: 'ended', cause: 'connection-lost' });
  });

  it('ends when nothing comes', async () => {
    const silent = openVoiceFixture();
    void silent.agent.place('');
    await gathered(silent.connection);
    await silent.clock.advance(CONNECT_WITHIN + 100);
    expect(silent.call()).toMatchObject({ phase: 'ended', cause: 'unreachable' });
    expect(silent.hungUp).toEqual(['main-1']);
  });

  it('given up while main places it, is hung up as soon as it has a name', async () => {
    let answer: (result: Result<{ callId: string; answer: string }>) => void = () => undefined;
    const { agent, clock, connection, call, hungUp } = openVoiceFixture(new Promise((resolve) => (answer = resolve)));
    const placed = agent.place('');
    await gathered(connection);
    await clock.advance(10);
    agent.act('call-1', { verb: 'end' });
    expect(call()).toMatchObject({ phase: 'ended', cause: 'cancelled' });
    answer(ok({ callId: 'main-9', answer: ANSWER }));
    expect(await placed).toEqual(ok('call-1'));
    expect(hungUp).toEqual(['main-9']);
  });

  it('given up before its offer is made, is over at once: nothing is placed, and the next call can be', async () => {
    const { agent, clock, offers, call, microphone, hungUp } = openVoiceFixture();
    const placed = agent.place('');
    await clock.settle();
    expect(call().phase).toBe('dialing');
    agent.act('call-1', { verb: 'end' });
    expect(await placed).toEqual(ok('call-1'));
    await clock.advance(10_000);
    expect([offers, hungUp, microphone.inUse]).toEqual([[], [], 0]);
  });

  it('is not placed on a line that is not in use any more, however late the microphone comes', async () => {
    const { agent, clock, device, offers, microphone, acquiring } = openVoiceFixture();
    let permit: (result: Result<{ emergency: boolean }>) => void = () => undefined;
    const asked = agent.place('', new Promise((resolve) => (permit = resolve)));
    await agent.stop();
    permit(ok({ emergency: false }));
    expect(await asked).toMatchObject({ ok: false, failure: { reason: 'cancelled' } });
    expect(device.clones).toHaveLength(0);

    agent.start();
    let come = (): void => undefined;
    acquiring.when = new Promise((resolve) => (come = resolve));
    const late = agent.place('');
    await clock.settle();
    await agent.stop();
    come();
    expect(await late).toMatchObject({ ok: false, failure: { reason: 'cancelled' } });
    expect([
      agent.snapshot().calls,
      offers,
      microphone.inUse,
      device.clones.every(({ readyState }) => readyState === 'ended'),
    ]).toEqual([[], [], 0, true]);
  });

  it('says what main says when it is refused, and leaves nothing behind', async () => {
    const { agent, clock, connection, microphone } = openVoiceFixture(
      Promise.resolve(fail('key-absent', 'There is no key.', 'open-keys')),
    );
    const placed = agent.place('');
    await gathered(connection);
    await clock.advance(10);
    expect(await placed).toMatchObject({ ok: false, failure: { reason: 'key-absent', action: 'open-keys' } });
    expect([agent.snapshot().calls, microphone.inUse, connection().signalingState]).toEqual([[], 0, 'closed']);
  });

  it('an answer that is none ends the call', async () => {
    const { agent, clock, connection, call, hungUp } = openVoiceFixture(
      Promise.resolve(ok({ callId: 'main-1', answer: '{"error":{}}' })),
    );
    const placed = agent.place('');
    await gathered(connection);
    await clock.advance(10);
    await placed;
    expect(call()).toMatchObject({ phase: 'ended', cause: 'not-acceptable' });
    expect(hungUp).toEqual(['main-1']);
  });

  it('has one call at a time, none without a microphone, and none that the policy refuses', async () => {
    const { agent, talk, microphone, offers } = openVoiceFixture();
    expect(await agent.place('', Promise.resolve(fail('outside-hours', 'Closed.')))).toMatchObject({
      ok: false,
      failure: { reason: 'outside-hours' },
    });
    expect([microphone.inUse, offers]).toEqual([0, []]);
    microphone.failure = 'microphone-missing';
    expect(await agent.place('')).toMatchObject({ ok: false, failure: { reason: 'microphone-unavailable' } });
    microphone.failure = null;
    await talk();
    expect(await agent.place('')).toMatchObject({ ok: false, failure: { reason: 'rate-limited' } });
    expect(microphone.inUse).toBe(1);
  });

  it('main ends a call: the cause is shown, and what was handed over stays until it is read', async () => {
    const { agent, talk, clock, tell, call } = openVoiceFixture();
    await talk();
    tell({ callId: 'another', cause: 'time-limit', details: '' });
    expect(call().phase).toBe('active');
    tell({ callId: 'main-1', cause: 'handed-over', details: 'Asha wants her invoice.' });
    expect(call()).toMatchObject({ phase: 'ended', cause: 'handed-over', details: 'Asha wants her invoice.' });
    await clock.advance(60_000);
    expect(agent.snapshot().calls).toHaveLength(1);
    agent.act('call-1', { verb: 'dismiss' });
    expect(agent.snapshot().calls).toEqual([]);
  });

  it('stopping ends everything', async () => {
    const { agent, talk, hungUp, microphone } = openVoiceFixture();
    await talk();
    await agent.stop();
    expect([hungUp, microphone.inUse, agent.snapshot()]).toMatchObject([
      ['main-1'],
      0,
      { registration: { phase: 'offline' }, calls: [], activeCallId: null },
    ]);
  });
});
