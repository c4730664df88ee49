import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from './clock';
import type { MediaPeer, MediaPeerFactory, MediaPeerOptions } from './media-peer';
import { MediaSession } from './media-session';
import { formatRtp } from './rtp';
import { parseAudioDescription, type TransportParameters } from './sdp';

class FakePeer implements MediaPeer {
  readonly local: TransportParameters = {
    ufrag: 'ours',
    pwd: 'p'.repeat(22),
    fingerprint: 'sha-256 AA:BB',
    setup: 'passive',
    candidates: ['1 1 UDP 2 127.0.0.1 40000 typ host'],
  };
  readonly sent: Buffer[] = [];
  accepted: TransportParameters | null = null;
  closed = false;
  constructor(readonly options: MediaPeerOptions) {}
  accept(remote: TransportParameters): boolean {
    this.accepted = remote;
    return true;
  }
  send(packet: Buffer): boolean {
    this.sent.push(packet);
    return true;
  }
  close(): void {
    this.closed = true;
  }
}

const peers: FakePeer[] = [];
const factory: MediaPeerFactory = {
  create: (options) => {
    const peer = new FakePeer(options);
    peers.push(peer);
    return Promise.resolve(peer);
  },
  count: () => peers.filter((peer) => !peer.closed).length,
  warmUp: () => Promise.resolve(),
  closeAll: () => undefined,
};

/** As Chromium 130 offers one audio track, shortened. */
const OFFER = [
  'v=0',
  'o=- 4611731400430051336 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0',
  'a=extmap-allow-mixed',
  'a=msid-semantic: WMS stream',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126',
  'c=IN IP4 0.0.0.0',
  'a=rtcp:9 IN IP4 0.0.0.0',
  'a=candidate:1 1 udp 2113937151 1b2c.local 51234 typ host generation 0 network-cost 999',
  'a=candidate:2 1 udp 2113939711 127.0.0.1 40123 typ host',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:abcdefghijklmnopqrstuvwx',
  'a=ice-options:trickle',
  'a=fingerprint:sha-256 11:22:33',
  'a=setup:actpass',
  'a=mid:0',
  'a=sendrecv',
  'a=rtcp-mux',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'a=rtpmap:63 red/48000/2',
  'a=rtpmap:9 G722/8000',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:8 PCMA/8000',
  'a=rtpmap:13 CN/8000',
  'a=rtpmap:110 telephone-event/48000',
  'a=rtpmap:126 telephone-event/8000',
  'a=ssrc:1 cname:x',
  '',
].join('\r\n');

let heard: number[] = [];
let lost = 0;
let session: MediaSession;
const newSession = (codecs: readonly string[] = ['opus', 'pcmu']): MediaSession =>
  new MediaSession({
    factory,
    clock: systemClock,
    codecs,
    onRtp: (packet) => heard.push(packet.sequence),
    onLost: () => (lost += 1),
  });
const packet = (sequence: number): Buffer =>
  formatRtp({ marker: false, payloadType: 111, sequence, timestamp: 0, ssrc: 1, payload: Buffer.from('x') });
const line = (sdp: string | null, start: string): string | undefined =>
  sdp?.split('\r\n').find((one) => one.startsWith(start));

