/**
 * Phoenix's v2 serialiser: each WebSocket text frame is `[joinRef, ref, topic, event, payload]`. `joinRef` names the join that a message belongs
 * to (null: a broadcast, or the socket itself), `ref` the request that a reply answers.
 */

export interface PhoenixFrame {
  readonly joinRef: string | null;
  readonly ref: string | null;
  readonly topic: string;
  readonly event: string;
  readonly payload: unknown;
}

/** The topic of the socket itself: heartbeats. */
export const SOCKET_TOPIC = 'phoenix';

const isRef = (value: unknown): value is string | null => value === null || typeof value === 'string';

/** The frame as text. */
export function encodeFrame({ joinRef, ref, topic, event, payload }: PhoenixFrame): string {
  return JSON.stringify([joinRef, ref, topic, event, payload]);
}

/** The frame in a message's data; null for what is none (binary, not JSON, another shape). */
export function decodeFrame(data: unknown): PhoenixFrame | null {
  if (typeof data !== 'string') return null;
  try {
    const parts: unknown = JSON.parse(data);
    if (!Array.isArray(parts) || parts.length !== 5) return null;
    const [joinRef, ref, topic, event, payload] = parts as readonly unknown[];
    return isRef(joinRef) && isRef(ref) && typeof topic === 'string' && typeof event === 'string'
      ? { joinRef, ref, topic, event, payload }
      : null;
  } catch {
    return null;
  }
}

/** What a reply says. */
export interface PhoenixReply {
  readonly ok: boolean;
  readonly response: unknown;
}

/** The payload of a `phx_reply`: `{status, response}`. */
export function replyOf(payload: unknown): PhoenixReply {
  const isObject = typeof payload === 'object' && payload !== null;
  return {
    ok: isObject && 'status' in payload && payload.status === 'ok',
    response: isObject && 'response' in payload ? payload.response : null,
  };
}
