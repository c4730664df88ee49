/** SDP as lines (RFC 8866 section 5), read with tolerance: what is no line is left out, and nothing makes the rest unreadable. */

/** One line; `value` has no blanks around it. */
export interface SdpLine {
  readonly type: string;
  readonly value: string;
}

/** One m= line and what belongs to it. */
export interface SdpMedia {
  /** As written: `audio`, `image` ... */
  readonly kind: string;
  /** Null: no port number. 0 rejects the stream, or does not offer it. */
  readonly port: number | null;
  /** `RTP/AVP`, `udptl` ... */
  readonly profile: string;
  readonly formats: readonly string[];
  readonly lines: readonly SdpLine[];
}

export interface ParsedSdp {
  readonly session: readonly SdpLine[];
  readonly media: readonly SdpMedia[];
}

/** Which way a stream goes, as the side says that wrote the description (RFC 8866 section 6.7). */
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** A byte order mark, also one that was taken for Latin-1, and what ends a string early in C++. */
const NOISE = /^(?:\uFEFF|\u00EF\u00BB\u00BF)|\0/g;

function mediaOf(value: string, lines: readonly SdpLine[]): SdpMedia {
  const [kind = '', port = '', profile = '', ...formats] = value.split(/\s+/);
  const number = /^(\d{1,5})(?:\/\d+)?$/.exec(port)?.[1];
  const valid = number !== undefined && Number(number) <= 65_535;
  return { kind, port: valid ? Number(number) : null, profile, formats, lines };
}

/** Reads a description; line ends may be CR LF, LF or CR. */
export function parseSdp(text: string): ParsedSdp {
  const session: SdpLine[] = [];
  const media: { readonly value: string; readonly lines: SdpLine[] }[] = [];
  for (const written of text.replace(NOISE, '').split(/\r\n|\n|\r/)) {
    const [, type, rest] = /^\s*([A-Za-z])\s*=(.*)$/.exec(written) ?? [];
    if (type === undefined || rest === undefined) continue;
    const line = { type: type.toLowerCase(), value: rest.trim() };
    if (line.type === 'm') media.push({ value: line.value, lines: [] });
    else (media.at(-1)?.lines ?? session).push(line);
  }
  return { session, media: media.map(({ value, lines }) => mediaOf(value, lines)) };
}

/** The values of an attribute in order; a flag has the value `''`. */
export function attributes(lines: readonly SdpLine[], name: string): string[] {
  return lines.flatMap(({ type, value }) => {
    if (type !== 'a') return [];
    const colon = value.indexOf(':');
    const written = (colon === -1 ? value : value.slice(0, colon)).trim().toLowerCase();
    return written === name ? [colon === -1 ? '' : value.slice(colon + 1).trim()] : [];
  });
}

const DIRECTIONS: readonly Direction[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];

/** The direction that these lines say; the last one counts, as in Chromium. Null: none. */
export function directionIn(lines: readonly SdpLine[]): Direction | null {
  return lines.reduce<Direction | null>(
    (found, { type, value }) =>
      type === 'a' ? (DIRECTIONS.find((one) => one === value.toLowerCase()) ?? found) : found,
    null,
  );
}

/** The address of the last c= line, or null (RFC 8866 section 5.7). */
export function connectionAddress(lines: readonly SdpLine[]): string | null {
  const value = lines.findLast(({ type }) => type === 'c')?.value ?? '';
  return /^IN\s+IP[46]\s+([^\s/]+)/i.exec(value)?.[1] ?? null;
}
