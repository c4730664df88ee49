import { useCallback } from 'react';
import { useTicker, writeText } from '../kit/ticker';

/** How long the connection of a call has been away, in whole seconds. Its start and end are announced; the seconds are not. */
export function RecoveringTime({ since }: { readonly since: number }) {
  const write = useCallback(
    (element: HTMLSpanElement, now: number) => writeText(element, `${Math.max(0, Math.floor((now - since) / 1000))} s`),
    [since],
  );
  const text = useTicker<HTMLSpanElement>(write);
  return <span ref={text} className="recovering-time" data-testid="recovering-time" aria-hidden="true" />;
}
