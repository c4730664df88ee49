/** What the close code of a WebSocket means for the next connect (RFC 6455 section 7.4.1, IANA's registry); pure. */

/** `token`: the gateway does not accept who we are. `later`: it asks for time. `gone`: anything else, a restart too. */
export type CloseMeaning = 'token' | 'later' | 'gone';

/** 1008 policy violation, 3000 unauthorized, 3003 forbidden, and what gateways make of HTTP's 401, 403 and 407. */
const TOKEN: ReadonlySet<number> = new Set([1008, 3000, 3003, 4401, 4403, 4407]);
/** 1013 try again later, and what gateways make of HTTP's 429 and 503. */
const LATER: ReadonlySet<number> = new Set([1013, 4429, 4503]);

/** The meaning of a code; undefined: it is not known. */
export function closeMeaning(code: number | undefined): CloseMeaning {
  if (code === undefined) return 'gone';
  return TOKEN.has(code) ? 'token' : LATER.has(code) ? 'later' : 'gone';
}
