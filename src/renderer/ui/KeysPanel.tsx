import { ClipboardPaste, FileKey, Sparkles } from 'lucide-react';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { KeySlot, KeyStatus, Profile } from '../../contracts/profile';
import type { Failure, Result } from '../../contracts/result';
import type { KeySource } from '../state/profiles-store';
import { useStore } from '../state/use-store';
import { useApp } from './app-context';
import { ConfirmDialog, type Question } from './ConfirmDialog';
import { FailureNotice } from './FailureNotice';
import { KeychainChip } from './KeychainChip';
import { KEY_STATE_WORDS, keyTarget, statusOf } from './key-words';
import { KeyRow } from './KeyRow';
import { saySentence } from './notices';

/** The keys of all lines: where they are, never what they are. */
export function KeysPanel() {
  const { profiles, view } = useApp();
  const snapshot = useStore(profiles);
  const { keyProfileId } = useStore(view);
  // The day when the table was opened; nobody watches it past midnight.
  const [now] = useState(Date.now);
  const [question, setQuestion] = useState<Question | null>(null);
  const [failed, setFailed] = useState<{ readonly failure: Failure; readonly again: () => void } | null>(null);
  if (snapshot === null) return null;

  const targetId = keyTarget(snapshot, keyProfileId);
  const target = snapshot.profiles.find((profile) => profile.id === targetId);
  const targetStatus = statusOf(snapshot, targetId);

  async function run(work: () => Promise<Result<KeyStatus>>, done: (status: KeyStatus) => string): Promise<void> {
    setFailed(null);
    const result = await work();
    if (result.ok) saySentence(done(result.value));
    else if (result.failure.reason !== 'cancelled') setFailed({ failure: result.failure, again: () => void run(work, done) });
  }
  function put(source: KeySource, profile: Profile, slot: KeySlot): void {
    void run(
      () => profiles.addKey(source, profile.id, slot),
      (status) => `Key ${status[slot]?.fingerprint ?? ''} is now the ${slot} key of ${profile.name}.`,
    );
  }
  function add(source: KeySource): void {
    if (target === undefined) return;
    if (targetStatus.active === null) {
      put(source, target, 'active');
      return;
    }
    setQuestion({
      title: `${target.name} has a key already`,
      text: 'Added as its next key, nothing changes until you promote it. Replacing takes effect with the next token; the old key cannot be brought back.',
      answers: [
        { label: 'Replace the active key', tone: 'danger', act: () => put(source, target, 'active') },
        { label: 'Add as next key', tone: 'primary', act: () => put(source, target, 'next') },
      ],
    });
  }
  function remove(profile: Profile, slot: KeySlot): void {
    setQuestion({
      title: `Remove the ${slot} key of ${profile.name}?`,
      text: slot === 'active' ? 'This line gets no more tokens until it has another key. The key cannot be brought back.' : 'The active key stays in use. The key cannot be brought back.',
      answers: [
        {
          label: 'Remove',
          tone: 'danger',
          act: () =>
            void run(
              () => profiles.removeKey(profile.id, slot),
              () => `The ${slot} key of ${profile.name} is removed.`,
            ),
        },
      ],
    });
  }
  function promote(profile: Profile): void {
    setQuestion({
      title: `Promote the next key of ${profile.name}?`,
      text: 'From the next token on it signs alone; the gateway must accept it already. The key before is removed.',
      answers: [
        {
          label: 'Promote',
          tone: 'primary',
          act: () =>
            void run(
              () => profiles.promoteKey(profile.id),
              (status) => `Tokens of ${profile.name} are now signed with ${status.active?.fingerprint ?? 'the next key'}.`,
            ),
        },
      ],
    });
  }
  const amiss = KEY_STATE_WORDS[targetStatus.state].sentence;

  return (
    <>
      <div className="panel-head">
        <h1>Keys</h1>
        <KeychainChip available={snapshot.keychain.available} />
        <div className="panel-actions">
          <Button className="button" onPress={() => add('keys.generate')}>
            <Sparkles size={16} aria-hidden="true" />
            Generate
          </Button>
          <Button className="button" onPress={() => add('keys.loadFromFile')}>
            <FileKey size={16} aria-hidden="true" />
            From file...
          </Button>
          <Button className="button primary" onPress={() => add('keys.pasteFromClipboard')}>
            <ClipboardPaste size={16} aria-hidden="true" />
            Paste key from clipboard
          </Button>
        </div>
      </div>
      <p className="panel-text">
        A key goes from the clipboard or a file straight into the keychain. It is never shown again and never reaches this window; only its fingerprint does. A new key is for <strong>{target?.name}</strong>.
      </p>
      {snapshot.keychain.advice !== null && (
        <p className="advice" role="note">
          {snapshot.keychain.advice}
        </p>
      )}
      {failed !== null && <FailureNotice failure={failed.failure} onRetry={failed.again} onDismiss={() => setFailed(null)} />}
      <div className="settings-card table-card">
        <table className="keys">
          <thead>
            <tr>
              <th scope="col">Profile</th>
              <th scope="col">Provider</th>
              <th scope="col">Active key</th>
              <th scope="col">Next key</th>
              <th scope="col">Last token</th>
              <th scope="col">
                <span className="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {snapshot.profiles.map((profile) => (
              <KeyRow
                key={profile.id}
                profile={profile}
                status={statusOf(snapshot, profile.id)}
                now={now}
                chosen={profile.id === targetId}
                onChoose={() => view.change({ keyProfileId: profile.id })}
                onAddNext={(source) => put(source, profile, 'next')}
                onPromote={() => promote(profile)}
                onRemove={(slot) => remove(profile, slot)}
              />
            ))}
          </tbody>
        </table>
      </div>
      {amiss !== null && snapshot.keychain.advice === null && <p className="panel-text">{amiss}</p>}
      <ConfirmDialog question={question} onClose={() => setQuestion(null)} />
    </>
  );
}
