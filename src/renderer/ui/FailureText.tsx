import { Button } from 'react-aria-components/Button';
import type { Failure, FailureAction } from '../../contracts/result';
import { useApp } from './app-context';
import { focusDialField } from './focus';
import { ACTION_WORDS, failureDetails } from './sentences';

interface FailureTextProps {
  readonly failure: Failure;
  /** Does again what failed; without it "Try again" connects anew. */
  readonly onRetry?: (() => void) | undefined;
  /** The button was pressed. */
  readonly onDone?: (() => void) | undefined;
}

/** One sentence, one button, the codes behind Details. */
export function FailureText({ failure, onRetry, onDone }: FailureTextProps) {
  const { view, phone, phoneLock, admin } = useApp();
  /** What was refused is done again by itself once it is unlocked. */
  async function unlockAdmin(): Promise<void> {
    const asked = await admin.ask('unlock');
    if (asked.ok && asked.value.unlocked) onRetry?.();
  }
  async function unlockPhone(): Promise<void> {
    const unlocked = await phoneLock.unlock();
    if (unlocked.ok) onRetry?.();
  }
  const act: Readonly<Record<FailureAction, () => void>> = {
    none: () => undefined,
    retry: onRetry ?? phone.reconnectNow,
    'unlock-keychain': onRetry ?? phone.reconnectNow,
    'check-clock': onRetry ?? phone.reconnectNow,
    'open-keys': () => view.openSettings('keys'),
    'install-keychain': () => view.openSettings('keys'),
    'paste-key': onRetry ?? (() => view.openSettings('keys')),
    'open-profiles': () => view.openSettings('profiles'),
    'choose-microphone': () => view.change({ devicesOpen: true }),
    'check-number': focusDialField,
    'unlock-admin': () => void unlockAdmin(),
    'unlock-phone': () => void unlockPhone(),
  };
  const words = failure.action === 'paste-key' && onRetry !== undefined ? 'Try again' : ACTION_WORDS[failure.action];
  return (
    <div className="failure-text">
      <div className="failure-line">
        <p>{failure.sentence}</p>
        {words !== null && (
          <Button
            className="button compact"
            onPress={() => {
              onDone?.();
              act[failure.action]();
            }}
          >
            {words}
          </Button>
        )}
      </div>
      <details className="details">
        <summary>Details</summary>
        <code>{failureDetails(failure)}</code>
      </details>
    </div>
  );
}
