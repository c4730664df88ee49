/** A browser's offer, reduced to what node-datachannel can answer. */
import { parseAudioDescription } from '../../../src/gateway/sdp';

export interface ReducedOffer {
  readonly sdp: string;
  /** Of the sound. */
  readonly mid: string;
  readonly hasChannel: boolean;
}

/** The offer with G.711 and a data channel, where it has one; null: there is nothing in it that the library can do. */
export function reducedOffer(offer: string): ReducedOffer | null {
  const audio = parseAudioDescription(offer);
  if (audio === null || !audio.formats.some(({ name }) => name === 'pcmu')) return null;
  const { ufrag, pwd, fingerprint, candidates } = audio.transport;
  const transport = [
    'c=IN IP4 0.0.0.0',
    `a=ice-ufrag:${ufrag}`,
    `a=ice-pwd:${pwd}`,
    `a=fingerprint:${fingerprint}`,
    // As if it were the active side, so that we are the passive one: a ClientHello of ours before the browser has our answer would be lost.
    'a=setup:active',
  ];
  const usable = candidates
    .filter((candidate) => /^\S+ 1 udp \d+ \d{1,3}(?:\.\d{1,3}){3} /i.test(candidate))
    .map((candidate) => `a=candidate:${candidate}`);
  const sections = audio.sections.flatMap(({ kind, mid }) => {
    if (kind === 'application')
      return [
        'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
        ...transport,
        `a=mid:${mid ?? ''}`,
        'a=sctp-port:5000',
        'a=max-message-size:262144',
      ];
    return [
      'm=audio 9 UDP/TLS/RTP/SAVPF 0',
      ...transport,
      ...usable,
      `a=mid:${mid ?? ''}`,
      'a=sendrecv',
      'a=rtcp-mux',
      'a=rtpmap:0 PCMU/8000',
    ];
  });
  const bundle = audio.sections.map(({ mid }) => mid ?? '').join(' ');
  return {
    mid: audio.mid,
    hasChannel: audio.sections.some(({ kind, mid }) => kind === 'application' && mid !== null),
    sdp: ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', `a=group:BUNDLE ${bundle}`, ...sections, ''].join('\r\n'),
  };
}
