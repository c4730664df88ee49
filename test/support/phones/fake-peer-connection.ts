/**
 * WebRTC for Node: an RTCPeerConnection that negotiates honestly (RFC 3264 directions, a real offer/answer state machine,
 * candidates that come after setLocalDescription) and sends nothing. `installFakeWebRtc` puts it where JsSIP looks for it.
 */
import { FakeStream, FakeTrack } from './fake-media';

type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
interface Description {
  readonly type: string;
  readonly sdp: string;
}

const mirrored = { sendrecv: 'sendrecv', sendonly: 'recvonly', recvonly: 'sendonly', inactive: 'inactive' } as const;
/** RFC 3264 section 6.1: what is left when we want `ours` and the offer says `theirs`. */
function agreed(ours: Direction, theirs: Direction): Direction {
  const can = mirrored[theirs];
  const send = (ours === 'sendrecv' || ours === 'sendonly') && (can === 'sendrecv' || can === 'sendonly');
  const receive = (ours === 'sendrecv' || ours === 'recvonly') && (can === 'sendrecv' || can === 'recvonly');
  return send ? (receive ? 'sendrecv' : 'sendonly') : receive ? 'recvonly' : 'inactive';
}
const directionOf = (sdp: string): Direction => {
  const found = /^a=(sendrecv|sendonly|recvonly|inactive)\r?$/m.exec(sdp)?.[1];
  return found === 'sendonly' || found === 'recvonly' || found === 'inactive' ? found : 'sendrecv';
};

export class FakeDtmf {
  toneBuffer = '';
  canInsertDTMF = true;
  /** Every digit that was handed over to be sounded, in order. */
  readonly sounded: string[] = [];
  insertDTMF(tones: string): void {
    this.sounded.push(tones);
  }
}

/** RTCDataChannel as far as messages of text go. */
export class FakeDataChannel extends EventTarget {
  readyState: 'connecting' | 'open' | 'closed' = 'connecting';
  readonly sent: string[] = [];
  constructor(readonly label: string) {
    super();
  }
  open(): void {
    this.readyState = 'open';
    this.dispatchEvent(new Event('open'));
  }
  /** The far end sends. */
  receive(data: unknown): void {
    this.dispatchEvent(
      Object.assign(new Event('message'), { data: typeof data === 'string' ? data : JSON.stringify(data) }),
    );
  }
  send(message: string): void {
    this.sent.push(message);
  }
  close(): void {
    if (this.readyState === 'closed') return;
    this.readyState = 'closed';
    this.dispatchEvent(new Event('close'));
  }
}

export interface FakeSettings {
  /** Address of the host candidate. */
  readonly address: string;
  /** Address in the connection line: nobody's, as long as a browser knows no candidate. */
  readonly connectionAddress: string;
  /** A STUN server that never answers: gathering does not complete. */
  readonly silentStun: boolean;
  /** ReinviteQueue and answers carry telephone-event (RFC 4733). */
  readonly telephoneEvent: boolean;
}

const USUAL: FakeSettings = {
  address: '127.0.0.1',
  connectionAddress: '0.0.0.0',
  silentStun: false,
  telephoneEvent: true,
};

export class FakePeerConnection extends EventTarget {
  static settings: FakeSettings = USUAL;
  static readonly all: FakePeerConnection[] = [];
  signalingState = 'stable';
  iceGatheringState = 'new';
  iceConnectionState = 'new';
  connectionState = 'new';
  localDescription: Description | null = null;
  remoteDescription: Description | null = null;
  readonly dtmf = new FakeDtmf();
  readonly sender = {
    track: null as FakeTrack | null,
    dtmf: this.dtmf,
    replaceTrack: (track: FakeTrack | null): Promise<void> => {
      this.sender.track = track;
      return Promise.resolve();
    },
  };
  readonly receiver = {
    track: new FakeTrack('Far end'),
    getSynchronizationSources: (): object[] => (this.iceConnectionState === 'connected' ? [{ source: 1 }] : []),
  };
  readonly transceiver = {
    sender: this.sender,
    receiver: this.receiver,
    direction: 'sendrecv' as Direction,
    currentDirection: null as Direction | null,
  };
  private readonly settings = FakePeerConnection.settings;
  private iceGeneration = 0;
  private sessionVersion = 0;
  private remoteTold = false;
  private candidates: string[] = [];

