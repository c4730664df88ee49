import { useEffect } from 'react';
import { isLive } from '../../state/call-views';
import { useApp } from '../kit/app-context';
import { windowTitle } from '../kit/window-title';

const TICK_MS = 500;

/** Keeps the window's title in step with the calls. It draws nothing. */
export function WindowTitle() {
  const { phone } = useApp();
  useEffect(() => {
    let timer: ReturnType<typeof setInterval> | null = null;
    function write(): void {
      const snapshot = phone.get();
      const text = windowTitle(snapshot, Date.now());
      if (document.title !== text) document.title = text;
      // The time of a call goes on; without one nothing has to be looked at.
      const goesOn = snapshot.calls.some(isLive);
      if (goesOn) timer ??= setInterval(write, TICK_MS);
      else stop();
    }
    function stop(): void {
      if (timer !== null) clearInterval(timer);
      timer = null;
    }
    write();
    const leave = phone.subscribe(write);
    return () => {
      leave();
      stop();
      document.title = 'Ringfence';
    };
  }, [phone]);
  return null;
}
