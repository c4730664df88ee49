/** What rewriting a message for JsSIP needs to know, and gives. */

/** What is known about the line and, of a response, about the request of ours that it answers. */
export interface RewriteContext {
  /** User parts by which requests find this phone; the first is the identity's. */
  readonly users: readonly string[];
  /** Part of the Contact that is ours in the answer to REGISTER: the instance id. */
  readonly instanceId: string;
  /** The request of ours that this response answers, as JsSIP wrote it. */
  readonly asked: AskedRequest | null;
}

/** The headers of a request of ours by which JsSIP knows the response. */
export interface AskedRequest {
  readonly branch: string;
  readonly method: string;
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  readonly cseq: number;
}

export interface Rewritten {
  readonly text: string;
  /** What was put right, in half sentences; empty: nothing that matters to anybody. */
  readonly repairs: readonly string[];
}
