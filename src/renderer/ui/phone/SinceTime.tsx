import { useCallback } from 'react';
import { timer } from '../kit/format';
import { useTicker, writeText } from '../kit/ticker';

interface SinceTimeProps {
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** What has lasted so long, for a screen reader that asks. */
  readonly label: string;
}

/** How long something has lasted: a hold, a ring. */
export function SinceTime({ since, label }: SinceTimeProps) {
  const write = useCallback((element: HTMLSpanElement, now: number) => writeText(element, timer(now - since)), [since]);
  const text = useTicker<HTMLSpanElement>(write);
  return <span ref={text} className="since-time" role="timer" aria-label={label} data-testid="since-time" />;
}
