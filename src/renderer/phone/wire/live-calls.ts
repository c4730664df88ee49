/** Which calls there are, by what the wire says of them: the flows that carry them stay until they are over. */
import { isFirstInvite } from './open-requests';
import type { WireMessage } from './sip-wire';

export interface LiveCalls {
  readonly has: (callId: string) => boolean;
  /** An INVITE that begins a call leaves. */
  readonly placed: (callId: string) => void;
  /** A request came. True: it begins a call. */
  readonly asked: (request: WireMessage) => boolean;
  /** We answer. The Call-ID of the call that comes to nothing by that, or null. */
  readonly refusedBy: (response: WireMessage) => string | null;
  readonly ended: (callId: string) => void;
  readonly clear: () => void;
}

/** INVITEs that nobody answered yet are remembered up to this number. */
const MOST = 1_024;

/** Creates the empty list. */
export function createLiveCalls(): LiveCalls {
  const live = new Set<string>();
  /** Call-IDs of calls that came and have no final answer, by Call-ID and branch of their INVITE. */
  const came = new Map<string, string>();
  const named = ({ callId, branch }: WireMessage): string => `${callId} ${branch}`;
  return {
    has: (callId) => live.has(callId),
    placed: (callId) => void live.add(callId),
    asked: (request) => {
      if (!isFirstInvite(request)) return false;
      // Another branch of a call that there is (RFC 3261 section 8.2.2.2): its refusal ends nothing.
      if (live.has(request.callId)) return true;
      live.add(request.callId);
      came.set(named(request), request.callId);
      const [oldest] = came.keys();
      if (came.size > MOST && oldest !== undefined) came.delete(oldest);
      return true;
    },
    refusedBy: (response) => {
      // A CANCEL has the branch of its INVITE (RFC 3261 section 9.1). The CSeq of a refused INVITE may name any other method, or none.
      if (response.method === 'CANCEL' || response.status < 200) return null;
      const name = named(response);
      const callId = came.get(name) ?? null;
      came.delete(name);
      return response.status >= 300 ? callId : null;
    },
    ended: (callId) => void live.delete(callId),
    clear: () => {
      live.clear();
      came.clear();
    },
  };
}
