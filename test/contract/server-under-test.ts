/** The port of the contract suite: what it needs of a SIP server, whoever made it. */
import type { LabTokenParts } from '../lab/lab';

export interface ServerUnderTest {
  /** `ws://127.0.0.1:PORT/`; takes the token as the query parameter `token`. */
  readonly url: string;
  readonly domain: string;
  /** A token that the server takes, or one that is wrong in the way that the parts say. */
  readonly mint: (parts: LabTokenParts) => string;
  /** Calls, media and unfinished transactions that the server holds for them. */
  readonly held: () => Promise<number>;
  readonly close: () => Promise<void>;
}

/** The servers give up a call that nobody answers for so many ms: no fewer than Kamailio waits for any answer at all (tm's fr_timer). */
export const ANSWER_WITHIN_MS = 5_000;

/** A server that the suite can be run against. */
export interface ServerKind {
  readonly name: string;
  /** Why it can't run here, with what helps; null when it can. */
  readonly problem: () => Promise<string | null>;
  readonly start: () => Promise<ServerUnderTest>;
}
