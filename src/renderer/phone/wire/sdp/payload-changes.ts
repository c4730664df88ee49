/**
 * Payload numbers that become another codec within a call. RFC 3264 section 8.3.2 forbids it, and phones do it (Twinkle). Chromium refuses its own
 * answer to such an offer as long as its last description has the number for something else, offered and never agreed upon included.
 */
import { payloadsOf } from './codecs';
import { attributes, parseSdp } from './sdp-lines';

/** The mapping of each number, in small letters. */
function mappingsOf(text: string): Map<string, string> {
  const [audio] = parseSdp(text).media;
  const mappings = new Map<string, string>();
  for (const value of attributes(audio?.lines ?? [], 'rtpmap')) {
    const [, number = '', mapping = ''] = /^(\d+)\s+(\S+)/.exec(value) ?? [];
    mappings.set(number, mapping.toLowerCase());
  }
  return mappings;
}

/** The numbers that this offer gives to another codec or clock than Chromium's own description does. Other parameters are no change. */
export function changedPayloads(local: string, offer: string): ReadonlySet<string> {
  const known = mappingsOf(local);
  return new Set(
    [...mappingsOf(offer)].flatMap(([number, mapping]) =>
      known.has(number) && known.get(number) !== mapping ? [number] : [],
    ),
  );
}

/** Chromium knows it by its number, which nobody may give to another codec. */
const PCMU = '0';

/**
 * An offer for Chromium alone, which it answers before `offer`, so that it lets the changed numbers go: what was agreed upon without them. The packets
 * keep their numbers, which no renumbering of descriptions would change. Null: no number changes. The texts are Chromium's descriptions and one
 * written for it.
 */
export function offerBefore(local: string, remote: string, offer: string): string | null {
  const changed = changedPayloads(local, offer);
  const [audio] = parseSdp(remote).media;
  if (changed.size === 0 || audio === undefined) return null;
  const hasSound = payloadsOf(audio).some(({ number, isSound }) => isSound && !changed.has(String(number)));
  const lines = remote.split('\r\n').flatMap((line) => {
    // The roles of DTLS stay as they are (RFC 8842 section 5.5).
    if (line.startsWith('a=setup:')) return ['a=setup:actpass'];
    if (line.startsWith('m=')) {
      const kept = line.split(' ').filter((part, n) => n < 3 || !changed.has(part));
      return [[...kept, ...(hasSound ? [] : [PCMU])].join(' ')];
    }
    const number = /^a=(?:rtpmap|fmtp|rtcp-fb):(\d+) /.exec(line)?.[1];
    return number !== undefined && changed.has(number) ? [] : [line];
  });
  return lines.join('\r\n');
}
