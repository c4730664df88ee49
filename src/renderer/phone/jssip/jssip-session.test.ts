import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../../test/support/fake-clock';
import type { JsSession } from './js-session';
import { createJssipSession } from './jssip-session';
import { createSessionDescriptions } from './session-descriptions';
import type { SessionListener, StackSession } from '../port/sip-stack';

type Options = Parameters<JsSession['terminate']>[0];
type EndedFacts = Parameters<SessionListener['onEnded']>[0];

type Handler = (event: object) => void;

/** A session of JsSIP's that is answered, and what became of it. */
function answeredSession(
  over: Partial<JsSession> = {},
  direction: 'incoming' | 'outgoing' = 'outgoing',
): {
  readonly session: StackSession;
  readonly emit: (name: string, event: object) => void;
  readonly ends: EndedFacts[];
  readonly reinvites: () => number;
  readonly js: JsSession;
  readonly ended: Options[];
  readonly doubts: number[];
  readonly ice: string[];
  readonly noteStatus: (status: number) => boolean;
} {
  const ended: Options[] = [];
  const doubts: number[] = [];
  const ice: string[] = [];
  const ends: EndedFacts[] = [];
  const handlers = new Map<string, Handler>();
  let reinvites = 0;
  const js: JsSession = {
    connection: null,
    isEnded: () => false,
    isEstablished: () => true,
    isReadyToReOffer: () => true,
    answer: () => undefined,
    terminate: (options) => void ended.push(options),
    mute: () => undefined,
    unmute: () => undefined,
    renegotiate: () => true,
    sendDTMF: () => undefined,
    // The handlers take what JsSIP hands them, whose types are its own.
    on: (event, handler) => handlers.set(event, handler as Handler),
    ...over,
  };
  const config = {
    identity: '1001@h',
    displayName: '',
    instanceId: 'i',
    url: 'wss://h/',
    product: 'p',
    ice: { hasTurn: false, gatewayOnThisComputer: false },
    iceServers: [],
    clock: createFakeClock(),
  };
  const { session, listen, noteStatus } = createJssipSession(js, {
    direction,
    callId: 'c1',
    config,
    descriptions: createSessionDescriptions(),
    forget: () => undefined,
  });
  const nothing = (): void => undefined;
  const listener: SessionListener = {
    onProgress: nothing,
    onAnswered: nothing,
    onPeerHold: nothing,
    onPeerOffer: () => (reinvites += 1),
    onReofferDone: nothing,
    onRetried: nothing,
    onDigitFailed: nothing,
    onRemoteStream: nothing,
    onEnded: (facts) => ends.push(facts),
    onDialogDoubt: (status) => void doubts.push(status),
    onIceState: (state) => void ice.push(state),
  };
  listen(listener);
  return {
    js,
    session,
    emit: (name, event) => handlers.get(name)?.(event),
    ends,
    reinvites: () => reinvites,
    ended,
    doubts,
    ice,
    noteStatus,
  };
}

describe('an end that JsSIP decides by itself', () => {
  it.each([
    ['a session refresh that got 481', { cause: 'Dialog Error', status_code: 500, reason_phrase: 'Dialog Error' }, 481],
    [
      'a session refresh that nobody answered',
      { cause: 'Request Timeout', status_code: 408, reason_phrase: 'Request Timeout' },
      408,
    ],
    [
      'a session refresh of the far end that did not come (RFC 4028)',
      { cause: 'Request Timeout', status_code: 408, reason_phrase: 'Session Timer Expired' },
      408,
    ],
  ])('%s puts the dialog in doubt and ends nothing', async (_, options, status) => {
    const { js, ended, doubts, noteStatus } = answeredSession();
    noteStatus(481);
    js.terminate(options);
    await Promise.resolve();
    expect([ended, doubts]).toEqual([[], [status]]);
  });
  it('for ICE that failed is a path to be made anew', () => {
    const { js, ended, ice } = answeredSession();
    js.terminate({ cause: 'RTP Timeout', status_code: 408, reason_phrase: 'RTP Timeout' });
    expect([ended, ice]).toEqual([[], ['failed']]);
  });
  it('for anything else is an end', () => {
    const { js, ended } = answeredSession();
    js.terminate({ cause: 'WebRTC Error' });
    expect(ended.length).toBe(1);
  });
});

describe('an offer of the far end', () => {
  const body = 'v=0';
  const connectionIn = (signalingState: string): RTCPeerConnection =>
    ({
      signalingState,
      addEventListener: () => undefined,
      getTransceivers: () => [],
      setRemoteDescription: () => Promise.resolve(),
    }) as unknown as RTCPeerConnection;
  it.each([
    ['reinvite', {}, 'have-local-offer', 491],
    ['update', { body }, 'have-local-offer', 491],
    ['update', {}, 'have-local-offer', null],
    ['reinvite', {}, 'stable', null],
    ['update', { body }, 'stable', null],
  ])('%s %j while the connection is %s: %s', (name, request, signalingState, status) => {
    const { emit, reinvites } = answeredSession({ connection: connectionIn(signalingState) });
    const rejected: object[] = [];
    emit(name, { request, reject: (options: object) => rejected.push(options) });
    expect(rejected).toEqual(status === null ? [] : [{ status_code: status }]);
    expect(reinvites()).toBe(status === null && (name === 'reinvite' || 'body' in request) ? 1 : 0);
  });
});

describe('an answer that the browser does not allow', () => {
  it('ends the call with 500 and says that it was the sound', () => {
    const { session, ended, emit, ends } = answeredSession(
      {
        answer: () => {
          throw new SyntaxError('not a valid URL');
        },
      },
      'incoming',
    );
    session.answer({} as MediaStream);
    expect(ended).toEqual([{ status_code: 500, reason_phrase: 'Internal Error', cause: 'Internal Error' }]);
    emit('failed', { originator: 'local', message: null, cause: 'Rejected' });
    expect(ends).toMatchObject([{ by: 'system', trouble: 'setup' }]);
  });
});

describe('what JsSIP says of an end', () => {
  it.each([
    ['Bad Media Description', 'sound'],
    ['Incompatible SDP', 'sound'],
    ['Missing SDP', 'sound'],
    ['WebRTC Error', 'media'],
    ['RTP Timeout', 'media'],
    ['No ACK', 'timeout'],
    ['Connection Error', 'transport'],
    ['Internal Error', 'setup'],
    ['Rejected', null],
    ['Busy', null],
  ])('%s: %s', (cause, trouble) => {
    const { emit, ends } = answeredSession({ isEstablished: () => false });
    emit('failed', { originator: 'remote', message: null, cause });
    expect(ends).toMatchObject([{ by: 'peer', trouble }]);
  });
});
