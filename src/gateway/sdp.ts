/**
 * Session descriptions (RFC 8866) as far as an audio service needs them: reading an offer or answer of a WebRTC phone
 * (RFC 9429, one BUNDLE group, rtcp-mux), and writing our own, without trickle.
 */

export type MediaDirection = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

export interface AudioFormat {
  readonly payloadType: number;
  /** Lower case: `opus`, `pcmu`, `telephone-event`. */
  readonly name: string;
  readonly clockRate: number;
  readonly channels: number;
  readonly fmtp: string | null;
}

/** ICE (RFC 8445) and DTLS (RFC 5763) parameters of one side. */
export interface TransportParameters {
  readonly ufrag: string;
  readonly pwd: string;
  /** `sha-256 AB:CD...`. */
  readonly fingerprint: string;
  readonly setup: 'actpass' | 'active' | 'passive';
  /** Values of `a=candidate`, without the name. */
  readonly candidates: readonly string[];
}

/** What is read from the far end's description. */
export interface AudioDescription {
  readonly mid: string;
  readonly direction: MediaDirection;
  readonly formats: readonly AudioFormat[];
  readonly transport: TransportParameters;
  /** All m-lines in order, as `kind proto formats`; an answer has as many (RFC 3264 section 6). */
  readonly sections: readonly {
    readonly kind: string;
    readonly proto: string;
    readonly formats: string;
    readonly mid: string | null;
    readonly isAudio: boolean;
  }[];
}

const WELL_KNOWN: ReadonlyMap<number, Pick<AudioFormat, 'name' | 'clockRate'>> = new Map([
  [0, { name: 'pcmu', clockRate: 8000 }],
  [8, { name: 'pcma', clockRate: 8000 }],
  [9, { name: 'g722', clockRate: 8000 }],
]);
const DIRECTION = /^a=(sendrecv|sendonly|recvonly|inactive)$/;

const isDirection = (text: string | undefined): text is MediaDirection =>
  text !== undefined && ['sendrecv', 'sendonly', 'recvonly', 'inactive'].includes(text);
const isSetup = (text: string): text is TransportParameters['setup'] => ['actpass', 'active', 'passive'].includes(text);

function formatsOf(lines: readonly string[], payloads: readonly string[]): AudioFormat[] {
  return payloads.flatMap((payload) => {
    const payloadType = Number(payload);
    const map = lines
      .map((line) => /^a=rtpmap:(\d{1,3}) ([^/\s]+)\/(\d{1,6})(?:\/(\d))?/.exec(line))
      .find((match) => match?.[1] === payload);
    const fmtp =
      lines.find((line) => line.startsWith(`a=fmtp:${payload} `))?.slice(`a=fmtp:${payload} `.length) ?? null;
    if (map !== null && map !== undefined) {
      return [
        {
          payloadType,
          name: (map[2] ?? '').toLowerCase(),
          clockRate: Number(map[3]),
          channels: Number(map[4] ?? '1'),
          fmtp,
        },
      ];
    }
    const known = WELL_KNOWN.get(payloadType);
    return known === undefined ? [] : [{ payloadType, ...known, channels: 1, fmtp }];
  });
}

/** Reads an offer or answer; null when it has no audio over DTLS-SRTP that could be used. */
export function parseAudioDescription(text: string): AudioDescription | null {
  if (text.length > 65_536) return null;
  const lines = text.split(/\r?\n/);
  const starts = lines.flatMap((line, index) => (line.startsWith('m=') ? [index] : []));
  const session = lines.slice(0, starts[0] ?? 0);
  const parts = starts.map((start, index) => lines.slice(start, starts[index + 1] ?? lines.length));
  const value = (part: readonly string[], name: string): string | null =>
    [...part, ...session]
      .find((line) => line.startsWith(`a=${name}:`))
      ?.slice(name.length + 3)
      .trim() ?? null;
  const heads = parts.map((part) => /^m=(\w{1,20}) (\d{1,5})(?:\/\d+)? (\S{1,40}) (\S.*)$/.exec(part[0] ?? ''));
  const at = heads.findIndex(
    (head) => head?.[1] === 'audio' && head[2] !== '0' && /^(?:UDP|TCP)\/TLS\/RTP\/SAVPF?$/.test(head[3] ?? ''),
  );
  const part = parts[at];
  if (part === undefined) return null;
  const [ufrag, pwd, fingerprint, setup] = ['ice-ufrag', 'ice-pwd', 'fingerprint', 'setup'].map(
    (name) => value(part, name) ?? '',
  );
  if (!ufrag || !pwd || !fingerprint || !/^[a-z0-9-]+ [0-9A-Fa-f:]+$/.test(fingerprint)) return null;
  const direction = DIRECTION.exec([...part, ...session].find((line) => DIRECTION.test(line)) ?? '')?.[1];
  return {
    mid: value(part, 'mid') ?? '0',
    direction: isDirection(direction) ? direction : 'sendrecv',
    formats: formatsOf(part, (heads[at]?.[4] ?? '').split(' ')),
    transport: {
      ufrag,
      pwd,
      fingerprint,
      setup: setup !== undefined && isSetup(setup) ? setup : 'actpass',
      candidates: part
        .filter((line) => line.startsWith('a=candidate:'))
        .map((line) => line.slice('a=candidate:'.length).trim()),
    },
    sections: heads.map((head, index) => ({
      kind: head?.[1] ?? 'audio',
      proto: head?.[3] ?? 'UDP/TLS/RTP/SAVPF',
      formats: head?.[4] ?? '0',
      mid: value(parts[index] ?? [], 'mid'),
      isAudio: index === at,
    })),
  };
}

