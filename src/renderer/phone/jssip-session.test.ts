import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock';
import { createJssipSession, type JsSession } from './jssip-session';
import type { SessionListener } from './sip-stack';

type Options = Parameters<JsSession['terminate']>[0];

/** A session of JsSIP's that is answered, and what became of it. */
function answeredSession(): { readonly js: JsSession; readonly ended: Options[]; readonly doubts: number[]; readonly ice: string[]; readonly noteStatus: (status: number) => boolean } {
  const ended: Options[] = [];
  const doubts: number[] = [];
  const ice: string[] = [];
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
    on: () => undefined,
  };
  const config = {
    identity: '1001@h', displayName: '', instanceId: 'i', url: 'wss://h/', product: 'p',
    ice: { hasTurn: false, gatewayOnThisComputer: false }, iceServers: [], clock: createFakeClock(),
  };
  const { listen, noteStatus } = createJssipSession(js, { direction: 'outgoing', callId: 'c1', config, forget: () => undefined });
  const nothing = (): void => undefined;
  const listener: SessionListener = {
    onProgress: nothing, onAnswered: nothing, onPeerHold: nothing, onPeerOffer: nothing, onReofferDone: nothing, onDigitFailed: nothing, onRemoteStream: nothing, onEnded: nothing,
    onDialogDoubt: (status) => void doubts.push(status),
    onIceState: (state) => void ice.push(state),
  };
  listen(listener);
  return { js, ended, doubts, ice, noteStatus };
}

describe('an end that JsSIP decides by itself', () => {
  it.each([
    ['a session refresh that got 481', { cause: 'Dialog Error', status_code: 500, reason_phrase: 'Dialog Error' }, 481],
    ['a session refresh that nobody answered', { cause: 'Request Timeout', status_code: 408, reason_phrase: 'Request Timeout' }, 408],
    ['a session refresh of the far end that did not come (RFC 4028)', { cause: 'Request Timeout', status_code: 408, reason_phrase: 'Session Timer Expired' }, 408],
  ])('%s puts the dialog in doubt and ends nothing', async (_, options, status) => {
    const { js, ended, doubts, noteStatus } = answeredSession();
    noteStatus(481);
    js.terminate(options);
    await Promise.resolve();
    expect([ended, doubts]).toEqual([[], [status]]);
  });
  it('for ICE that failed is a path to be mended', () => {
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
