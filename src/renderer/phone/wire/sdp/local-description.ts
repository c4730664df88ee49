/** Our own description as the far end counts its streams: Chromium's one stream in its place, every other line rejected. */
import { directionIn, parseSdp, type Direction } from './sdp-lines';
import type { Slot } from './remote-description';

/** How the far end counts. */
export interface Layout {
  readonly slots: readonly Slot[];
  readonly audio: number;
  /** The far end bundles, so the one stream that is left is a group of its own. */
  readonly isBundled: boolean;
  /** Payloads that Chromium maps otherwise than the far end does: the far end's value of rtpmap by number. */
  readonly theirs: ReadonlyMap<number, string>;
}

/** RFC 3264 section 6: the same kind, profile and formats, port 0. Each needs an address (RFC 8866 section 5.7). */
const rejected = ({ kind, profile, formats, mid }: Slot): string[] => [
  `m=${kind} 0 ${profile} ${formats.join(' ')}`,
  'c=IN IP4 0.0.0.0',
  ...(mid === null ? [] : [`a=mid:${mid}`]),
];

/** The mid of the first stream of a description of ours, and which way it goes. */
export function localAudio(text: string): { readonly mid: string | null; readonly direction: Direction } {
  const [audio] = parseSdp(text).media;
  const mid = audio?.lines.find(({ type, value }) => type === 'a' && value.startsWith('mid:'))?.value.slice(4) ?? null;
  return { mid, direction: directionIn(audio?.lines ?? []) ?? 'sendrecv' };
}

const RTPMAP = /^a=rtpmap:(\d+) (.+)$/;

/** The stream's lines with the far end's mapping of each payload; of two payloads that would be the same the far end's own stays. */
function mappedAsTheirs(lines: readonly string[], theirs: Layout['theirs']): string[] {
  const numbers = lines.flatMap((line) => RTPMAP.exec(line)?.[1] ?? []);
  const own = new Map([...theirs].filter(([number]) => numbers.includes(String(number))));
  const mappings = new Set(own.values());
  const twins = new Set(
    lines.flatMap((line) => {
      const [, number = '', mapping = ''] = RTPMAP.exec(line) ?? [];
      return mappings.has(mapping) && !own.has(Number(number)) ? [number] : [];
    }),
  );
  return lines.flatMap((line) => {
    if (line.startsWith('m='))
      return [
        line
          .split(' ')
          .filter((part, n) => n < 3 || !twins.has(part))
          .join(' '),
      ];
    const number = /^a=(?:rtpmap|fmtp|rtcp-fb):(\d+) /.exec(line)?.[1];
    if (number === undefined) return [line];
    if (twins.has(number)) return [];
    const mapping = own.get(Number(number));
    return [mapping !== undefined && RTPMAP.test(line) ? `a=rtpmap:${number} ${mapping}` : line];
  });
}

/** Puts Chromium's description into the far end's order; offers that follow keep it (RFC 3264 section 8). */
export function writeLocal(text: string, { slots, audio, isBundled, theirs }: Layout): string {
  const lines = text.split('\r\n').filter((line) => line !== '');
  const starts = lines.flatMap((line, n) => (line.startsWith('m=') ? [n] : []));
  const [from = lines.length, to = lines.length] = starts;
  const slot = slots[audio];
  if (slot === undefined) return text;
  const { mid, kind, profile } = slot;
  const session = lines.slice(0, from).filter((line) => !line.startsWith('a=group:'));
  const stream = mappedAsTheirs(lines.slice(from, to), theirs).flatMap((line) => {
    if (line.startsWith('a=mid:')) return mid === null ? [] : [`a=mid:${mid}`];
    // RFC 3264 section 6: the transport of the answer is that of the offer.
    return line.startsWith('m=') ? [line.replace(/^m=\S+ (\S+) \S+/, `m=${kind} $1 ${profile}`)] : [line];
  });
  return [
    ...session,
    ...(isBundled && mid !== null ? [`a=group:BUNDLE ${mid}`] : []),
    ...slots.flatMap((one, n) => (n === audio ? stream : rejected(one))),
    '',
  ].join('\r\n');
}
