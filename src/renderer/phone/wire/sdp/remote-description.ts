/**
 * The far end's description: which of its streams this phone takes, and that one alone in a form that Chromium takes. What is written
 * for Chromium is made anew from what was understood, so that no other line can make it refuse the whole (see the table in the test).
 */
import { codecLines, payloadsOf, type Payload } from './codecs';
import {
  attributes,
  connectionAddress,
  directionIn,
  parseSdp,
  type Direction,
  type ParsedSdp,
  type SdpMedia,
} from './sdp-lines';
import { withOneTone } from './tones';
import { transportLines, type Scopes, type TransportLines } from './transport-lines';

/** Why no sound can come of a description. `no-webrtc`: a codec is there, but not encrypted as browsers do it (RFC 8827 section 6.5). */
export type SoundProblem = 'no-common-sound' | 'no-webrtc';

/** One m= line as both sides count them (RFC 3264 section 8: their order and number stay). */
export interface Slot {
  readonly kind: string;
  readonly profile: string;
  readonly formats: readonly string[];
  readonly mid: string | null;
}

export interface RemoteDescription {
  readonly slots: readonly Slot[];
  /** Which slot is the sound. */
  readonly audio: number;
  /** Its mid is in a BUNDLE group, so that an answer's is too (RFC 9143 section 7.3). */
  readonly isBundled: boolean;
  /** As the far end says it; an address of all zeros receives nothing. */
  readonly direction: Direction;
  /** Payloads that the far end maps otherwise than Chromium is told: the value of rtpmap by number. */
  readonly theirs: ReadonlyMap<number, string>;
  /** For Chromium: one stream, with this mid. */
  readonly write: (mid: string) => string;
}

/** True when the side that says `direction` takes sound in. */
export const receives = (direction: Direction): boolean => direction === 'sendrecv' || direction === 'recvonly';
/** True when the side that says `direction` sends sound. */
export const sends = (direction: Direction): boolean => direction === 'sendrecv' || direction === 'sendonly';

