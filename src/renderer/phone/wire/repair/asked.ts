/** The requests of ours that may still be answered, and the answers that are made up where the real one can't be used. */
import { restored } from './alias';
import type { AskedRequest } from './rewrite-context';
import { headerLabel, valueOf, valuesOf, type SipMessage } from './sip-text';
import { readCSeq, tagOf, topVia } from './transaction';
import { splitLists } from './values';

/** One request of ours. */
export interface Asked extends AskedRequest {
  /** As JsSIP wrote it. */
  readonly request: SipMessage;
  /** JsSIP acknowledged a final response to it. */
  isAcknowledged: boolean;
  /** A final response was passed on. */
  isAnswered: boolean;
  /** The final response was turned into another: JsSIP's ACK to it stays here. */
  swallowsAck: boolean;
}

export interface AskedRequests {
  readonly add: (request: SipMessage) => void;
  readonly byBranch: (branch: string) => Asked | undefined;
  /** The request that a response answers: by branch, and where that is lost by Call-ID and CSeq. */
  readonly answeredBy: (response: SipMessage) => Asked | undefined;
  readonly clear: () => void;
}

const MOST = 256;
/** Of those that are answered the newest are kept, for answers that are repeated; a day of calls must not pile up here. */
const MOST_BEFORE_ANSWERED_GO = 32;

/** Creates the empty memory; of more than 32 requests the oldest that is answered is forgotten, of more than 256 the oldest. */
export function createAskedRequests(): AskedRequests {
  const byBranch = new Map<string, Asked>();
  return {
    add: (request) => {
      const branch = topVia(request)?.branch ?? '';
      const cseq = readCSeq(request);
      if (branch === '' || cseq === null) return;
      byBranch.delete(branch);
      byBranch.set(branch, {
        request,
        branch,
        method: request.method,
        from: valueOf(request, 'from'),
        to: valueOf(request, 'to'),
        callId: valueOf(request, 'call-id'),
        cseq: cseq.number,
        isAcknowledged: false,
        isAnswered: false,
        swallowsAck: false,
      });
      if (byBranch.size <= MOST_BEFORE_ANSWERED_GO) return;
      const [oldest] = byBranch.keys();
      const answered = [...byBranch.values()].find(({ isAnswered }) => isAnswered)?.branch;
      const leaving = answered ?? (byBranch.size > MOST ? oldest : undefined);
      if (leaving !== undefined) byBranch.delete(leaving);
    },
    byBranch: (branch) => byBranch.get(branch),
    answeredBy: (response) => {
      const found = byBranch.get(topVia(response)?.branch ?? '');
      const cseq = readCSeq(response);
      // A CANCEL has the branch of its INVITE (RFC 3261 section 9.1). Whatever else the CSeq says, nobody guesses a branch of ours.
      if (found !== undefined && !(found.method === 'INVITE' && cseq?.method === 'CANCEL')) return found;
      if (cseq === null) return undefined;
      const callId = valueOf(response, 'call-id');
      return [...byBranch.values()].find(
        (one) => restored(one.callId) === callId && one.cseq === cseq.number && one.method === cseq.method,
      );
    },
    clear: () => byBranch.clear(),
  };
}

/** Phrase of the 500 that stands for a 2xx with which JsSIP could not work. */
export const UNUSABLE_ANSWER = 'Unusable Answer';

/** A response to a request of ours that JsSIP reads whatever the real one looked like. */
export function madeUpResponse(asked: Asked, status: number, phrase: string): string {
  const tagged = tagOf(asked.request, 'to') === null ? `${asked.to};tag=made-up` : asked.to;
  return [
    `SIP/2.0 ${status} ${phrase}`,
    ...valuesOf(asked.request, 'via').map((value) => `${headerLabel('via')}: ${value}`),
    `From: ${asked.from}`,
    `To: ${tagged}`,
    `Call-ID: ${asked.callId}`,
    `CSeq: ${asked.cseq} ${asked.method}`,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

/**
 * ACK and BYE for a 2xx that names no address for requests in the dialog: they go where the INVITE went (RFC 3261 section 12.1.2 leaves the
 * dialog without a target). The first is the ACK.
 */
export function endWithoutTarget(asked: Asked, response: SipMessage): readonly [string, string] {
  const target = restored(asked.request.uri);
  const sentBy = restored(valueOf(asked.request, 'via')).replace(/;.*$/s, '');
  const routes = splitLists(valuesOf(response, 'record-route')).reverse();
  const to = valueOf(response, 'to');
  const request = (method: string, sequence: number): string =>
    [
      `${method} ${target} SIP/2.0`,
      ...routes.map((route) => `Route: ${route}`),
      `Via: ${sentBy};branch=${asked.branch}end${method}`,
      'Max-Forwards: 69',
      `To: ${to === '' ? restored(asked.to) : to}`,
      `From: ${restored(asked.from)}`,
      `Call-ID: ${restored(asked.callId)}`,
      `CSeq: ${sequence} ${method}`,
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n');
  return [request('ACK', asked.cseq), request('BYE', asked.cseq + 1)];
}
