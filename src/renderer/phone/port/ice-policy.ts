/**
 * When the INVITE (or its answer) may leave. JsSIP waits for the end of gathering, which a silent STUN server delays by
 * 10-40 s; we leave a moment after the first candidate that can work, or at a cap (RFC 8445 needs no complete list: what
 * is missing is found as peer-reflexive).
 */
export interface IceContext {
  /** A TURN server is configured: a network that needs it has no other way. */
  readonly hasTurn: boolean;
  /** The gateway is on this computer, so loopback candidates work and are kept. */
  readonly gatewayOnThisComputer: boolean;
}

/** Milliseconds. `soft` runs from the first usable candidate, `hard` from the start of gathering. */
export interface IceCaps {
  readonly softMs: number;
  readonly hardMs: number;
}

/** The siblings of the first candidate come within the same tick. */
export function iceCaps(context: IceContext): IceCaps {
  return context.hasTurn ? { softMs: 1, hardMs: 1_500 } : { softMs: 1, hardMs: 500 };
}

interface Server {
  readonly urls: readonly string[];
  readonly username?: string | undefined;
  readonly credential?: string | undefined;
}

/**
 * The servers that a peer connection may be given. The browser refuses all of them, and with them every call, when a TURN server has no
 * credential (W3C WebRTC section 4.4.1.2), as one of a profile has: only a provider's grant brings it. These are left out.
 */
export function usableIceServers(servers: readonly Server[]): RTCIceServer[] {
  return servers.flatMap(({ urls, username, credential }): RTCIceServer[] => {
    if (username !== undefined && credential !== undefined) return [{ urls: [...urls], username, credential }];
    const stun = urls.filter((url) => /^stuns?:/.test(url));
    return stun.length === 0 ? [] : [{ urls: stun }];
  });
}

interface Candidate {
  readonly address: string;
  readonly type: string;
}

/** The parts of an `a=candidate` value (RFC 8839 section 5.1) that the policy reads, or null. */
function parseCandidate(line: string): Candidate | null {
  const fields = line
    .replace(/^a=/, '')
    .replace(/^candidate:/, '')
    .trim()
    .split(/\s+/);
  const address = fields[4];
  const type = fields[7];
  return address === undefined || type === undefined ? null : { address, type };
}

const isLoopback = (address: string): boolean => /^127(?:\.\d{1,3}){3}$/.test(address) || address === '::1';

/** True when the offer may leave (after the soft cap) with this candidate in it. */
export function isUsable(line: string, context: IceContext): boolean {
  const candidate = parseCandidate(line);
  if (candidate === null) return false;
  if (isLoopback(candidate.address)) return context.gatewayOnThisComputer;
  return context.hasTurn ? candidate.type === 'relay' : true;
}

/** Takes the candidates of this computer's loopback out of an SDP that goes to another computer. */
export function withoutLoopbackCandidates(sdp: string, context: IceContext): string {
  if (context.gatewayOnThisComputer) return sdp;
  return sdp
    .split('\r\n')
    .filter((line) => {
      if (!line.startsWith('a=candidate:')) return true;
      const candidate = parseCandidate(line);
      return candidate === null || !isLoopback(candidate.address);
    })
    .join('\r\n');
}
