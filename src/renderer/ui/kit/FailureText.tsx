import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { Failure, FailureAction } from '../../../contracts/base/result';
import { activeProfile } from '../../state/profiles-store';
import { useStore } from '../../state/use-store';
import { useApp } from './app-context';
import { focusDialField } from './focus';
import { ACTION_MESSAGES, failureDetails } from './messages';

interface FailureTextProps {
  readonly failure: Failure;
  /** Does again what failed; without it "Try again" connects anew. */
  readonly onRetry?: (() => void) | undefined;
  /** Whose keys it is about; without it, on the phone screen, those of the line in use. */
  readonly profileId?: string | undefined;
  /** The button was pressed. */
  readonly onDone?: (() => void) | undefined;
}

/** One sentence, one button, the codes behind Details. */
export function FailureText({ failure, onRetry, profileId, onDone }: FailureTextProps) {
  const { view, phone, phoneLock, admin, profiles } = useApp();
  const lock = useStore(admin);
  /** Why the window for the passphrase did not open. */
  const [notAsked, setNotAsked] = useState<string | null>(null);
  /** What was refused is done again by itself once it is unlocked. */
  async function unlockAdmin(): Promise<void> {
    if (admin.get() === null) await admin.refresh();
    // The admin's file may want a passphrase that nobody has set yet: there is nothing to unlock then.
    const asked = await admin.ask(admin.get()?.configured === false ? 'set-passphrase' : 'unlock');
    if (!asked.ok) {
      // The sentence and its button stay: it is pressed again in a moment.
      setNotAsked(asked.failure.sentence);
      return;
    }
    onDone?.();
    if (asked.value.unlocked) onRetry?.();
  }
  async function unlockPhone(): Promise<void> {
    const unlocked = await phoneLock.unlock();
    if (unlocked.ok) onRetry?.();
  }
  /** A key that is pasted there goes to the line that it is wanted for, not to another one that lacks one. */
  function openKeys(): void {
    view.openSettings(
      'keys',
      profileId ?? (view.get().screen === 'settings' ? undefined : activeProfile(profiles.get())?.id),
    );
  }
  const act: Readonly<Record<FailureAction, () => void>> = {
    none: () => undefined,
    retry: onRetry ?? phone.reconnectNow,
    'unlock-keychain': onRetry ?? phone.reconnectNow,
    'check-clock': onRetry ?? phone.reconnectNow,
    'open-keys': openKeys,
    'install-keychain': openKeys,
    'paste-key': onRetry ?? openKeys,
    'open-profiles': () => view.openSettings('profiles'),
    'show-log': () => view.openSettings('about'),
    'choose-microphone': () => view.change({ devicesOpen: true }),
    'check-number': focusDialField,
    'unlock-admin': () => void unlockAdmin(),
    'unlock-phone': () => void unlockPhone(),
  };
  const words =
    failure.action === 'paste-key' && onRetry !== undefined
      ? 'Try again'
      : failure.action === 'unlock-admin' && lock?.configured === false
        ? 'Set passphrase...'
        : ACTION_MESSAGES[failure.action];
  return (
    <div className="failure-text">
      <div className="failure-line">
        <p>{[failure.sentence, notAsked].filter((text) => text !== null).join(' ')}</p>
        {words !== null && (
          <Button
            className="button compact"
            onPress={() => {
              if (failure.action !== 'unlock-admin') onDone?.();
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
