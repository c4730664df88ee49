/** What single codes mean for a call: SIP's status codes and Q.850's causes. */
import type { EndCause } from '../../../contracts/call/call';

/** RFC 3261 section 21 and the IANA registry of response codes; what is not named here falls back on its class. */
const BY_STATUS: ReadonlyMap<number, EndCause> = new Map<number, EndCause>([
  [401, 'refused'],
  [402, 'refused'],
  [403, 'refused'],
  [404, 'not-found'],
  [405, 'refused'],
  [406, 'not-acceptable'],
  [407, 'refused'],
  [408, 'no-answer'],
  [410, 'not-found'],
  [414, 'not-found'],
  [415, 'not-acceptable'],
  [416, 'not-found'],
  // RFC 8224 section 6.2.2: they want to know who calls, and could not be told.
  [428, 'unverified'],
  [429, 'refused'],
  [430, 'unreachable'],
  [433, 'anonymous-refused'],
  [436, 'unverified'],
  [437, 'unverified'],
  [438, 'unverified'],
  [470, 'refused'],
  [480, 'no-answer'],
  [482, 'loop'],
  [483, 'loop'],
  [484, 'incomplete'],
  [485, 'not-found'],
  [486, 'busy'],
  [487, 'no-answer'],
  [488, 'not-acceptable'],
  [493, 'not-acceptable'],
  [494, 'refused'],
  [600, 'busy'],
  [603, 'declined-by-peer'],
  [604, 'not-found'],
  [606, 'not-acceptable'],
  // RFC 8197.
  [607, 'unwanted'],
  // RFC 8688: an intermediary, and not they.
  [608, 'blocked'],
]);

/** The cause of a final response to our INVITE, by its status alone. */
export function causeOfStatus(status: number): EndCause {
  const named = BY_STATUS.get(status);
  if (named !== undefined) return named;
  if (status >= 300 && status < 400) return 'redirect-failed';
  return status >= 500 && status < 600 ? 'unreachable' : 'failed';
}

/** The cause that a status names itself, or null: only its class says something. */
export function namedByStatus(status: number): EndCause | null {
  return BY_STATUS.get(status) ?? null;
}

/**
 * Statuses that gateways make of many a cause (RFC 3398 section 7.2.4.1, and what PBXs do: Asterisk says 403 for "declined"): a Reason that
 * says more than they do is the truth, and they are its translation. All of 5xx belongs here too.
 */
const GENERIC: ReadonlySet<number> = new Set([400, 403, 404, 408, 409, 480, 481, 487, 603]);

/** Whether a Reason header may say more than the status does. */
export function isGeneric(status: number): boolean {
  return GENERIC.has(status) || (status >= 500 && status < 600) || namedByStatus(status) === null;
}

/**
 * What the telephone network says (Q.850 section 2.2.7). Causes that say nothing about why are left out: 16 normal clearing, 31 normal
 * unspecified, 111 protocol error, 127 interworking and their like.
 */
const BY_Q850: ReadonlyMap<number, EndCause> = new Map<number, EndCause>([
  [1, 'not-found'],
  [2, 'not-found'],
  [3, 'not-found'],
  [4, 'unreachable'],
  [5, 'not-found'],
  [17, 'busy'],
  [18, 'no-answer'],
  [19, 'no-answer'],
  [20, 'unreachable'],
  [21, 'declined-by-peer'],
  [22, 'not-found'],
  [24, 'anonymous-refused'],
  [25, 'loop'],
  [27, 'unreachable'],
  [28, 'incomplete'],
  [29, 'refused'],
  [34, 'unreachable'],
  [38, 'unreachable'],
  [41, 'unreachable'],
  [42, 'unreachable'],
  [44, 'unreachable'],
  [47, 'unreachable'],
  [49, 'unreachable'],
  [50, 'refused'],
  [52, 'refused'],
  [53, 'refused'],
  [54, 'refused'],
  [55, 'refused'],
  [57, 'refused'],
  [58, 'unreachable'],
  [63, 'unreachable'],
  [65, 'not-acceptable'],
  [66, 'not-acceptable'],
  [70, 'not-acceptable'],
  [79, 'unreachable'],
  [87, 'refused'],
  [88, 'not-acceptable'],
  [102, 'unreachable'],
]);

/** The cause of a refusal that a Q.850 cause names, or null. */
export function causeOfQ850(cause: number): EndCause | null {
  return BY_Q850.get(cause) ?? null;
}

/** Q.850: it was the network that ended an answered call, and nobody. */
export const NETWORK_BROKE: ReadonlySet<number> = new Set([8, 25, 27, 34, 38, 39, 41, 42, 44, 46, 47, 102]);

/** Of a BYE: the far end lost the sound or the path of its requests, and nobody hung up. */
export const SIP_BROKE: ReadonlySet<number> = new Set([408, 430, 500, 502, 503, 504]);

/** 3GPP TS 24.229 section 7.2A.18.11, RELEASE_CAUSE: everything but 1, "user ends call". */
export const RELEASE_BROKE: ReadonlySet<number> = new Set([2, 3, 4, 5, 6]);
