/** The requests that came, for as long as they may come again or their answer is not there (RFC 3261 section 17.2). */
import type { Clock } from '../../../base/clock';
import { callIdForStack } from './wording';
import type { SipMessage } from './sip-text';
import { branchForStack, readCSeq, transactionOf } from './transaction';

/** One request that came. */
export interface Served {
  readonly request: SipMessage;
  /** JsSIP has it; else it was answered in this room. */
  readonly isWithStack: boolean;
  /** It was answered here after JsSIP failed: what JsSIP still says stays here. */
  isGivenUp: boolean;
  /** The last provisional and the final response, as they left. */
  provisional: string | null;
  final: string | null;
}

export interface ServedRequests {
  readonly find: (request: SipMessage) => Served | undefined;
  /** By what a response of JsSIP says. */
  readonly answeredBy: (response: SipMessage) => Served | undefined;
  readonly add: (request: SipMessage, isWithStack: boolean) => Served;
  /** The INVITE that an ACK or a CANCEL belongs to. */
  readonly inviteOf: (request: SipMessage) => Served | undefined;
  readonly clear: () => void;
}

/** RFC 3261 sections 17.2.1 and 17.2.2, Timers H and J, ms. */
const KEPT_MS = 32_000;
const MOST = 1_024;

/** Creates the empty memory. Beyond 1,024 requests the oldest are forgotten, those that are answered first. */
export function createServedRequests(clock: Clock): ServedRequests {
  const byName = new Map<string, Served & { readonly at: number; readonly stackName: string }>();
  const byStack = new Map<string, string>();
  const named = (request: SipMessage, method: string): string => `${method} ${transactionOf(request)}`;
  const stackName = (branch: string, callId: string, number: number, method: string): string =>
    `${branch} ${callId} ${number} ${method}`;

  const forget = (name: string): void => {
    const one = byName.get(name);
    if (one === undefined) return;
    byName.delete(name);
    if (byStack.get(one.stackName) === name) byStack.delete(one.stackName);
  };
  const tidy = (): void => {
    const before = clock.now() - KEPT_MS;
    for (const [name, one] of byName) {
      if (one.final !== null && one.at < before) forget(name);
      else if (one.at >= before) break;
    }
    if (byName.size < MOST) return;
    const oldest = [...byName].find(([, one]) => one.final !== null) ?? [...byName][0];
    if (oldest !== undefined) forget(oldest[0]);
  };

  return {
    find: (request) => byName.get(named(request, request.method)),
    answeredBy: (response) => {
      const cseq = readCSeq(response);
      const via = response.headers.find(({ name }) => name === 'via')?.value ?? '';
      const branch = /;branch=([^;,\s]+)/.exec(via)?.[1] ?? '';
      const callId = response.headers.find(({ name }) => name === 'call-id')?.value ?? '';
      const name = byStack.get(stackName(branch, callId, cseq?.number ?? 0, cseq?.method ?? ''));
      return name === undefined ? undefined : byName.get(name);
    },
    add: (request, isWithStack) => {
      tidy();
      const name = named(request, request.method);
      forget(name);
      const callId = request.headers.find((one) => one.name === 'call-id')?.value ?? '';
      const own = stackName(
        branchForStack(request),
        callIdForStack(callId),
        readCSeq(request)?.number ?? 0,
        request.method,
      );
      const served = {
        request,
        isWithStack,
        isGivenUp: false,
        provisional: null,
        final: null,
        at: clock.now(),
        stackName: own,
      };
      byName.set(name, served);
      byStack.set(own, name);
      return served;
    },
    inviteOf: (request) => byName.get(named(request, 'INVITE')),
    clear: () => {
      byName.clear();
      byStack.clear();
    },
  };
}
