import { TriangleAlert, X } from 'lucide-react';
import { Button } from 'react-aria-components/Button';
import type { Failure } from '../../../contracts/base/result';
import { FailureText } from './FailureText';

interface FailureNoticeProps {
  readonly failure: Failure;
  readonly onRetry?: () => void;
  readonly onDismiss: () => void;
}

/** A failure where it happened. */
export function FailureNotice({ failure, onRetry, onDismiss }: FailureNoticeProps) {
  return (
    <div className="failure-notice" role="alert">
      <TriangleAlert className="failure-icon" size={20} aria-hidden="true" />
      <FailureText failure={failure} onRetry={onRetry} onDone={onDismiss} />
      <Button className="icon-button small" aria-label="Dismiss" onPress={onDismiss}>
        <X size={16} aria-hidden="true" />
      </Button>
    </div>
  );
}