beforeEach(() => {
  vi.useFakeTimers();
  peers.length = 0;
  heard = [];
  lost = 0;
  session = newSession();
});
afterEach(() => {
  session.close();
  expect(factory.count()).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('answering', () => {
  it('takes the first codec in common with its DTMF, as the passive side, candidates included', async () => {
    const sdp = await session.answer(OFFER);
    expect(line(sdp, 'm=')).toBe('m=audio 40000 UDP/TLS/RTP/SAVPF 111 110 126');
    expect(sdp).toContain('a=fmtp:111 minptime=10;useinbandfec=1\r\n');
    expect(line(sdp, 'a=setup')).toBe('a=setup:passive');
    expect(line(sdp, 'a=candidate')).toBe('a=candidate:1 1 UDP 2 127.0.0.1 40000 typ host');
    expect(line(sdp, 'a=group')).toBe('a=group:BUNDLE 0');
    expect(peers[0]?.options.remote).toMatchObject({
      ufrag: 'abcd',
      fingerprint: 'sha-256 11:22:33',
      setup: 'actpass',
    });
    expect(parseAudioDescription(sdp ?? '')).toMatchObject({ mid: '0', direction: 'sendrecv' });
  });

  it('rejects the other m-lines of an offer in their place', async () => {
    const video = 'm=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\na=sendrecv\r\n';
    const sdp = await session.answer(OFFER + video);
    expect(sdp?.split('\r\n').filter((one) => one.startsWith('m='))).toEqual([
      'm=audio 40000 UDP/TLS/RTP/SAVPF 111 110 126',
      'm=video 0 UDP/TLS/RTP/SAVPF 96',
    ]);
  });

  it.each([
    ['no audio', 'v=0\r\n'],
    ['no encryption', OFFER.replace('UDP/TLS/RTP/SAVPF', 'RTP/AVP')],
    ['no fingerprint', OFFER.replace(/a=fingerprint.*\r\n/, '')],
    [
      'no codec of ours',
      OFFER.replace('opus/', 'speex/').replace('PCMU/', 'x/').replace('SAVPF 111 63 9 0', 'SAVPF 111 63 9'),
    ],
  ])('is null for an offer with %s', async (_, offer) => {
    expect(await session.answer(offer)).toBeNull();
    expect(peers).toHaveLength(0);
  });

  it('is null when the call ended while the transport was made', async () => {
    const answering = session.answer(OFFER);
    session.close();
    expect(await answering).toBeNull();
    expect(peers[0]?.closed).toBe(true);
  });
});

describe('hold', () => {
  it.each([
    ['sendonly', 'recvonly', false],
    ['inactive', 'inactive', false],
    ['recvonly', 'sendonly', true],
    ['sendrecv', 'sendrecv', true],
  ] as const)('%s is answered with %s, on the same transport', async (offered, answered, sends) => {
    const first = await session.answer(OFFER);
    const second = await session.answer(OFFER.replace('a=sendrecv', `a=${offered}`));
    expect(parseAudioDescription(second ?? '')?.direction).toBe(answered);
    expect(peers).toHaveLength(1);
    for (const name of ['a=ice-ufrag', 'a=setup', 'a=fingerprint', 'a=ssrc'])
      expect(line(second, name)).toBe(line(first, name));
    const version = (sdp: string | null): number => Number(line(sdp, 'o=')?.split(' ')[2]);
    expect(version(second)).toBe(version(first) + 1);
    session.send(packet(1));
    expect(peers[0]?.sent).toHaveLength(sends ? 1 : 0);
  });
});

describe('an ICE restart', () => {
  it('replaces the transport; the old one is heard no more', async () => {
    await session.answer(OFFER);
    await session.answer(OFFER.replace('ufrag:abcd', 'ufrag:efgh'));
    const [old, fresh] = peers;
    expect([old?.closed, fresh?.closed]).toEqual([true, false]);
    old?.options.onPacket(packet(1));
    fresh?.options.onPacket(packet(2));
    expect(heard).toEqual([2]);
    old?.options.onState('failed');
    expect(lost).toBe(0);
  });
});

describe('offering', () => {
  it('goes without candidates, and takes the role that the answer leaves', async () => {
    const sdp = await session.offer();
    expect(line(sdp, 'a=setup')).toBe('a=setup:actpass');
    expect(sdp).not.toContain('a=candidate');
    expect(line(sdp, 'm=')).toBe('m=audio 9 UDP/TLS/RTP/SAVPF 111 0 8 110 126');
    expect(session.accept(OFFER.replace('actpass', 'active'))).toBe(true);
    expect(peers[0]?.accepted?.ufrag).toBe('abcd');
    // A later offer of the far end keeps transport and roles.
    expect(line(await session.answer(OFFER), 'a=setup')).toBe('a=setup:passive');
    expect(peers).toHaveLength(1);
  });

  it('refuses an answer without media in common', async () => {
    await session.offer();
    expect(session.accept('v=0\r\n')).toBe(false);
  });
});

describe('loss', () => {
  it('is told once: at once when the transport failed', async () => {
    await session.answer(OFFER);
    peers[0]?.options.onState('failed');
    peers[0]?.options.onState('closed');
    expect(lost).toBe(1);
    expect(peers[0]?.closed).toBe(true);
  });

  it('is told after 20 s without a connection; one that comes back is not lost', async () => {
    await session.answer(OFFER);
    vi.advanceTimersByTime(19_000);
    peers[0]?.options.onState('connected');
    vi.advanceTimersByTime(60_000);
    peers[0]?.options.onState('disconnected');
    vi.advanceTimersByTime(19_000);
    peers[0]?.options.onState('connected');
    vi.advanceTimersByTime(60_000);
    expect(lost).toBe(0);
    peers[0]?.options.onState('disconnected');
    vi.advanceTimersByTime(20_000);
    expect(lost).toBe(1);
  });
});
