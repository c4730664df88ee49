import { LockKeyhole } from 'lucide-react';
import { useCallback, useEffect, useId, useRef, useState, type SyntheticEvent } from 'react';
import type { AdminQuestion } from '../../../contracts/locks/locks';
import { SHORTEST_PASSPHRASE } from '../../../contracts/locks/passphrase';
import type { Failure } from '../../../contracts/base/result';
import type { UnlockStore } from '../../state/unlock-store';
import { useStore } from '../../state/use-store';
import { Countdown } from '../kit/Countdown';
import { PassphraseField, type PassphraseHandle } from './PassphraseField';

interface UnlockWindowProps {
  readonly question: AdminQuestion;
  readonly unlock: UnlockStore;
  readonly onCancel: () => void;
}

const WORDS: Readonly<Record<AdminQuestion, { readonly title: string; readonly text: string }>> = {
  unlock: {
    title: 'Unlock the settings',
    text: 'Keys, profiles and policy are open for five minutes then. Calls need no passphrase.',
  },
  'set-passphrase': {
    title: 'Admin passphrase',
    text: `At least ${SHORTEST_PASSPHRASE} characters. Anybody who knows it can change keys, profiles and policy. Nobody can recover it. Agents do not need it.`,
  },
};

/** Asks for the passphrase, and forgets it as soon as it is on its way. */
export function UnlockWindow({ question: asked, unlock, onCancel }: UnlockWindowProps) {
  const state = useStore(unlock);
  // Where nobody set a passphrase there is nothing to unlock, and one may be wanted.
  const question = state?.configured === false ? 'set-passphrase' : asked;
  const titleId = useId();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Pick<Failure, 'sentence'> | null>(null);
  const current = useRef<PassphraseHandle>(null);
  const wanted = useRef<PassphraseHandle>(null);
  const again = useRef<PassphraseHandle>(null);
  const configured = state?.configured ?? question === 'unlock';
  const retryAt = state?.retryAt ?? null;
  const waitWords = useCallback(
    (now: number) => (retryAt === null || retryAt <= now ? '' : `Next try in ${Math.ceil((retryAt - now) / 1000)} s.`),
    [retryAt],
  );

  useEffect(() => {
    const close = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') onCancel();
    };
    window.addEventListener('keydown', close);
    return () => window.removeEventListener('keydown', close);
  }, [onCancel]);

  async function send(work: () => ReturnType<UnlockStore['unlock']>): Promise<void> {
    setProblem(null);
    setBusy(true);
    const result = await work();
    // When it fits, main closes this window.
    setBusy(false);
    if (result.ok) return;
    setProblem(result.failure);
    (configured ? current : wanted).current?.focus();
  }
  function submit(event: SyntheticEvent): void {
    event.preventDefault();
    const typed = current.current?.take() ?? '';
    if (question === 'unlock') {
      if (typed !== '') void send(() => unlock.unlock(typed));
      return;
    }
    const [first, second] = [wanted.current?.take() ?? '', again.current?.take() ?? ''];
    if (first !== second) {
      setProblem({ sentence: 'The two new passphrases differ. Type both again.' });
      (configured ? current : wanted).current?.focus();
      return;
    }
    if (first !== '') void send(() => unlock.setPassphrase(configured ? typed : null, first));
  }
  function remove(): void {
    const typed = current.current?.take() ?? '';
    if (typed === '') setProblem({ sentence: 'Type the current passphrase to remove the lock.' });
    else void send(() => unlock.setPassphrase(typed, null));
  }

  if (state === null) return <main className="unlock" aria-busy="true" aria-label={WORDS[question].title} />;
  return (
    <main className="unlock">
      <form aria-labelledby={titleId} onSubmit={submit}>
        <h1 id={titleId}>
          <LockKeyhole size={20} aria-hidden="true" />
          {WORDS[question].title}
        </h1>
        <p className="unlock-text">{WORDS[question].text}</p>
        {configured && (
          <PassphraseField
            ref={current}
            label={question === 'unlock' ? 'Passphrase' : 'Current passphrase'}
            autoFocus
          />
        )}
        {question === 'set-passphrase' && (
          <>
            <PassphraseField ref={wanted} label="New passphrase" autoFocus={!configured} />
            <PassphraseField ref={again} label="New passphrase again" />
          </>
        )}
        <p className="unlock-problem" role="alert">
          {problem?.sentence}
        </p>
        <p className="unlock-wait">
          <Countdown words={waitWords} />
        </p>
        <div className="unlock-actions">
          {question === 'set-passphrase' && configured && (
            <button type="button" className="button quiet-danger" disabled={busy} onClick={remove}>
              Remove the lock
            </button>
          )}
          <button type="button" className="button" onClick={onCancel}>
            Cancel
          </button>
          <button type="submit" className="button primary" disabled={busy}>
            {question === 'unlock' ? 'Unlock' : 'Set passphrase'}
          </button>
        </div>
      </form>
    </main>
  );
}
