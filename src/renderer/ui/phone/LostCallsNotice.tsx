import { PhoneOff } from 'lucide-react';
import { Button } from 'react-aria-components/Button';
import { useStore } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { lostCallsSentence } from './lost-calls-messages';

/** What became of calls that were up when the window, or the run before, ended; stays until it is read. Stands below the calls, so that none of them moves. */
export function LostCallsNotice() {
  const { lostCalls } = useApp();
  const lost = useStore(lostCalls);
  if (lost === null) return null;
  return (
    <div className="failure-notice" data-tone="warn" role="status" data-testid="lost-calls">
      <PhoneOff className="failure-icon" size={20} aria-hidden="true" />
      <div className="failure-text failure-line">
        <p>{lostCallsSentence(lost)}</p>
        <Button className="button compact" onPress={lostCalls.read}>
          OK
        </Button>
      </div>
    </div>
  );
}
