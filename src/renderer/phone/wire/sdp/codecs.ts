/** Which payloads of an audio line this phone and the browser can do, and the lines that say so in a form that Chromium takes. */
import { attributes, type SdpMedia } from './sdp-lines';

export interface Payload {
  readonly number: number;
  /** The value of rtpmap after the number, for Chromium. */
  readonly mapping: string;
  /** The same for the far end. */
  readonly theirs: string;
  /** People can be heard in it: not telephone-event or comfort noise alone. */
  readonly isSound: boolean;
}

/** RFC 3551 section 6. Chromium knows these by their number: it does not find PCMU under a dynamic one. */
const STATIC: ReadonlyMap<number, readonly [name: string, isSound: boolean]> = new Map([
  [0, ['PCMU', true]],
  [8, ['PCMA', true]],
  [9, ['G722', true]],
  [13, ['CN', false]],
]);

/** 64-95 look like RTCP where both share a port (RFC 5761 section 4); Chromium takes 35-63 for dynamic ones too. */
const isDynamic = (number: number): boolean => (number >= 35 && number <= 63) || (number >= 96 && number <= 127);

interface Mapping {
  readonly name: string;
  readonly clock: number;
}

function mappingsOf({ lines }: SdpMedia): ReadonlyMap<number, Mapping> {
  const mappings = new Map<number, Mapping>();
  for (const value of attributes(lines, 'rtpmap')) {
    const [, number, name, clock] = /^(\d{1,3})\s+([^\s/]+)\s*\/\s*(\d{1,6})\s*(?:\/|$)/.exec(value) ?? [];
    if (name === undefined || mappings.has(Number(number))) continue;
    mappings.set(Number(number), { name: name.toLowerCase(), clock: Number(clock) });
  }
  return mappings;
}

const payload = (number: number, mapping: string, isSound: boolean): Payload => ({
  number,
  mapping,
  theirs: mapping,
  isSound,
});

function payloadOf(number: number, mapping: Mapping | undefined): Payload | null {
  const known = STATIC.get(number);
  if (known !== undefined) {
    const [name, isSound] = known;
    // A mapping that says something else says that the far end means something else.
    if (mapping !== undefined && (mapping.name !== name.toLowerCase() || mapping.clock !== 8_000)) return null;
    return payload(number, `${name}/8000`, isSound);
  }
  if (mapping === undefined || !isDynamic(number)) return null;
  // RFC 7587 section 7: always two channels, whatever is sent; Chromium refuses the codec without them.
  if (mapping.name === 'opus' && mapping.clock === 48_000) return payload(number, 'opus/48000/2', true);
  if (mapping.name === 'telephone-event' && mapping.clock >= 8_000)
    return payload(number, `telephone-event/${mapping.clock}`, false);
  return null;
}

/** The payloads that are left of a line, in its order, each once. */
export function payloadsOf(media: SdpMedia): Payload[] {
  const mappings = mappingsOf(media);
  const numbers = media.formats.filter((format) => /^\d{1,3}$/.test(format)).map(Number);
  return [...new Set(numbers)].flatMap((number) => payloadOf(number, mappings.get(number)) ?? []);
}

const OPUS_PARAMETER = /^[a-z-]{1,32}=\d{1,9}$/;
/** Which digits (RFC 4733 section 2.4.1). */
const EVENTS = /^\d{1,3}(?:-\d{1,3})?(?:,\d{1,3}(?:-\d{1,3})?)*$/;

function parametersOf({ mapping }: Payload, value: string): string {
  const parts = value.split(';').map((part) => part.replace(/\s+/g, ''));
  const kept = parts.filter((part) => (mapping.startsWith('opus/') ? OPUS_PARAMETER : EVENTS).test(part));
  return kept.join(';');
}

/** `a=rtpmap`, `a=fmtp` and `a=rtcp-fb` of these payloads; lines of any other are left out. */
export function codecLines(media: SdpMedia, payloads: readonly Payload[]): string[] {
  const formats = attributes(media.lines, 'fmtp');
  const feedback = attributes(media.lines, 'rtcp-fb');
  return payloads.flatMap((one) => {
    const { number, mapping } = one;
    const parameters = formats.flatMap((value) => {
      const [, rest] = new RegExp(`^0*${number}\\s+(.+)$`).exec(value) ?? [];
      return rest === undefined ? [] : [parametersOf(one, rest)];
    })[0];
    const wanted = feedback.flatMap((value) => {
      const [, kind] = new RegExp(`^(?:0*${number}|\\*)\\s+(transport-cc|nack)$`).exec(value) ?? [];
      return kind === undefined ? [] : [kind];
    });
    return [
      `a=rtpmap:${number} ${mapping}`,
      ...(parameters === undefined || parameters === '' ? [] : [`a=fmtp:${number} ${parameters}`]),
      ...[...new Set(wanted)].map((kind) => `a=rtcp-fb:${number} ${kind}`),
    ];
  });
}
