import { X } from 'lucide-react';
import { Button } from 'react-aria-components/Button';
import {
  UNSTABLE_Toast as Toast,
  UNSTABLE_ToastContent as ToastContent,
  UNSTABLE_ToastRegion as ToastRegion,
} from 'react-aria-components/Toast';
import { FailureText } from '../kit/FailureText';
import { notices } from '../kit/notices';

/** The corner where notices appear. */
export function Notices() {
  return (
    <ToastRegion queue={notices} className="notices" aria-label="Notices">
      {({ toast }) => (
        <Toast toast={toast} className="notice" data-kind={toast.content.kind}>
          <ToastContent className="notice-content">
            {toast.content.kind === 'failure' ? (
              <FailureText failure={toast.content.failure} onDone={() => notices.close(toast.key)} />
            ) : (
              <p>{toast.content.sentence}</p>
            )}
          </ToastContent>
          <Button slot="close" className="icon-button small" aria-label="Close">
            <X size={16} aria-hidden="true" />
          </Button>
        </Toast>
      )}
    </ToastRegion>
  );
}
