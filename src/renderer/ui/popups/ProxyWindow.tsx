import { Network } from 'lucide-react';
import { useEffect, useId, useRef, useState, type SyntheticEvent } from 'react';
import type { Result } from '../../../contracts/base/result';
import type { ProxyLogin, ProxyQuestion } from '../../../contracts/proxy';
import { PassphraseField, type PassphraseHandle } from './PassphraseField';

interface ProxyWindowProps {
  readonly question: ProxyQuestion;
  readonly onAnswer: (login: ProxyLogin) => Promise<Result<null>>;
  readonly onCancel: () => void;
}

/** Asks for a proxy's name and password, and forgets them as soon as they are on their way. */
export function ProxyWindow({ question: { proxy, refused }, onAnswer, onCancel }: ProxyWindowProps) {
  const titleId = useId();
  const userId = useId();
  const user = useRef<HTMLInputElement>(null);
  const password = useRef<PassphraseHandle>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(refused ? 'The proxy refused the last user name and password.' : '');

  useEffect(() => {
    const close = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') onCancel();
    };
    window.addEventListener('keydown', close);
    return () => window.removeEventListener('keydown', close);
  }, [onCancel]);

  async function submit(event: SyntheticEvent): Promise<void> {
    event.preventDefault();
    const name = user.current?.value ?? '';
    const typed = password.current?.take() ?? '';
    if (name === '' || name.includes(':')) {
      setProblem('Type a user name without a colon.');
      user.current?.focus();
      return;
    }
    setProblem('');
    setBusy(true);
    const answered = await onAnswer({ user: name, password: typed });
    // When it is taken, main closes this window.
    setBusy(false);
    if (!answered.ok) setProblem(answered.failure.sentence);
  }

  return (
    <main className="unlock">
      <form aria-labelledby={titleId} onSubmit={(event) => void submit(event)}>
        <h1 id={titleId}>
          <Network size={20} aria-hidden="true" />
          Proxy password
        </h1>
        <p className="unlock-text">
          The proxy <b>{proxy}</b> of this network wants a user name and a password. Ringfence keeps them in this
          computer&apos;s keychain and gives them to that proxy alone. They are not those of your phone line.
        </p>
        <div className="unlock-field">
          <label htmlFor={userId}>User name</label>
          <input ref={user} id={userId} type="text" autoComplete="off" spellCheck={false} maxLength={200} autoFocus />
        </div>
        <PassphraseField ref={password} label="Password" />
        <p className="unlock-problem" role="alert">
          {problem}
        </p>
        <div className="unlock-actions">
          <button type="button" className="button" onClick={onCancel}>
            Cancel
          </button>
          <button type="submit" className="button primary" disabled={busy}>
            Use it
          </button>
        </div>
      </form>
    </main>
  );
}