  constructor(public configuration: object) {
    super();
    FakePeerConnection.all.push(this);
  }
  addTrack(track: FakeTrack): object {
    this.sender.track = track;
    return this.sender;
  }
  /** The one data channel, closed until a test opens it. */
  channel: FakeDataChannel | null = null;
  createDataChannel(label: string): FakeDataChannel {
    this.channel = new FakeDataChannel(label);
    return this.channel;
  }
  getConfiguration(): object {
    return this.configuration;
  }
  setConfiguration(configuration: object): void {
    this.configuration = configuration;
  }
  getSenders(): object[] {
    return [this.sender];
  }
  getReceivers(): object[] {
    return [this.receiver];
  }
  getTransceivers(): object[] {
    return [this.transceiver];
  }
  private describe(direction: Direction, setup: string): string {
    this.sessionVersion += 1;
    const dtmf = this.settings.telephoneEvent ? ['a=rtpmap:101 telephone-event/8000', 'a=fmtp:101 0-16'] : [];
    return [
      'v=0',
      `o=- 4611731400430051336 ${this.sessionVersion} IN IP4 127.0.0.1`,
      's=-',
      't=0 0',
      'a=group:BUNDLE 0',
      `m=audio 9 UDP/TLS/RTP/SAVPF 111 0${this.settings.telephoneEvent ? ' 101' : ''}`,
      `c=IN IP4 ${this.settings.connectionAddress}`,
      'a=rtcp:9 IN IP4 0.0.0.0',
      `a=ice-ufrag:gen${this.iceGeneration}`,
      'a=ice-pwd:0123456789abcdef01234567',
      'a=ice-options:trickle',
      `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => 'AB').join(':')}`,
      `a=setup:${setup}`,
      'a=mid:0',
      `a=${direction}`,
      'a=rtcp-mux',
      'a=rtpmap:111 opus/48000/2',
      'a=rtpmap:0 PCMU/8000',
      ...dtmf,
      '',
    ].join('\r\n');
  }
  createOffer(options?: { readonly iceRestart?: boolean } | null): Promise<Description> {
    if (options?.iceRestart === true) this.iceGeneration += 1;
    return Promise.resolve({ type: 'offer', sdp: this.describe(this.transceiver.direction, 'actpass') });
  }
  createAnswer(): Promise<Description> {
    const theirs = directionOf(this.remoteDescription?.sdp ?? '');
    return Promise.resolve({
      type: 'answer',
      sdp: this.describe(agreed(this.transceiver.direction, theirs), 'active'),
    });
  }
  async setLocalDescription(description: { readonly type: string; readonly sdp?: string }): Promise<void> {
    await Promise.resolve();
    if (description.type === 'rollback') {
      this.signalingState = 'stable';
      return;
    }
    const sdp = description.sdp ?? '';
    const restarted =
      /a=ice-ufrag:(\S+)/.exec(this.localDescription?.sdp ?? '')?.[1] !== /a=ice-ufrag:(\S+)/.exec(sdp)?.[1];
    if (restarted) this.candidates = [];
    this.localDescription = { type: description.type, sdp: this.withCandidates(sdp) };
    this.signalingState = description.type === 'offer' ? 'have-local-offer' : 'stable';
    if (description.type === 'answer') this.settleOn(directionOf(sdp));
    if (restarted) this.gather();
  }
  async setRemoteDescription(description: { readonly type: string; readonly sdp: string }): Promise<void> {
    await Promise.resolve();
    if (!description.sdp.includes('m=audio')) throw new Error('no audio in the description');
    if (description.type === 'answer' && this.signalingState !== 'have-local-offer')
      throw new Error(`answer in ${this.signalingState}`);
    this.remoteDescription = description;
    this.signalingState = description.type === 'offer' ? 'have-remote-offer' : 'stable';
    if (description.type === 'answer') this.settleOn(mirrored[directionOf(description.sdp)]);
    if (this.remoteTold) return;
    this.remoteTold = true;
    const event = new Event('track');
    this.dispatchEvent(
      Object.assign(event, { track: this.receiver.track, streams: [new FakeStream([this.receiver.track])] }),
    );
  }
  private withCandidates(sdp: string): string {
    return this.candidates.length === 0 ? sdp : `${sdp}${this.candidates.map((line) => `a=${line}\r\n`).join('')}`;
  }
  private gather(): void {
    this.iceGatheringState = 'gathering';
    setTimeout(() => {
      if (this.signalingState === 'closed' || this.localDescription === null) return;
      const candidate = `candidate:1 1 udp 2122260223 ${this.settings.address} 50${this.iceGeneration}00 typ host generation 0`;
      this.candidates.push(candidate);
      this.localDescription = { ...this.localDescription, sdp: this.withCandidates(this.localDescription.sdp) };
      this.dispatchEvent(Object.assign(new Event('icecandidate'), { candidate: { candidate } }));
      if (this.settings.silentStun) return;
      this.iceGatheringState = 'complete';
      this.dispatchEvent(new Event('icegatheringstatechange'));
    }, 1);
  }
  private settleOn(direction: Direction): void {
    this.transceiver.currentDirection = direction;
    if (this.iceConnectionState === 'new') queueMicrotask(() => this.setIce('connected'));
  }
  /** Moves the ICE connection, as the network would. */
  setIce(state: string): void {
    if (this.signalingState === 'closed') return;
    this.iceConnectionState = state;
    this.dispatchEvent(new Event('iceconnectionstatechange'));
    this.connectionState = state === 'completed' ? 'connected' : state;
    this.dispatchEvent(new Event('connectionstatechange'));
  }
  getStats(): Promise<Map<string, object>> {
    return Promise.resolve(new Map<string, object>());
  }
  close(): void {
    this.signalingState = 'closed';
    this.connectionState = 'closed';
    this.iceConnectionState = 'closed';
  }
}

class FakeSessionDescription {
  readonly type: string;
  readonly sdp: string;
  constructor({ type, sdp }: Description) {
    this.type = type;
    this.sdp = sdp;
  }
}

/** Puts the fakes on the global object; the returned function takes them away and forgets the connections. */
export function installFakeWebRtc(settings: Partial<FakeSettings> = {}): () => void {
  FakePeerConnection.settings = { ...USUAL, ...settings };
  FakePeerConnection.all.length = 0;
  const fakes: Readonly<Record<string, unknown>> = {
    window: globalThis,
    RTCPeerConnection: FakePeerConnection,
    RTCSessionDescription: FakeSessionDescription,
    MediaStream: FakeStream,
  };
  const before = new Map(Object.keys(fakes).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]));
  for (const [name, value] of Object.entries(fakes))
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  return () => {
    for (const [name, descriptor] of before) {
      if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, descriptor);
    }
  };
}
