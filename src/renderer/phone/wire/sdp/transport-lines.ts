/** The lines of a description that make a path for encrypted sound: ICE (RFC 8839), DTLS (RFC 8122, 8842), RTCP on the same port. */
import { attributes, type SdpLine } from './sdp-lines';

/** Where an attribute may stand, the nearest first: the media's own lines, those of its BUNDLE group's first line, the session's. */
export type Scopes = readonly (readonly SdpLine[])[];

export interface TransportLines {
  readonly lines: readonly string[];
  /** The far end is an ICE lite agent (RFC 8839 section 5.3), which is said once for the session. */
  readonly isLite: boolean;
}

const near = (scopes: Scopes, name: string, valid: (value: string) => boolean): string | undefined =>
  scopes.flatMap((lines) => attributes(lines, name).filter(valid))[0];

/** Bytes of the hashes that Chromium takes, the preferred first. */
const HASHES: ReadonlyMap<string, number> = new Map([
  ['sha-256', 32],
  ['sha-384', 48],
  ['sha-512', 64],
  ['sha-224', 28],
  ['sha-1', 20],
]);

function fingerprintIn(lines: readonly SdpLine[]): string | undefined {
  const values = attributes(lines, 'fingerprint').flatMap((value) => {
    const [, hash, digest] = /^(\S+)\s+((?:[0-9a-f]{2}:)*[0-9a-f]{2})$/i.exec(value) ?? [];
    const name = hash?.toLowerCase() ?? '';
    if (digest === undefined || digest.split(':').length !== HASHES.get(name)) return [];
    return [{ name, value: `${name} ${digest.toUpperCase()}` }];
  });
  return [...HASHES.keys()].flatMap((hash) => values.filter(({ name }) => name === hash))[0]?.value;
}

const isPort = (text: string | undefined): boolean =>
  text !== undefined && /^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) <= 65_535;
const isAddress = (text: string): boolean =>
  /^(?:\d{1,3}\.){3}\d{1,3}$/.test(text)
    ? text.split('.').every((part) => Number(part) <= 255)
    : /^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(text) || /^[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?$/i.test(text);

/** One candidate as Chromium takes it, or null: RFC 8839 section 5.1, component 1 (RTCP shares its port). */
function candidateLine(value: string): string | null {
  const [foundation, component, transport, priority, written, port, , type, ...more] = value.split(/\s+/);
  const address = written?.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');
  const kind = type?.toLowerCase();
  const protocol = transport?.toLowerCase();
  if (
    foundation === undefined ||
    component !== '1' ||
    (protocol !== 'udp' && protocol !== 'tcp') ||
    priority === undefined ||
    !/^\d{1,10}$/.test(priority) ||
    Number(priority) > 0xffff_ffff ||
    address === undefined ||
    !isAddress(address) ||
    !isPort(port) ||
    kind === undefined ||
    !['host', 'srflx', 'prflx', 'relay'].includes(kind)
  )
    return null;
  const extension = (name: string): string | undefined => {
    const at = more.findIndex((word, n) => n % 2 === 0 && word.toLowerCase() === name);
    return at === -1 ? undefined : more[at + 1];
  };
  const [related, relatedPort, tcpType] = [extension('raddr'), extension('rport'), extension('tcptype')];
  if (protocol === 'tcp' && tcpType !== undefined && !/^(?:active|passive|so)$/.test(tcpType)) return null;
  return [
    `a=candidate:${foundation.slice(0, 32)} 1 ${protocol} ${priority} ${address} ${port ?? ''} typ ${kind}`,
    ...(related !== undefined && isAddress(related) && isPort(relatedPort)
      ? [`raddr ${related} rport ${relatedPort ?? ''}`]
      : []),
    ...(protocol === 'tcp' && tcpType !== undefined ? [`tcptype ${tcpType}`] : []),
  ].join(' ');
}

function setupLine(scopes: Scopes, kind: 'offer' | 'answer'): string {
  const said = near(scopes, 'setup', (value) => /^(?:active|passive|actpass)$/i.test(value))?.toLowerCase();
  // RFC 8842 section 5.3: an answer is one or the other; who says neither is taken at its word when it speaks first.
  if (kind === 'answer') return `a=setup:${said === 'passive' ? 'passive' : 'active'}`;
  return `a=setup:${said ?? 'actpass'}`;
}

/** The lines of a path, or null when the far end has no encrypted sound as browsers do it: no ICE, no fingerprint, or two ports. */
export function transportLines(scopes: Scopes, kind: 'offer' | 'answer'): TransportLines | null {
  const inIceChars = (least: number) => (value: string) =>
    value.length >= least && value.length <= 256 && /^[A-Za-z0-9+/\-#_=]+$/.test(value);
  const ufrag = near(scopes, 'ice-ufrag', inIceChars(4));
  const password = near(scopes, 'ice-pwd', inIceChars(22));
  const fingerprint = scopes.flatMap((lines) => fingerprintIn(lines) ?? [])[0];
  const isMuxed = ['rtcp-mux', 'rtcp-mux-only'].some((name) => near(scopes, name, () => true) !== undefined);
  if (ufrag === undefined || password === undefined || fingerprint === undefined || !isMuxed) return null;
  const options = scopes.flatMap((lines) => attributes(lines, 'ice-options'))[0] ?? '';
  const known = options.split(/\s+/).filter((word) => /^(?:trickle|ice2|renomination)$/.test(word));
  const candidates = scopes.flatMap((lines) =>
    attributes(lines, 'candidate').flatMap((value) => candidateLine(value) ?? []),
  );
  return {
    isLite: near(scopes, 'ice-lite', () => true) !== undefined,
    lines: [
      'a=rtcp-mux',
      `a=ice-ufrag:${ufrag}`,
      `a=ice-pwd:${password}`,
      ...(known.length === 0 ? [] : [`a=ice-options:${known.join(' ')}`]),
      `a=fingerprint:${fingerprint}`,
      setupLine(scopes, kind),
      ...new Set(candidates),
    ],
  };
}
