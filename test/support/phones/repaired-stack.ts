/** The real stack (JsSIP behind the repair room) with the test as its wire: what it sends, tells and rings. */
import { expect } from 'vitest';
import type { AfterDigits } from '../../../src/contracts/call/after-digits';
import type { Party } from '../../../src/contracts/call/call';
import { onwardUri, parseTarget } from '../../../src/contracts/call/dial-target';
import { systemClock } from '../../../src/renderer/base/clock';
import { createJssipStack } from '../../../src/renderer/phone/jssip/jssip-stack';
import type { SessionListener, SipStack, StackSession } from '../../../src/renderer/phone/port/sip-stack';
import { peek, type WireMessage } from '../../../src/renderer/phone/wire/sip-wire';
import type { ReferralDeclined, RepairEvent } from '../../../src/renderer/phone/wire/repair/repair-event';
import { asMediaStream, FakeStream, FakeTrack } from './fake-media';

export type Ended = Parameters<SessionListener['onEnded']>[0];

export interface RepairedStack {
  readonly receive: (text: string) => void;
  /** Everything that left, in order. */
  readonly sent: string[];
  readonly events: RepairEvent[];
  readonly referrals: ReferralDeclined[];
  readonly rings: { readonly session: StackSession; readonly peer: Party }[];
  readonly progress: boolean[];
  readonly ended: Ended[];
  /** Ends of calls, with what the far end put on hold and the like. */
  readonly answered: string[];
  /** What each further INVITE brought along of digits for after the answer. */
  readonly retried: (readonly AfterDigits[] | null)[];
  /** URI of our Contact. */
  readonly contact: string;
  readonly call: (target: string) => StackSession | string;
  readonly useCredentials: SipStack['useCredentials'];
  /** What left, read. */
  readonly messages: () => WireMessage[];
  /** The last message that left with this start, raw. */
  readonly last: (start: RegExp) => string;
  readonly stop: () => void;
}

export const OWN = '1001@practice.invalid';

/** A microphone. */
export function microphone(): MediaStream {
  return asMediaStream(new FakeStream([new FakeTrack()]));
}

/** Creates the stack, registered. The fakes of WebRTC have to be there (`installFakeWebRtc`). */
export function createRepairedStack(url = 'ws://127.0.0.1:5066/sip'): RepairedStack {
  const sent: string[] = [];
  const events: RepairEvent[] = [];
  const referrals: ReferralDeclined[] = [];
  const rings: { session: StackSession; peer: Party }[] = [];
  const ended: Ended[] = [];
  const progress: boolean[] = [];
  const answered: string[] = [];
  const retried: (readonly AfterDigits[] | null)[] = [];
  const listener: SessionListener = {
    onProgress: (early) => void progress.push(early),
    onAnswered: () => void answered.push('answered'),
    onPeerHold: () => undefined,
    onPeerOffer: () => undefined,
    onDialogDoubt: () => undefined,
    onReofferDone: () => undefined,
    onDigitFailed: () => undefined,
    onRemoteStream: () => undefined,
    onIceState: () => undefined,
    onRetried: (after) => void retried.push(after),
    onEnded: (facts) => void ended.push(facts),
  };
  const stack = createJssipStack(
    {
      identity: OWN,
      displayName: '',
      instanceId: '6f1f6a8e-53a0-4a4e-9f0b-0d2a4d7c1e11',
      url,
      product: 'Ringfence/test',
      ice: { hasTurn: false, gatewayOnThisComputer: true },
      iceServers: [],
      clock: systemClock,
    },
    {
      send: (text) => void sent.push(text),
      onRegisterAnswer: () => undefined,
      onInviteRefused: () => null,
      onInvite: () => null,
      onRedirected: (uri) => {
        const read = parseTarget(uri, 'practice.invalid');
        return Promise.resolve(
          'uri' in read
            ? { uri: onwardUri(uri, read), after: read.after }
            : { refused: 'unreadable', sentence: `${read.problem}: ${uri}` },
        );
      },
      onRepair: (event) => void events.push(event),
      onReferral: (referral) => void referrals.push(referral),
      onIncoming: (session, peer) => {
        rings.push({ session, peer });
        return listener;
      },
    },
  );
  stack.register();
  const register = peek(sent[0] ?? '');
  const contact = /<([^>]+)>/.exec(register?.headers('contact')[0] ?? '')?.[1] ?? '';
  sent.length = 0;
  return {
    receive: stack.receive,
    sent,
    events,
    referrals,
    rings,
    progress,
    ended,
    answered,
    retried,
    contact,
    useCredentials: stack.useCredentials,
    call: (target) => stack.call(target, microphone(), listener),
    messages: () => sent.flatMap((text) => peek(text) ?? []),
    last: (start) => sent.findLast((text) => start.test(text)) ?? '',
    stop: () => stack.stop(),
  };
}

