import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock';
import { asMediaStream, FakeStream, FakeTrack } from '../../../test/support/fake-media';
import { FakePeerConnection, installFakeWebRtc } from '../../../test/support/fake-peer-connection';
import type { Call } from '../../contracts/call';
import { profile as profileSchema } from '../../contracts/profile';
import { fail, ok, type Result } from '../../contracts/result';
import type { TranscriptLine } from '../../contracts/transcript';
import type { VoiceEnded, VoiceToolCall } from '../../contracts/voice';
import type { EngineEvent, MicrophoneFailure } from '../phone/user-agent';
import { CONNECT_WITHIN } from './voice-call';
import { createVoiceUserAgent } from './voice-user-agent';

let uninstall: () => void;
beforeEach(() => {
  uninstall = installFakeWebRtc({ address: '192.0.2.7' });
});
afterEach(() => uninstall());

const profile = profileSchema.parse({
  id: 'assistant',
  name: 'Front desk',
  environment: 'development',
  provider: { kind: 'openai-realtime' },
  identity: '',
  gatewayUrl: '',
  presentation: { kind: 'main-injected' },
  policy: { purposes: ['voice'] },
});
const ANSWER = 'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=sendrecv\r\n';

function setUp(placing: Promise<Result<{ callId: string; answer: string }>> = Promise.resolve(ok({ callId: 'main-1', answer: ANSWER }))) {
  const clock = createFakeClock();
  const device = new FakeTrack();
  const offers: string[] = [];
  const hungUp: string[] = [];
  const toolCalls: VoiceToolCall[] = [];
  const transcripts = new Map<string, readonly TranscriptLine[]>();
  const events: EngineEvent[] = [];
  const microphone = { failure: null as MicrophoneFailure['reason'] | null, inUse: 0 };
  let told: (ended: VoiceEnded) => void = () => undefined;
  let ids = 0;
  const agent = createVoiceUserAgent({
    profile,
    clock,
    line: {
      place: (offer) => {
        offers.push(offer);
        return placing;
      },
      hangUp: (callId) => {
        hungUp.push(callId);
        return Promise.resolve(ok(null));
      },
      runTool: (call) => {
        toolCalls.push(call);
        return Promise.resolve(call.name === 'end_call' ? ok({ output: '{"done":true}' }) : fail('invalid-input', 'No such tool.'));
      },
      onEnded: (listener) => {
        told = listener;
        return () => undefined;
      },
    },
    microphone: {
      acquire: () => {
        if (microphone.failure !== null) return Promise.resolve({ ok: false, failure: { reason: microphone.failure } });
        microphone.inUse += 1;
        return Promise.resolve(ok(asMediaStream(new FakeStream([device]))));
      },
      release: () => {
        microphone.inUse -= 1;
      },
    },
    newId: () => `call-${(ids += 1)}`,
    mark: () => undefined,
    onTranscript: (id, lines) => void transcripts.set(id, lines),
  });
  agent.onEvent((event) => events.push(event));
  agent.start();
  const connection = (): FakePeerConnection => {
    const last = FakePeerConnection.all.at(-1);
    if (last === undefined) throw new Error('no connection');
    return last;
  };
  const channel = () => {
    const { channel: made } = connection();
    if (made === null) throw new Error('no data channel');
    return made;
  };
  const call = (): Call => {
    const last = agent.snapshot().calls.at(-1);
    if (last === undefined) throw new Error('no call');
    return last;
  };
  /** Places a call and lets it be answered. */
  const talk = async (): Promise<void> => {
    const placed = agent.place('');
    await gathered(connection);
    await clock.advance(10);
    expect(await placed).toEqual(ok('call-1'));
    channel().open();
    await clock.settle();
    expect(call().phase).toBe('active');
  };
  return { agent, clock, device, offers, hungUp, toolCalls, transcripts, events, microphone, tell: (ended: VoiceEnded) => told(ended), connection, channel, call, talk };
}

/** The fake gathers in real time, 1 ms; the gate waits by the fake clock. */
async function gathered(connection: () => FakePeerConnection): Promise<void> {
  const there = (): boolean => FakePeerConnection.all.length > 0 && connection().localDescription?.sdp.includes('a=candidate:') === true;
  while (!there()) await new Promise(setImmediate);
}