const slotOf = ({ kind, profile, formats, lines }: SdpMedia): Slot => ({
  kind: kind === '' ? 'audio' : kind,
  profile: profile === '' ? 'RTP/AVP' : profile,
  formats: formats.length === 0 ? ['0'] : formats,
  mid: attributes(lines, 'mid').find((mid) => /^[\w!#$%&'*+.^`{|}~-]{1,64}$/.test(mid)) ?? null,
});

const isUnspecified = (address: string | null): boolean =>
  address !== null && /^(?:0+(?:\.0+){3}|[0:]*::[0:]*|(?:0+:){7}0+)$/.test(address);
/** The ports that browsers write beside 0.0.0.0 while no address is known yet (RFC 8840 section 4.1.1; Chromium wrote 1 before). */
const NO_PORT_YET: ReadonlySet<number> = new Set([1, 9]);

function directionOf(sdp: ParsedSdp, media: SdpMedia): Direction {
  const said = directionIn(media.lines) ?? directionIn(sdp.session) ?? 'sendrecv';
  const address = connectionAddress(media.lines) ?? connectionAddress(sdp.session);
  // RFC 3264 section 8.4: the hold of RFC 2543.
  if (!isUnspecified(address) || media.port === null || NO_PORT_YET.has(media.port) || !receives(said)) return said;
  return said === 'sendrecv' ? 'sendonly' : 'inactive';
}

/** The members of the BUNDLE group that `mid` is in; the first one's lines describe the transport of all (RFC 9143 section 7.2). */
function bundleOf({ session }: ParsedSdp, mid: string | null): readonly string[] {
  const groups = attributes(session, 'group').map((value) => value.split(/\s+/));
  return (
    groups.find(([semantics, ...mids]) => semantics === 'BUNDLE' && mid !== null && mids.includes(mid))?.slice(1) ?? []
  );
}

interface Sound {
  readonly index: number;
  readonly media: SdpMedia;
  readonly payloads: readonly Payload[];
  readonly transport: TransportLines | null;
}

function soundAt(sdp: ParsedSdp, slots: readonly Slot[], index: number, kind: 'offer' | 'answer'): Sound | null {
  const media = sdp.media[index];
  if (media === undefined || media.kind.toLowerCase() !== 'audio' || !/RTP\/S?AVPF?$/i.test(media.profile)) return null;
  const bundle = bundleOf(sdp, slots[index]?.mid ?? null);
  // RFC 9143 section 6: port 0 and `bundle-only` is an offer all the same.
  const isBundleOnly = bundle.length > 0 && attributes(media.lines, 'bundle-only').length > 0;
  if (media.port === 0 && !isBundleOnly) return null;
  const payloads = withOneTone(payloadsOf(media));
  if (!payloads.some(({ isSound }) => isSound)) return null;
  const first = sdp.media[slots.findIndex(({ mid }) => mid !== null && mid === bundle[0])];
  const scopes: Scopes = [media.lines, first === undefined || first === media ? [] : first.lines, sdp.session];
  return { index, media, payloads, transport: transportLines(scopes, kind) };
}

const MID_EXTENSION = 'urn:ietf:params:rtp-hdrext:sdes:mid';

/** Header extensions (RFC 8285 section 5), each number and each name once; the mid's own only where its value is the far end's. */
function extensionLines({ lines }: SdpMedia, hasOwnMid: boolean): string[] {
  const numbers = new Set<number>();
  const names = new Set<string>();
  return attributes(lines, 'extmap').flatMap((value) => {
    const [, number, direction = '', name] = /^(\d{1,3})(\/[a-z]+)?\s+(\S+)/.exec(value) ?? [];
    const id = Number(number);
    if (name === undefined || id < 1 || id > 14 || numbers.has(id) || names.has(name)) return [];
    if (name === MID_EXTENSION && !hasOwnMid) return [];
    numbers.add(id);
    names.add(name);
    return [`a=extmap:${id}${direction} ${name}`];
  });
}

function write({ media, payloads }: Sound, transport: TransportLines, direction: Direction, mid: string, own: boolean) {
  const { lines } = media;
  const paced = ['ptime', 'maxptime'].flatMap((name) => {
    const value = attributes(lines, name).find((one) => /^\d{2,3}$/.test(one) && Number(one) <= 120);
    return value === undefined ? [] : [`a=${name}:${value}`];
  });
  const sources = attributes(lines, 'ssrc').filter(
    (value) => /^\d{1,10} (?:cname|msid):\S/.test(value) && Number.parseInt(value, 10) <= 0xffff_ffff,
  );
  return [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    ...(transport.isLite ? ['a=ice-lite'] : []),
    `m=audio ${media.port === null || media.port === 0 ? 9 : media.port} UDP/TLS/RTP/SAVPF ${payloads.map(({ number }) => number).join(' ')}`,
    'c=IN IP4 0.0.0.0',
    `a=mid:${mid}`,
    `a=${direction}`,
    ...transport.lines,
    ...codecLines(media, payloads),
    ...paced,
    ...extensionLines(media, own),
    ...(attributes(lines, 'rtcp-rsize').length > 0 ? ['a=rtcp-rsize'] : []),
    ...attributes(lines, 'msid')
      .filter((value) => /^\S+(?: \S+)?$/.test(value))
      .slice(0, 1)
      .map((value) => `a=msid:${value}`),
    ...sources.map((value) => `a=ssrc:${value}`),
    '',
  ].join('\r\n');
}

/**
 * Reads an offer or an answer. `usual`: the slot that has been the sound, which is looked at first; then the first usable line counts.
 * A text instead of a description: why there is none that this phone can talk over.
 */
export function readRemote(
  text: string,
  kind: 'offer' | 'answer',
  usual: number | null,
): RemoteDescription | SoundProblem {
  const sdp = parseSdp(text);
  const slots = sdp.media.map(slotOf);
  const order = [...(usual === null ? [] : [usual]), ...slots.keys()];
  const sounds = order.flatMap((index) => soundAt(sdp, slots, index, kind) ?? []);
  const sound = sounds.find(({ transport }) => transport !== null);
  if (sound === undefined || sound.transport === null) return sounds.length === 0 ? 'no-common-sound' : 'no-webrtc';
  const { index, media, payloads, transport } = sound;
  const mid = slots[index]?.mid ?? null;
  const direction = directionOf(sdp, media);
  return {
    slots,
    audio: index,
    isBundled: bundleOf(sdp, mid).length > 0,
    direction,
    theirs: new Map(
      payloads.flatMap(({ number, mapping, theirs }) => (mapping === theirs ? [] : [[number, theirs] as const])),
    ),
    write: (given) => write(sound, transport, direction, given, mid === null || given === mid),
  };
}
