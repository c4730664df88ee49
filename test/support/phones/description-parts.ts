/** The parts of a description of a far end, as it should be, and ways to change it. */

/** Of nobody. */
export const FINGERPRINT =
  'a=fingerprint:sha-256 10:17:1E:25:2C:33:3A:41:48:4F:56:5D:64:6B:72:79:80:87:8E:95:9C:A3:AA:B1:B8:BF:C6:CD:D4:DB:E2:E9';
const CANDIDATE = 'a=candidate:1 1 udp 2130706431 127.0.0.1 40000 typ host';
/** The session's lines. */
export const SESSION = ['v=0', 'o=- 20518 0 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'];
/** The lines of one path. */
export const PATH = [
  'a=rtcp-mux',
  'a=setup:actpass',
  FINGERPRINT,
  'a=ice-ufrag:8hhY',
  'a=ice-pwd:asd88fgpdd777uzjYhagZg12',
  CANDIDATE,
  'a=sendrecv',
];
/** One audio stream. */
export const AUDIO = [
  'm=audio 40000 UDP/TLS/RTP/SAVPF 0 101',
  'a=mid:0',
  ...PATH,
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-15',
];
/** A description as it should be. */
export const BASE = [...SESSION, ...AUDIO];
/** Lines as SDP. */
export const text = (lines: readonly string[]): string => `${lines.join('\r\n')}\r\n`;
/** Each line that begins so becomes these. */
export const instead = (start: string, ...lines: readonly string[]): string =>
  text(BASE.flatMap((line) => (line.startsWith(start) ? lines : [line])));
/** With these lines at the end. */
export const also = (...lines: readonly string[]): string => text([...BASE, ...lines]);
/** With these lines of the session. */
export const inSession = (...lines: readonly string[]): string => text([...SESSION, ...lines, ...AUDIO]);
/** Another m= line with these codecs. */
export const codecs = (line: string, ...maps: readonly string[]): string =>
  text([...SESSION, `m=audio 40000 UDP/TLS/RTP/SAVPF ${line}`, 'a=mid:0', ...PATH, ...maps]);
/** With this m= line. */
export const audioLine = (line: string): string => text([...SESSION, line, 'a=mid:0', ...PATH, 'a=rtpmap:0 PCMU/8000']);
/** With a line of the media as one of the session. */
export const sessionWide = (moved: string, line: string): string =>
  text([...SESSION, line, ...AUDIO.filter((one) => !one.startsWith(moved))]);

/** The one as it should be, with these lines of the media or of the session otherwise. */
export function descriptionWith({
  session = [],
  media = ['a=sendrecv'],
  connection = 'IN IP4 127.0.0.1',
  port = 40_000,
  more = [],
}: {
  /** Of the session, behind t=. */ readonly session?: readonly string[];
  /** Instead of `a=sendrecv`. */ readonly media?: readonly string[];
  readonly connection?: string;
  readonly port?: number;
  /** Behind the audio. */ readonly more?: readonly string[];
} = {}): string {
  return text([
    ...SESSION.map((line) => (line.startsWith('c=') ? `c=${connection}` : line)),
    ...session,
    ...AUDIO.flatMap((line) => (line === 'a=sendrecv' ? media : [line.replace('audio 40000', `audio ${port}`)])),
    ...more,
  ]);
}
