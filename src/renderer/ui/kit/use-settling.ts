import { useEffect, useState } from 'react';

/** A double click takes half a second at most; a hand that goes on pressing needs a moment to see that something else lies there now. Milliseconds. */
const SETTLING_MS = 600;

/** True for a moment after something came to where it lies, or came to mean something else (`meaning` changed). */
export function useSettling(meaning: string): boolean {
  const [settled, setSettled] = useState<string | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(meaning), SETTLING_MS);
    return () => clearTimeout(timer);
  }, [meaning]);
  return settled !== meaning;
}
