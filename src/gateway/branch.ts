/** One branch of a proxied request (RFC 3261 section 16.6): the copy that went to one target, and what came back. */
import type { Endpoint } from './endpoint';
import {
  headerOf,
  headersOf,
  parseCseq,
  withHeader,
  withTopHeader,
  type HeaderField,
  type SipRequest,
  type SipResponse,
} from './sip-message';
import { randomToken } from './sip-reply';

/** Where one copy of a request goes. */
export interface Target {
  readonly endpoint: Endpoint;
  /** The Request-URI for this copy. */
  readonly uri: string;
  /** The gateway's Record-Route value for a dialog over this copy, or null. */
  readonly recordRoute: string | null;
}

export interface Branch {
  /** The branch parameter of the gateway's own Via. */
  readonly id: string;
  readonly target: Target;
  /** The request as it was sent. */
  readonly request: SipRequest;
  /** `calling` until a provisional response; a CANCEL may go out only after that (section 9.1). */
  state: 'calling' | 'proceeding' | 'done';
  /** The CANCEL that waits for the first provisional response, or null. */
  waitingCancel: readonly HeaderField[] | null;
  final: SipResponse | null;
}

/** The copy of `request` for one target: Request-URI, Max-Forwards, Record-Route, Via (section 16.6, steps 2-8). */
export function makeBranch(request: SipRequest, target: Target, domain: string): Branch {
  const id = `z9hG4bK${randomToken(10)}`;
  const hops = Number(headerOf(request, 'Max-Forwards') ?? '70') - 1;
  let copy = withHeader({ ...request, uri: target.uri }, 'Max-Forwards', String(hops));
  if (target.recordRoute !== null) copy = withTopHeader(copy, 'Record-Route', target.recordRoute);
  copy = withTopHeader(copy, 'Via', `SIP/2.0/WS ${domain};branch=${id}`);
  return { id, target, request: copy, state: 'calling', waitingCancel: null, final: null };
}

function hopByHop(branch: Branch, method: 'ACK' | 'CANCEL', to: string, extra: readonly HeaderField[]): SipRequest {
  const { request } = branch;
  const number = parseCseq(headerOf(request, 'CSeq') ?? '')?.number ?? 0;
  const copied = request.headers.filter(
    (field) => field.name === 'From' || field.name === 'Call-ID' || field.name === 'Route',
  );
  return {
    kind: 'request',
    method,
    uri: request.uri,
    headers: [
      { name: 'Via', value: headersOf(request, 'Via')[0] ?? '' },
      { name: 'Max-Forwards', value: '70' },
      ...copied,
      { name: 'To', value: to },
      { name: 'CSeq', value: `${number} ${method}` },
      ...extra,
    ],
    body: '',
  };
}

/** The ACK for a final response above 299 (section 17.1.1.3). */
export function ackFor(branch: Branch, response: SipResponse): SipRequest {
  return hopByHop(branch, 'ACK', headerOf(response, 'To') ?? '', []);
}

/** The CANCEL of this branch (section 9.1), with its Reason (RFC 3326) where there is one. */
export function cancelFor(branch: Branch, reason: readonly HeaderField[]): SipRequest {
  return hopByHop(branch, 'CANCEL', headerOf(branch.request, 'To') ?? '', reason);
}

/** Which final response of several the caller should see (section 16.7, step 6): the lower the better. */
function rank(status: number): number {
  if (status >= 600) return 0;
  if (status === 486) return 1;
  if (status < 500 && status !== 408 && status !== 480 && status !== 487) return 2;
  if (status === 480) return 3;
  if (status === 408) return 4;
  return status === 487 ? 6 : 5;
}

/** The best of the final responses above 299. */
export function bestOf(responses: readonly SipResponse[]): SipResponse | null {
  return [...responses].sort((a, b) => rank(a.status) - rank(b.status))[0] ?? null;
}
