/** Our tags in the dialogs of calls, by which a request within a call is told from one for a call that there is not (RFC 3261 section 12.2.2). */

export interface OwnTags {
  /** A message with this tag of ours leaves. */
  readonly note: (callId: string, tag: string | null) => void;
  readonly knows: (callId: string, tag: string) => boolean;
  readonly clear: () => void;
}

/** Creates the empty memory; calls that `isGoingOn` does not know any more are forgotten as others come. */
export function createOwnTags(isGoingOn: (callId: string) => boolean): OwnTags {
  const tags = new Map<string, Set<string>>();
  return {
    note: (callId, tag) => {
      if (tag === null || tags.get(callId)?.has(tag) === true) return;
      for (const other of tags.keys()) if (other !== callId && !isGoingOn(other)) tags.delete(other);
      tags.set(callId, new Set([...(tags.get(callId) ?? []), tag]));
    },
    knows: (callId, tag) => isGoingOn(callId) && tags.get(callId)?.has(tag) === true,
    clear: () => tags.clear(),
  };
}
