import { useEffect, useRef } from 'react';
import { useApp } from './app-context';

const HEIGHTS = [4, 6, 8, 11, 14, 11, 8];

/** The microphone's level; grey while the microphone is closed. Written straight into the page, never rendered. */
export function MicrophoneLevel() {
  const { microphoneLevel } = useApp();
  const meter = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let stop: (() => void) | null = null;
    function show(level: number): void {
      const lit = String(Math.round(Math.min(1, Math.max(0, level)) * HEIGHTS.length));
      if (meter.current !== null && meter.current.dataset['lit'] !== lit) meter.current.dataset['lit'] = lit;
    }
    // Nobody looks at a hidden window: no analysis then.
    function follow(): void {
      stop?.();
      stop = document.hidden ? null : microphoneLevel(show);
    }
    follow();
    document.addEventListener('visibilitychange', follow);
    return () => {
      document.removeEventListener('visibilitychange', follow);
      stop?.();
    };
  }, [microphoneLevel]);
  return (
    <div ref={meter} className="microphone-level" role="img" aria-label="Microphone level" data-lit="0">
      {HEIGHTS.map((height, index) => (
        <span key={index} style={{ height }} />
      ))}
    </div>
  );
}
