import { useLayoutEffect, useRef } from 'react';
import type { TranscriptLine } from '../../../contracts/call/transcript';

/** What was said, newest at the bottom; it stays there unless somebody scrolls up to read. Below the card, which keeps its height. */
export function TranscriptPanel({ lines }: { readonly lines: readonly TranscriptLine[] }) {
  const list = useRef<HTMLOListElement>(null);
  const atEnd = useRef(true);
  useLayoutEffect(() => {
    if (atEnd.current && list.current !== null) list.current.scrollTop = list.current.scrollHeight;
  }, [lines]);
  return (
    <ol
      ref={list}
      className="transcript"
      role="log"
      // Whoever hears the call does not want it read out as well.
      aria-live="off"
      aria-label="Transcript"
      tabIndex={0}
      data-allow-scroll
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        atEnd.current = scrollTop + clientHeight >= scrollHeight - 24;
      }}
    >
      {lines.map(({ itemId, speaker, text, completed }) => (
        <li key={`${speaker} ${itemId}`} className="transcript-line" data-completed={completed}>
          <span className="transcript-speaker">{speaker}</span>
          <span className="transcript-text">{text}</span>
        </li>
      ))}
    </ol>
  );
}
