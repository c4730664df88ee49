import { useEffect } from 'react';
import { useStore } from '../../state/use-store';
import { useApp } from '../kit/app-context';

interface CallQualityProps {
  readonly callId: string;
  /** An assistant sends nothing while it listens. */
  readonly isAssistant: boolean;
}

/** How good the call sounds, or that nothing is heard of the far end. Without a reading it keeps its place empty. */
export function CallQuality({ callId, isAssistant }: CallQualityProps) {
  const { quality } = useApp();
  const reading = useStore(quality);
  useEffect(() => {
    quality.follow(callId, isAssistant);
    return () => quality.follow(null);
  }, [quality, callId, isAssistant]);
  if (reading === null) return null;
  if (reading.word === 'No sound arrives')
    return (
      <span className="quality" data-quality={reading.word} role="status">
        <span className="quality-word">{reading.word}</span>
      </span>
    );
  return (
    <span className="quality" data-quality={reading.word}>
      <span className="quality-bars" aria-hidden="true">
        <span />
        <span />
        <span />
        <span />
      </span>
      <span className="quality-word">{reading.word}</span>
      <span className="quality-detail">
        {[reading.codec, reading.roundTripMs === null ? '' : `${reading.roundTripMs} ms`]
          .filter((text) => text !== '')
          .join(' · ')}
      </span>
    </span>
  );
}
