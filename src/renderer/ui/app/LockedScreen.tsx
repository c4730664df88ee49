import { LockKeyhole } from 'lucide-react';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { LockCause } from '../../../contracts/locks/locks';
import type { Failure } from '../../../contracts/base/result';
import { useApp } from '../kit/app-context';

const WORDS: Readonly<
  Record<LockCause, { readonly title: string; readonly text: string; readonly button: string | null }>
> = {
  agent: {
    title: 'The phone is locked',
    text: 'You are offline. Nobody can call you. Unlock the phone to be reachable again.',
    button: 'Unlock',
  },
  screen: {
    title: 'The phone is locked',
    text: 'You are offline. Nobody can call you. The rules of this line lock the phone with the screen, and it opens with the screen by itself.',
    button: 'Unlock',
  },
  'sign-out': {
    title: 'You are signed out',
    text: 'You are offline. Nobody can call you, and this window has forgotten your calls. When you go on, you start on the Practice line. Choose your line at the top.',
    button: 'Go on',
  },
  quit: { title: 'Ringfence is closing', text: 'It signs off from the phone system first.', button: null },
};

/** Stands in place of everything else while no line is in use. */
export function LockedScreen({ lockedBy }: { readonly lockedBy: LockCause }) {
  const { phoneLock } = useApp();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const { title, text, button } = WORDS[lockedBy];

  async function unlock(): Promise<void> {
    setBusy(true);
    setFailure(null);
    const result = await phoneLock.unlock();
    setBusy(false);
    if (!result.ok) setFailure(result.failure);
  }

  return (
    <main className="locked" data-testid="locked" data-cause={lockedBy}>
      <LockKeyhole size={32} aria-hidden="true" />
      <h1>{title}</h1>
      <p>{text}</p>
      {button !== null && (
        <Button className="button primary" autoFocus isDisabled={busy} onPress={() => void unlock()}>
          {button}
        </Button>
      )}
      <p className="locked-problem" role="alert">
        {failure?.sentence}
      </p>
    </main>
  );
}
