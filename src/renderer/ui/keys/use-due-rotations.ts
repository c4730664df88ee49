import { useEffect, useState } from 'react';
import { useStore } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { dueRotations, dueSentence } from './rotation';

/** Timers hold about 24 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** How many rotations are ready to go on, and what is said of them. None for somebody who may not touch keys now. */
export function useDueRotations(): { readonly count: number; readonly sentence: string | null } {
  const { admin, profiles } = useApp();
  const snapshot = useStore(profiles);
  const locked = useStore(admin.seemsLocked);
  const [now, setNow] = useState(Date.now);
  const { due, next } = snapshot === null ? { due: [], next: null } : dueRotations(snapshot, now);
  useEffect(() => {
    if (next === null) return;
    const timer = setTimeout(() => setNow(Date.now()), Math.min(LONGEST_TIMER_MS, Math.max(0, next - Date.now()) + 10));
    return () => clearTimeout(timer);
  }, [next]);
  return locked ? { count: 0, sentence: null } : { count: due.length, sentence: dueSentence(due) };
}
