/** Things that change with the clock are written straight into the page, twice a second and only while it is visible. */
import { useEffect, useRef, type RefObject } from 'react';

const TICK_MS = 500;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | null = null;

function tick(): void {
  for (const listener of listeners) listener();
}
function adjust(): void {
  const wanted = listeners.size > 0 && !document.hidden;
  if (wanted && timer === null) timer = setInterval(tick, TICK_MS);
  if (!wanted && timer !== null) {
    clearInterval(timer);
    timer = null;
  }
}
function add(listener: () => void): () => void {
  if (listeners.size === 0) document.addEventListener('visibilitychange', onVisibility);
  listeners.add(listener);
  adjust();
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) document.removeEventListener('visibilitychange', onVisibility);
    adjust();
  };
}
function onVisibility(): void {
  adjust();
  if (!document.hidden) tick();
}

/** Runs `write` on the element with the time now: at once, and on each tick. No React render happens. */
export function useTicker<E extends Element>(write: (element: E, now: number) => void): RefObject<E | null> {
  const element = useRef<E | null>(null);
  useEffect(() => {
    const run = (): void => {
      if (element.current !== null) write(element.current, Date.now());
    };
    run();
    return add(run);
  }, [write]);
  return element;
}

/** Writes text only when it differs, so that nothing is laid out in vain. */
export function writeText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