export const SDP = [
  'v=0',
  'o=- 4242 1 IN IP4 192.0.2.7',
  's=-',
  'c=IN IP4 192.0.2.7',
  't=0 0',
  'm=audio 40000 UDP/TLS/RTP/SAVPF 0 101',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-15',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:0123456789abcdef01234567',
  'a=candidate:1 1 udp 2130706431 127.0.0.1 40000 typ host',
  `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => '1E').join(':')}`,
  'a=setup:actpass',
  'a=mid:0',
  'a=rtcp-mux',
  'a=sendrecv',
  '',
].join('\r\n');

/** Header lines by name; null leaves one out, a list writes several. */
export type Lines = Readonly<Record<string, string | null | readonly string[]>>;

let counter = 0;

/** A request to this phone, with each transaction new; `lines` replaces and adds. */
export function requestTo(
  phone: Pick<RepairedStack, 'contact'>,
  method: string,
  lines: Lines = {},
  body?: string,
): string {
  counter += 1;
  const content = body ?? (method === 'INVITE' ? SDP : '');
  const all: Lines = {
    start: `${method} ${phone.contact} SIP/2.0`,
    Via: `SIP/2.0/WS gw.example.com;branch=z9hG4bKt${counter}`,
    'Max-Forwards': '69',
    From: `<sip:bob@example.com>;tag=f${counter}`,
    To: `<sip:${OWN}>`,
    'Call-ID': `c${counter}@example.com`,
    CSeq: `1 ${method}`,
    Contact: '<sip:bob@192.0.2.7:5060>',
    ...(content === '' ? {} : { 'Content-Type': 'application/sdp' }),
    'Content-Length': String(new TextEncoder().encode(content).length),
    ...lines,
  };
  return written(all, content);
}

/** A response to a request of ours; `lines` replaces and adds. */
export function responseTo(request: string, status: string, lines: Lines = {}, body = ''): string {
  const asked = peek(request);
  const first = (name: string): string => asked?.headers(name)[0] ?? '';
  const to = first('to');
  const all: Lines = {
    start: `SIP/2.0 ${status}`,
    Via: first('via'),
    From: first('from'),
    To: /;tag=/.test(to) ? to : `${to};tag=far`,
    'Call-ID': first('call-id'),
    CSeq: first('cseq'),
    ...(body === '' ? {} : { 'Content-Type': 'application/sdp' }),
    'Content-Length': String(new TextEncoder().encode(body).length),
    ...lines,
  };
  return written(all, body);
}

function written(all: Lines, body: string): string {
  const { start, ...headers } = all;
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    value === null ? [] : [value].flat().map((one) => `${name}: ${one}`),
  );
  return [String(start), ...lines, '', body].join('\r\n');
}

/** The first value of a header field, or ''. */
export const firstOf = (text: string, name: string): string => peek(text)?.headers(name)[0] ?? '';
export const startLinesOf = (sent: readonly string[]): string[] => sent.map((text) => text.split('\r\n')[0] ?? '');

/** A call of the far end's that was answered; gives the lines of requests in it. What was sent and told before is forgotten. */
export async function answeredCall(phone: RepairedStack, lines: Lines = {}): Promise<Lines> {
  const invite = requestTo(phone, 'INVITE', lines);
  phone.receive(invite);
  phone.rings[0]?.session.answer(microphone());
  await expect.poll(() => phone.last(/^SIP\/2\.0 200/)).not.toBe('');
  const ok = phone.last(/^SIP\/2\.0 200/);
  const dialog = { From: firstOf(invite, 'from'), To: firstOf(ok, 'to'), 'Call-ID': firstOf(invite, 'call-id') };
  phone.receive(requestTo(phone, 'ACK', { ...dialog, CSeq: '1 ACK' }));
  phone.sent.length = 0;
  phone.events.length = 0;
  return dialog;
}
