import { useEffect } from 'react';
import { useStore } from '../../state/use-store';
import { useApp } from '../kit/app-context';

/** How good the call sounds. Without a reading it keeps its place empty. */
export function CallQuality({ callId }: { readonly callId: string }) {
  const { quality } = useApp();
  const reading = useStore(quality);
  useEffect(() => {
    quality.follow(callId);
    return () => quality.follow(null);
  }, [quality, callId]);
  if (reading === null) return null;
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
