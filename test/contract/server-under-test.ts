/** The port of the contract suite: what it needs of a SIP server, whoever made it, and what each takes upon itself. */
import type { GrantPresentation } from '../../src/contracts/profile/grant';
import type { LabTokenParts } from '../lab/lab';

/**
 * What a gateway of Ringfence may take upon itself. The contract asks a server for what it has, and for nothing less; docs/operators.md has the
 * same table.
 */
export const DUTIES = {
  'token-upgrade': 'opens no WebSocket for a wrong token',
  digest: 'registers and connects nobody who has a wrong password',
  identity: 'lets nobody call or register in another name',
  'token-life': 'ends a registration with its token, and begins nothing after it',
  'call-limits':
    'keeps the limits that a token carries: whom to call, how long, how many at a time, until when; passes on within a call only what its two sides send each other',
  'own-domain': 'serves its own domain alone',
  outbound: 'moves a binding to the newer WebSocket of the same phone (RFC 5626)',
  'end-to-end': 'passes what phones say to each other as it is',
  ringing: 'rings all phones of a user, and gives up by itself',
} as const;
export type Duty = keyof typeof DUTIES;

/** Where servers that do the same say it in other numbers. */
export interface Numbers {
  /** Seconds in the Contact of a 200 to a REGISTER that asked for so many. */
  readonly grants: (seconds: number) => number;
  /** From names somebody else. */
  readonly identity: number;
  /** A REGISTER for somebody else. */
  readonly foreignBinding: number;
  /** What a caller hears when the callee refuses with this status. */
  readonly passes: (status: number) => number;
}

/** How a proxy says it. */
export const PROXY_NUMBERS: Numbers = {
  grants: (seconds) => seconds,
  identity: 403,
  foreignBinding: 403,
  passes: (status) => status,
};

/** What a user proves itself with. */
export interface Proof {
  readonly presentation: GrantPresentation;
  /** What nobody may see. */
  readonly secret: string;
}

export interface ServerUnderTest {
  /** `ws://127.0.0.1:PORT/`; with the duty `token-upgrade` it takes the token as the query parameter `token`. */
  readonly url: string;
  readonly domain: string;
  /** A token that the server takes, or one that is wrong in the way that the parts say. Throws at a server that takes none. */
  readonly mint: (parts: LabTokenParts) => string;
  /** Gives the user a password: a new one, or with `keep` the one that it has; null: a token of `mint` takes its place. */
  readonly password: ((user: string, keep?: 'keep') => Promise<string>) | null;
  /** A user name that no other test has; null: any will do. */
  readonly user: (() => string) | null;
  /** Descriptions that it takes of raw clients. */
  readonly sdp: { readonly offer: string; readonly answer: string };
  /** Calls, media and unfinished transactions that the server holds for them. */
  readonly held: () => Promise<number>;
  readonly close: () => Promise<void>;
}

/** The descriptions of raw clients at a server that does not read them. */
export const UNREAD_SDP = { offer: 'v=0\r\no=offer\r\n', answer: 'v=0\r\no=answer\r\n' } as const;

/** The servers give up a call that nobody answers for so many ms: no fewer than Kamailio waits for any answer at all (tm's fr_timer). */
export const ANSWER_WITHIN_MS = 5_000;

/** A server that the suite can be run against. */
export interface ServerKind {
  readonly name: string;
  /** What it takes upon itself. */
  readonly duties: readonly Duty[];
  readonly numbers: Numbers;
  /** Why it can't run here, with what helps; null when it can. */
  readonly problem: () => Promise<string | null>;
  readonly start: () => Promise<ServerUnderTest>;
}