/** What our own description says. */
export interface LocalAudio {
  readonly sessionId: string;
  /** Grows with each description of a session (RFC 3264 section 8). */
  readonly version: number;
  readonly mid: string;
  readonly direction: MediaDirection;
  readonly formats: readonly AudioFormat[];
  readonly transport: TransportParameters;
  readonly ssrc: number;
}

function audioLines(audio: LocalAudio): string[] {
  const { transport, formats } = audio;
  const port = /^\S+ \d+ \S+ \d+ \S+ (\d+)/.exec(transport.candidates[0] ?? '')?.[1] ?? '9';
  return [
    `m=audio ${port} UDP/TLS/RTP/SAVPF ${formats.map((format) => format.payloadType).join(' ')}`,
    'c=IN IP4 127.0.0.1',
    `a=mid:${audio.mid}`,
    `a=${audio.direction}`,
    'a=rtcp-mux',
    ...formats.flatMap((format) => [
      `a=rtpmap:${format.payloadType} ${format.name === 'opus' || format.name === 'telephone-event' ? format.name : format.name.toUpperCase()}/${format.clockRate}${format.channels > 1 ? `/${format.channels}` : ''}`,
      ...(format.fmtp === null ? [] : [`a=fmtp:${format.payloadType} ${format.fmtp}`]),
    ]),
    'a=msid:practice practice-audio',
    `a=ssrc:${audio.ssrc} cname:practice`,
    `a=setup:${transport.setup}`,
    `a=ice-ufrag:${transport.ufrag}`,
    `a=ice-pwd:${transport.pwd}`,
    `a=fingerprint:${transport.fingerprint}`,
    ...transport.candidates.map((candidate) => `a=candidate:${candidate}`),
    ...(transport.candidates.length === 0 ? [] : ['a=end-of-candidates']),
  ];
}

/** Writes our description. `remote`: the offer it answers (its other m-lines are rejected with port 0), or null for an offer. */
export function formatAudioDescription(audio: LocalAudio, remote: AudioDescription | null): string {
  const sections =
    remote === null
      ? audioLines(audio)
      : remote.sections.flatMap((section) =>
          section.isAudio
            ? audioLines(audio)
            : [
                `m=${section.kind} 0 ${section.proto} ${section.formats}`,
                'c=IN IP4 0.0.0.0',
                ...(section.mid === null ? [] : [`a=mid:${section.mid}`]),
                'a=inactive',
              ],
        );
  return [
    'v=0',
    `o=- ${audio.sessionId} ${audio.version} IN IP4 127.0.0.1`,
    's=-',
    't=0 0',
    `a=group:BUNDLE ${audio.mid}`,
    'a=msid-semantic: WMS *',
    ...sections,
    '',
  ].join('\r\n');
}

/** The direction that answers `offered` when we would both send and receive (RFC 3264 section 6.1). */
export function answerDirection(offered: MediaDirection): MediaDirection {
  return offered === 'sendonly' ? 'recvonly' : offered === 'recvonly' ? 'sendonly' : offered;
}

/**
 * The formats that answer an offer: the first codec of ours that the far end offers, in its order, with all of its
 * telephone-events (RFC 4733). Null when there is no codec in common.
 */
export function chooseFormats(
  offered: readonly AudioFormat[],
  codecs: readonly string[],
): readonly AudioFormat[] | null {
  const codec = offered.find((format) => codecs.includes(format.name));
  return codec === undefined ? null : [codec, ...offered.filter((format) => format.name === 'telephone-event')];
}
