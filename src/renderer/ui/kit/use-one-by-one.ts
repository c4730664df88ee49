import { useEffect, useState } from 'react';

/**
 * As much of a list as is drawn by now: one member more in each task, in their order. Four cards of a flood of calls would else be drawn in
 * one, and the window would stand still meanwhile. What leaves the list is gone at once.
 */
export function useOneByOne<T>(list: readonly T[]): readonly T[] {
  const [drawn, setDrawn] = useState(1);
  const most = Math.max(1, list.length);
  useEffect(() => {
    if (drawn === most) return;
    const timer = setTimeout(() => setDrawn(drawn > most ? most : drawn + 1));
    return () => clearTimeout(timer);
  }, [drawn, most]);
  return list.slice(0, drawn);
}
