import { useCallback } from 'react';
import type { Call } from '../../../contracts/call/call';
import { timer } from '../kit/format';
import { useTicker, writeText } from '../kit/ticker';

/** How long the conversation has lasted, or lasted. */
export function CallTimer({ call }: { readonly call: Extract<Call, { answeredAt: number | null }> }) {
  const from = call.answeredAt;
  const until = call.phase === 'ended' ? call.endedAt : null;
  const write = useCallback(
    (element: HTMLSpanElement, now: number) => writeText(element, from === null ? '' : timer((until ?? now) - from)),
    [from, until],
  );
  const text = useTicker<HTMLSpanElement>(write);
  return <span ref={text} className="call-timer" role="timer" aria-label="Duration" />;
}