describe('the phone of a line with an assistant', () => {
  it('is ready without registering, and offers sound and the data channel', async () => {
    const { agent, talk, offers, channel, call, events } = setUp();
    expect(agent.snapshot()).toMatchObject({ registration: { phase: 'ready' }, grant: null, calls: [] });
    await talk();
    expect(offers[0]).toContain('a=candidate:');
    expect(channel().label).toBe('oai-events');
    expect(call()).toMatchObject({ phase: 'active', assistant: true, direction: 'outgoing', peer: { user: 'gpt-realtime', displayName: 'Assistant' } });
    expect(agent.sounds()).toHaveLength(1);
    expect(events.map(({ title }) => title)).toEqual(['Calling', 'Answered']);
  });

  it('is in the call only when sound and data channel both are there', async () => {
    const { agent, clock, connection, channel, call } = setUp();
    void agent.place('');
    expect(await clock.settle().then(() => call().phase)).toBe('dialing');
    await gathered(connection);
    await clock.advance(10);
    expect(call().phase).toBe('connecting');
    channel().open();
    expect(call().phase).toBe('active');
  });

  it('mutes, and on hold sends and plays nothing', async () => {
    const { agent, talk, connection, call } = setUp();
    await talk();
    const { sender, receiver } = connection();
    agent.setMuted('call-1', true);
    expect(sender.track?.enabled).toBe(false);
    agent.setMuted('call-1', false);
    expect(sender.track?.enabled).toBe(true);
    agent.hold('call-1');
    expect(call().phase).toBe('held');
    expect([sender.track, receiver.track.enabled]).toEqual([null, false]);
    // Another microphone does not end the hold.
    await agent.useMicrophone(asMediaStream(new FakeStream([new FakeTrack('Another')])));
    expect(sender.track).toBeNull();
    agent.resume('call-1');
    expect([sender.track?.label, receiver.track.enabled, call().phase]).toEqual(['Another', true, 'active']);
  });

  it('ends a call here and at the system, and lets the microphone go', async () => {
    const { agent, clock, talk, hungUp, connection, call, microphone, device } = setUp();
    await talk();
    agent.end('call-1');
    expect(hungUp).toEqual(['main-1']);
    expect(call()).toMatchObject({ phase: 'ended', cause: 'hung-up' });
    expect([connection().signalingState, microphone.inUse, device.clones[0]?.readyState]).toEqual(['closed', 0, 'ended']);
    await clock.advance(5_000);
    expect(agent.snapshot().calls).toEqual([]);
  });

  it('ends when the far end closes', async () => {
    const remote = setUp();
    await remote.talk();
    remote.channel().close();
    expect(remote.call()).toMatchObject({ phase: 'ended', cause: 'hung-up-by-peer' });
    expect(remote.hungUp).toEqual(['main-1']);
  });

  it('waits for a way that is interrupted, and ends when it is lost', async () => {
    const lost = setUp();
    await lost.talk();
    lost.connection().setIce('disconnected');
    expect(lost.call().phase).toBe('recovering');
    lost.connection().setIce('connected');
    expect(lost.call().phase).toBe('active');
    lost.connection().setIce('failed');
    expect(lost.call()).toMatchObject({ phase: 'ended', cause: 'connection-lost' });
  });

  it('ends when nothing comes', async () => {
    const silent = setUp();
    void silent.agent.place('');
    await gathered(silent.connection);
    await silent.clock.advance(CONNECT_WITHIN + 100);
    expect(silent.call()).toMatchObject({ phase: 'ended', cause: 'unreachable' });
    expect(silent.hungUp).toEqual(['main-1']);
  });

  it('given up while main places it, is hung up as soon as it has a name', async () => {
    let answer: (result: Result<{ callId: string; answer: string }>) => void = () => undefined;
    const { agent, clock, connection, call, hungUp } = setUp(new Promise((resolve) => (answer = resolve)));
    const placed = agent.place('');
    await gathered(connection);
    await clock.advance(10);
    agent.end('call-1');
    expect(call()).toMatchObject({ phase: 'ended', cause: 'cancelled' });
    answer(ok({ callId: 'main-9', answer: ANSWER }));
    expect(await placed).toEqual(ok('call-1'));
    expect(hungUp).toEqual(['main-9']);
  });

  it('says what main says when it is refused, and leaves nothing behind', async () => {
    const { agent, clock, connection, microphone } = setUp(Promise.resolve(fail('key-absent', 'There is no key.', 'open-keys')));
    const placed = agent.place('');
    await gathered(connection);
    await clock.advance(10);
    expect(await placed).toMatchObject({ ok: false, failure: { reason: 'key-absent', action: 'open-keys' } });
    expect([agent.snapshot().calls, microphone.inUse, connection().signalingState]).toEqual([[], 0, 'closed']);
  });

  it('an answer that is none ends the call', async () => {
    const { agent, clock, connection, call, hungUp } = setUp(Promise.resolve(ok({ callId: 'main-1', answer: '{"error":{}}' })));
    const placed = agent.place('');
    await gathered(connection);
    await clock.advance(10);
    await placed;
    expect(call()).toMatchObject({ phase: 'ended', cause: 'not-acceptable' });
    expect(hungUp).toEqual(['main-1']);
  });

  it('has one call at a time, none without a microphone, and none that the policy refuses', async () => {
    const { agent, talk, microphone, offers } = setUp();
    expect(await agent.place('', Promise.resolve(fail('outside-hours', 'Closed.')))).toMatchObject({ ok: false, failure: { reason: 'outside-hours' } });
    expect([microphone.inUse, offers]).toEqual([0, []]);
    microphone.failure = 'microphone-missing';
    expect(await agent.place('')).toMatchObject({ ok: false, failure: { reason: 'microphone-unavailable' } });
    microphone.failure = null;
    await talk();
    expect(await agent.place('')).toMatchObject({ ok: false, failure: { reason: 'rate-limited' } });
    expect(microphone.inUse).toBe(1);
  });

  it('hands tools on to main, once each, and their output back', async () => {
    const { talk, clock, channel, toolCalls } = setUp();
    await talk();
    const asks = (call_id: string, name: string): void => channel().receive({ type: 'response.output_item.done', item: { type: 'function_call', call_id, name, arguments: '{}' } });
    asks('t1', 'end_call');
    asks('t1', 'end_call');
    asks('t2', 'format_disk');
    await clock.settle();
    expect(toolCalls).toEqual([
      { callId: 'main-1', toolCallId: 't1', name: 'end_call', arguments: '{}' },
      { callId: 'main-1', toolCallId: 't2', name: 'format_disk', arguments: '{}' },
    ]);
    expect(channel().sent.map((message) => JSON.parse(message) as unknown)).toEqual([
      { type: 'conversation.item.create', item: { type: 'function_call_output', call_id: 't1', output: '{"done":true}' } },
      { type: 'response.create' },
      { type: 'conversation.item.create', item: { type: 'function_call_output', call_id: 't2', output: '{"error":"No such tool."}' } },
      { type: 'response.create' },
    ]);
  });

  it('tells what was said, as it is said, and forgets it with the call', async () => {
    const { agent, talk, channel, transcripts, events } = setUp();
    await talk();
    channel().receive({ type: 'response.output_audio_transcript.delta', item_id: 'i', content_index: 0, delta: 'Good ' });
    expect(transcripts.get('call-1')).toMatchObject([{ speaker: 'Assistant', text: 'Good ', completed: false }]);
    channel().receive({ type: 'response.output_audio_transcript.done', item_id: 'i', content_index: 0, transcript: 'Good morning.' });
    channel().receive('no event');
    expect(transcripts.get('call-1')).toMatchObject([{ text: 'Good morning.', completed: true }]);
    expect(events.filter(({ kind }) => kind === 'call-said')).toEqual([{ category: 'calls', kind: 'call-said', title: 'Assistant', detail: 'Good morning.' }]);
    agent.end('call-1');
    agent.dismiss('call-1');
    expect(transcripts.get('call-1')).toEqual([]);
  });

  it('main ends a call: the cause is shown, and what was handed over stays until it is read', async () => {
    const { agent, talk, clock, tell, call } = setUp();
    await talk();
    tell({ callId: 'another', cause: 'time-limit', details: '' });
    expect(call().phase).toBe('active');
    tell({ callId: 'main-1', cause: 'handed-over', details: 'Asha wants her invoice.' });
    expect(call()).toMatchObject({ phase: 'ended', cause: 'handed-over', details: 'Asha wants her invoice.' });
    await clock.advance(60_000);
    expect(agent.snapshot().calls).toHaveLength(1);
    agent.dismiss('call-1');
    expect(agent.snapshot().calls).toEqual([]);
  });

  it('stopping ends everything', async () => {
    const { agent, talk, hungUp, microphone } = setUp();
    await talk();
    await agent.stop();
    expect([hungUp, microphone.inUse, agent.snapshot()]).toMatchObject([['main-1'], 0, { registration: { phase: 'offline' }, calls: [], activeCallId: null }]);
  });
});
