import { keyStatusOf } from '../../state/profiles-store';
import { FileDown, FileUp, Plus } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { PRACTICE_PROFILE_ID } from '../../../contracts/profile/practice';
import type { Profile } from '../../../contracts/profile/profile';
import type { ImportPreview as Preview } from '../../../contracts/profile/profile-transfer';
import type { Failure } from '../../../contracts/base/result';
import { useSelected, useStore } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { ConfirmDialog, type Question } from '../kit/ConfirmDialog';
import { ConnectionTest, TestButton } from '../kit/ConnectionTest';
import { FailureNotice } from '../kit/FailureNotice';
import { focusKeyRow, focusOpener } from '../kit/focus';
import { ImportPreview } from './ImportPreview';
import { saySentence } from '../kit/notices';
import { ProfileForm } from './ProfileForm';
import { ENVIRONMENT_MESSAGES } from '../kit/messages';

/** The lines: add, edit, remove. The Practice line is built in. */
export function ProfilesPanel() {
  const { profiles, view } = useApp();
  const snapshot = useStore(profiles);
  const form = useSelected(view, (state) => state.form);
  const [question, setQuestion] = useState<Question | null>(null);
  const [failed, setFailed] = useState<{ readonly failure: Failure; readonly again: () => void } | null>(null);
  const [preview, setPreview] = useState<Preview | null>(null);
  /** The button that opened what stands in the place of the list. */
  const opener = useRef<string | null>(null);
  const existing = snapshot?.profiles.find(({ id }) => id === form?.profileId) ?? null;
  /** Not the form of a profile that is gone. */
  const showsForm = form !== null && (form.profileId === null || existing !== null);
  const showsList = !showsForm && preview === null;
  useEffect(() => {
    if (!showsList || opener.current === null) return;
    focusOpener(opener.current);
    opener.current = null;
  }, [showsList]);
  if (snapshot === null) return null;
  const known = snapshot;

  async function remove(profile: Profile): Promise<void> {
    const result = await profiles.remove(profile.id);
    if (result.ok) saySentence(`${profile.name} is removed.`);
    else setFailed({ failure: result.failure, again: () => void remove(profile) });
  }
  async function exportFile(): Promise<void> {
    setFailed(null);
    const result = await profiles.exportFile();
    if (result.ok)
      saySentence(
        `${result.value.count} ${result.value.count === 1 ? 'profile is' : 'profiles are'} in ${result.value.file}, without keys.`,
      );
    else if (result.failure.reason !== 'cancelled')
      setFailed({ failure: result.failure, again: () => void exportFile() });
  }
  async function importFile(): Promise<void> {
    setFailed(null);
    const result = await profiles.importFile();
    if (result.ok) {
      opener.current = 'import';
      setPreview(result.value);
    } else if (result.failure.reason !== 'cancelled')
      setFailed({ failure: result.failure, again: () => void importFile() });
  }
  function edit(which: Profile | 'new'): void {
    opener.current = which === 'new' ? 'new' : which.id;
    view.change({ form: { profileId: which === 'new' ? null : which.id, typed: null, presetId: null } });
  }
  function saved(profile: Profile): void {
    view.change({ form: null });
    // Back in the list, the focus is where the line is.
    opener.current = profile.id;
    if (keyStatusOf(known, profile.id).active === null) {
      view.openSettings('keys', profile.id);
      // The row is there after the next render.
      requestAnimationFrame(() => focusKeyRow(profile.id));
      saySentence(`${profile.name} is saved; it needs a key now.`);
    } else saySentence(`${profile.name} is saved.`);
  }
  if (showsForm)
    return <ProfileForm existing={existing} onCancel={() => view.change({ form: null })} onSaved={saved} />;

  if (preview !== null) {
    return (
      <ImportPreview
        preview={preview}
        onClose={() => setPreview(null)}
        onAgain={() => {
          setPreview(null);
          void importFile();
        }}
      />
    );
  }

  return (
    <>
      <div className="panel-head">
        <h1>Profiles</h1>
        <div className="panel-actions">
          <Button className="button" data-opens="import" onPress={() => void importFile()}>
            <FileUp size={16} aria-hidden="true" />
            Import...
          </Button>
          <Button className="button" isDisabled={snapshot.profiles.length < 2} onPress={() => void exportFile()}>
            <FileDown size={16} aria-hidden="true" />
            Export...
          </Button>
          <Button className="button primary" data-opens="new" onPress={() => edit('new')}>
            <Plus size={16} aria-hidden="true" />
            Add profile
          </Button>
        </div>
      </div>
      <p className="panel-text">
        A profile is one line an agent can use: who it is, where its gateway is, and how long its tokens live. It holds
        no key.
      </p>
      {snapshot.notice !== null && (
        <p className="advice" role="note">
          {snapshot.notice}
        </p>
      )}
      {failed !== null && (
        <FailureNotice failure={failed.failure} onRetry={failed.again} onDismiss={() => setFailed(null)} />
      )}
      <ul className="settings-card profile-list">
        {snapshot.profiles.map((profile) => (
          <li
            key={profile.id}
            className="profile-row"
            data-environment={profile.environment}
            data-profile-id={profile.id}
          >
            <span className="environment-dot" />
            <div className="profile-who">
              <p className="profile-name">
                {profile.name}
                {profile.id === snapshot.activeProfileId && <span className="tag">In use</span>}
              </p>
              <p className="quiet">
                {[ENVIRONMENT_MESSAGES[profile.environment], profile.identity]
                  .filter((part) => part !== '')
                  .join(' · ')}
              </p>
              <p className="quiet profile-gateway">{profile.gatewayUrl}</p>
            </div>
            {profile.id === PRACTICE_PROFILE_ID ? (
              <div className="profile-actions">
                <TestButton profile={profile} />
                <span className="quiet">Built in</span>
              </div>
            ) : (
              <div className="profile-actions">
                <TestButton profile={profile} />
                <Button
                  className="button"
                  data-opens={profile.id}
                  aria-label={`Edit ${profile.name}`}
                  onPress={() => edit(profile)}
                >
                  Edit
                </Button>
                <Button
                  className="button"
                  aria-label={`Remove ${profile.name}`}
                  onPress={() =>
                    setQuestion({
                      title: `Remove ${profile.name}?`,
                      text: 'The profile and its keys are removed from this computer. The keys cannot be brought back.',
                      answers: [{ label: 'Remove', tone: 'danger', act: () => void remove(profile) }],
                    })
                  }
                >
                  Remove
                </Button>
              </div>
            )}
            <ConnectionTest profile={profile} />
          </li>
        ))}
      </ul>
      <ConfirmDialog question={question} onClose={() => setQuestion(null)} />
    </>
  );
}
