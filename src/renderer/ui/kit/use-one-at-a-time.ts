import { useEffect, useRef, useState } from 'react';

/** What takes longer waits for a person: at the keychain's prompt, or in a dialog. Milliseconds. */
const PERSON_AFTER_MS = 400;

export interface OneAtATime {
  readonly busy: boolean;
  /** It takes so long that the system may be asking the person something. */
  readonly waits: boolean;
  /** Does the work, or nothing while other work is on. */
  readonly alone: (work: () => Promise<void>) => Promise<void>;
}

/** One piece of work at a time: a second press while the system asks the person something does nothing. */
export function useOneAtATime(): OneAtATime {
  // Two presses may come before the first is drawn.
  const running = useRef(false);
  const [busy, setBusy] = useState(false);
  const [waits, setWaits] = useState(false);
  useEffect(() => {
    if (!busy) return;
    const timer = setTimeout(() => setWaits(true), PERSON_AFTER_MS);
    return () => {
      clearTimeout(timer);
      setWaits(false);
    };
  }, [busy]);
  async function alone(work: () => Promise<void>): Promise<void> {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    try {
      await work();
    } finally {
      running.current = false;
      setBusy(false);
    }
  }
  return { busy, waits, alone };
}
