import { useCallback } from 'react';
import { useTicker, writeText } from './ticker';

interface CountdownProps {
  /** What it says at `now`, in milliseconds since the epoch. Stable between renders, or it starts anew. */
  readonly words: (now: number) => string;
}

/** Words that follow the clock. A screen reader reads them when it comes there, and is not told each second. */
export function Countdown({ words }: CountdownProps) {
  const write = useCallback((element: HTMLSpanElement, now: number) => writeText(element, words(now)), [words]);
  const text = useTicker<HTMLSpanElement>(write);
  return <span ref={text} role="timer" aria-live="off" />;
}
