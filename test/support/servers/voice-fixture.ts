/** The phone of an assistant's line, with a scripted main, a scripted microphone and fake WebRTC. */
import type { MicrophoneFailure } from '../../../src/renderer/media/microphone-source';
import { expect } from 'vitest';
import type { Call } from '../../../src/contracts/call/call';
import {} from '../../../src/contracts/profile/profile';
import { fail, ok, type Result } from '../../../src/contracts/base/result';
import type { TranscriptLine } from '../../../src/contracts/call/transcript';
import type { VoiceEnded, VoiceToolCall } from '../../../src/contracts/call/voice';
import type { EngineEvent } from '../../../src/renderer/phone/port/user-agent';
import { createVoiceUserAgent } from '../../../src/renderer/voice/voice-user-agent';
import { createFakeClock } from '../fake-clock';
import { asMediaStream, FakeStream, FakeTrack } from '../phones/fake-media';
import { FakePeerConnection } from '../phones/fake-peer-connection';
import { exampleProfile } from '../app/example-profile';

const profile = exampleProfile({
  id: 'assistant',
  name: 'Front desk',
  environment: 'development',
  provider: { kind: 'openai-realtime' },
  identity: '',
  gatewayUrl: '',
  presentation: { kind: 'main-injected' },
  policy: { purposes: ['voice'] },
  // A browser refuses every call of a list in which a TURN server has no credential.
  iceServers: [{ urls: ['turn:turn.invalid:3478', 'stun:stun.invalid:3478'], username: 'agent' }],
});
export const ANSWER = 'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=sendrecv\r\n';

/** A voice phone on a fake clock, before fake WebRTC; `placing`: what main answers. Fake WebRTC must be installed. */
export function openVoiceFixture(
  placing: Promise<Result<{ callId: string; answer: string }>> = Promise.resolve(
    ok({ callId: 'main-1', answer: ANSWER }),
  ),
) {
  const clock = createFakeClock();
  const device = new FakeTrack();
  const offers: string[] = [];
  const hungUp: string[] = [];
  const toolCalls: VoiceToolCall[] = [];
  const transcripts = new Map<string, readonly TranscriptLine[]>();
  const events: EngineEvent[] = [];
  const microphone = { failure: null as MicrophoneFailure['reason'] | null, inUse: 0 };
  const acquiring = { when: Promise.resolve() };
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
        return Promise.resolve(
          call.name === 'end_call' ? ok({ output: '{"done":true}' }) : fail('invalid-input', 'No such tool.'),
        );
      },
      onEnded: (listener) => {
        told = listener;
        return () => undefined;
      },
    },
    microphone: {
      acquire: async () => {
        await acquiring.when;
        if (microphone.failure !== null) return { ok: false, failure: { reason: microphone.failure } };
        microphone.inUse += 1;
        return ok(asMediaStream(new FakeStream([device])));
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
  return {
    agent,
    clock,
    device,
    offers,
    hungUp,
    toolCalls,
    transcripts,
    events,
    microphone,
    acquiring,
    tell: (ended: VoiceEnded) => told(ended),
    connection,
    channel,
    call,
    talk,
  };
}

/** The fake gathers in real time, 1 ms; the gate waits by the fake clock. */
export async function gathered(connection: () => FakePeerConnection): Promise<void> {
  const there = (): boolean =>
    FakePeerConnection.all.length > 0 && connection().localDescription?.sdp.includes('a=candidate:') === true;
  while (!there()) await new Promise(setImmediate);
}
