import { TriangleAlert, X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { Failure } from '../../../contracts/base/result';
import { FailureText } from './FailureText';
import { IconButton } from './IconButton';

interface FailureNoticeProps {
  readonly failure: Failure;
  readonly onRetry?: () => void;
  readonly onDismiss: () => void;
}

/** A failure where it happened. */
export function FailureNotice({ failure, onRetry, onDismiss }: FailureNoticeProps) {
  const box = useRef<HTMLDivElement>(null);
  // It stands at the head of its panel, and the button that was pressed may be far below.
  useEffect(() => {
    box.current?.scrollIntoView({ block: 'nearest' });
  }, [failure]);
  return (
    <div ref={box} className="failure-notice" role="alert">
      <TriangleAlert className="failure-icon" size={20} aria-hidden="true" />
      <FailureText failure={failure} onRetry={onRetry} onDone={onDismiss} />
      <IconButton className="icon-button small" label="Dismiss" onPress={onDismiss}>
        <X size={16} aria-hidden="true" />
      </IconButton>
    </div>
  );
}
