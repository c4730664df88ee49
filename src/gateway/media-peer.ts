/**
 * One media transport: ICE, DTLS-SRTP and one audio track, through node-datachannel (its only importer). It carries RTP
 * packets and knows nothing of codecs. Binds to 127.0.0.1 only.
 */
import { createRequire } from 'node:module';
import type * as NodeDatachannel from 'node-datachannel';
import { parseAudioDescription, type TransportParameters } from './sdp';

export type PeerState = 'new' | 'connecting' | 'connected' | 'disconnected' | 'failed' | 'closed';

/** What a media session needs of a transport. */
export interface MediaPeer {
  readonly local: TransportParameters;
  /** Offerer only: the answerer's parameters; false when the library takes them for unusable. */
  readonly accept: (remote: TransportParameters) => boolean;
  /** Sends one RTP packet; false when the transport is not up. */
  readonly send: (packet: Buffer) => boolean;
  readonly close: () => void;
}

export interface MediaPeerOptions {
  readonly mid: string;
  readonly ssrc: number;
  /** The offer's parameters, or null when we offer. */
  readonly remote: TransportParameters | null;
  readonly onPacket: (packet: Buffer) => void;
  readonly onState: (state: PeerState) => void;
}

/** How transports are made; a fake in unit tests. */
export interface MediaPeerFactory {
  /** Resolves when the local candidates are known; rejects when the library can't be loaded or refuses. */
  readonly create: (options: MediaPeerOptions) => Promise<MediaPeer>;
  /** Transports that are open. */
  readonly count: () => number;
  /** Loads the library and makes a first certificate, so that the first call does not pay for it. */
  readonly warmUp: () => Promise<void>;
  readonly closeAll: () => void;
}

const GATHERING_MS = 3_000;
const STATES: readonly PeerState[] = ['new', 'connecting', 'connected', 'disconnected', 'failed', 'closed'];

/** Candidates the library can use: UDP with an IPv4 address. Names (`.local`) would be looked up; the far end's checks reach us without them. */
const usable = (candidate: string): boolean => /^\S+ 1 udp \d+ \d{1,3}(?:\.\d{1,3}){3} \d+ typ /i.test(candidate);

function remoteDescription(mid: string, remote: TransportParameters): string {
  return [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    `a=group:BUNDLE ${mid}`,
    'm=audio 9 UDP/TLS/RTP/SAVPF 0',
    'c=IN IP4 0.0.0.0',
    `a=mid:${mid}`,
    'a=sendrecv',
    'a=rtcp-mux',
    'a=rtpmap:0 PCMU/8000',
    `a=ice-ufrag:${remote.ufrag}`,
    `a=ice-pwd:${remote.pwd}`,
    `a=fingerprint:${remote.fingerprint}`,
    `a=setup:${remote.setup}`,
    ...remote.candidates.filter(usable).map((candidate) => `a=candidate:${candidate}`),
    '',
  ].join('\r\n');
}

type Library = typeof NodeDatachannel;

function loadLibrary(): Library {
  // Loaded at the first use and by require: the addon takes longer to load than the rest of the gateway to start.
  return createRequire(import.meta.url)('node-datachannel') as Library;
}

/** The local parameters once every candidate is known. */
function gathered(pc: NodeDatachannel.PeerConnection, type: 'offer' | 'answer'): Promise<TransportParameters> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no local candidates')), GATHERING_MS);
    pc.onGatheringStateChange((state) => {
      if (state !== 'complete') return;
      clearTimeout(timer);
      const local = parseAudioDescription(pc.localDescription()?.sdp ?? '');
      if (local === null) reject(new Error('no local description'));
      else resolve(local.transport);
    });
    pc.setLocalDescription(type);
  });
}

/** Makes transports with node-datachannel. */
export function createMediaPeerFactory(): MediaPeerFactory {
  let library: Library | null = null;
  const open = new Set<{ close: () => void }>();

  const create = async (options: MediaPeerOptions): Promise<MediaPeer> => {
    library ??= loadLibrary();
    const pc = new library.PeerConnection('practice', {
      iceServers: [],
      bindAddress: '127.0.0.1',
      disableAutoNegotiation: true,
      forceMediaTransport: true,
    });
    const media = new library.Audio(options.mid, 'SendRecv');
    media.addAudioCodec(0, 'PCMU');
    media.addSSRC(options.ssrc, 'practice');
    const track = pc.addTrack(media);
    let closed = false;
    const peer = {
      close: () => {
        if (closed) return;
        closed = true;
        open.delete(peer);
        pc.close();
      },
    };
    open.add(peer);
    track.onMessage((packet) => {
      if (!closed) options.onPacket(packet);
    });
    pc.onStateChange((text) => {
      const state = STATES.find((one) => one === text);
      if (!closed && state !== undefined) options.onState(state);
    });
    try {
      // Said as if the offerer were active, so that we become passive: our checks succeed before the offerer has our answer, and a
      // ClientHello that early is lost, or breaks it. As the passive side we are ready when its own comes (RFC 5763 section 5).
      const offered = options.remote;
      if (offered !== null)
        pc.setRemoteDescription(
          remoteDescription(options.mid, offered.setup === 'actpass' ? { ...offered, setup: 'active' } : offered),
          'offer',
        );
      const local = await gathered(pc, options.remote === null ? 'offer' : 'answer');
      return {
        local,
        accept: (remote) => {
          try {
            pc.setRemoteDescription(remoteDescription(options.mid, remote), 'answer');
            return true;
          } catch {
            return false;
          }
        },
        send: (packet) => !closed && track.isOpen() && track.sendMessageBinary(packet),
        close: peer.close,
      };
    } catch (error) {
      peer.close();
      throw error;
    }
  };

  return {
    create,
    count: () => open.size,
    warmUp: async () => {
      const peer = await create({
        mid: '0',
        ssrc: 1,
        remote: null,
        onPacket: () => undefined,
        onState: () => undefined,
      });
      peer.close();
    },
    closeAll: () => {
      for (const peer of [...open]) peer.close();
    },
  };
}
