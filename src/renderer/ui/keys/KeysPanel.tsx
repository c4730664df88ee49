import { keyStatusOf } from '../../state/profiles-store';
import { ClipboardPaste, FileKey, Sparkles } from 'lucide-react';
import { useId, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { KeySlot, KeyStatus, Profile } from '../../../contracts/profile/profile';
import type { Failure, Result } from '../../../contracts/base/result';
import type { KeySource } from '../../state/profiles-store';
import { useStore } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { ConfirmDialog, type Question } from '../kit/ConfirmDialog';
import { FailureNotice } from '../kit/FailureNotice';
import { FirstKeyNotice } from './FirstKeyNotice';
import { KeychainChip } from './KeychainChip';
import { focusKeyRow, focusRotate } from '../kit/focus';
import { KEY_STATE_MESSAGES, keyAdded, keyHolder, keySources, keyTarget } from './key-messages';
import { KeyRow } from './KeyRow';
import { saySentence } from '../kit/notices';
import { PublicKeyPanel } from './PublicKeyPanel';
import { earlyFinish, earlyPromotion, finishesEarly, noRoom, replacement } from './rotation';
import { RotationPanel, type RotationActions } from './RotationPanel';
import { useOneAtATime } from '../kit/use-one-at-a-time';

/** The keys of all lines: where they are, never what they are. */
export function KeysPanel() {
  const { profiles, view } = useApp();
  const snapshot = useStore(profiles);
  const { keyProfileId, rotationProfileId } = useStore(view);
  const rotationId = useId();
  // The day when the table was opened; nobody watches it past midnight.
  const [now] = useState(Date.now);
  const [question, setQuestion] = useState<Question | null>(null);
  const { busy, waits, alone } = useOneAtATime();
  /** The line for which a key was not added, because its last rotation is not finished. */
  const [fullProfileId, setFullProfileId] = useState<string | null>(null);
  const [failed, setFailed] = useState<{ readonly failure: Failure; readonly again: () => void } | null>(null);
  /** A line that has got its first key: it can be used now. */
  const [firstKey, setFirstKey] = useState<{ readonly profileId: string; readonly sentence: string } | null>(null);
  if (snapshot === null) return null;
  const known = snapshot;

  const targetId = keyTarget(snapshot, keyProfileId);
  const target = snapshot.profiles.find((profile) => profile.id === targetId);
  const targetStatus = keyStatusOf(snapshot, targetId);
  const rotating = snapshot.profiles.find((profile) => profile.id === rotationProfileId);

  /** `done` says what came of it; null: a box on the screen says it. */
  async function run(
    work: () => Promise<Result<KeyStatus>>,
    done: (status: KeyStatus) => string | null,
  ): Promise<void> {
    await alone(async () => {
      setFailed(null);
      setFirstKey(null);
      const result = await work();
      if (result.ok) {
        const sentence = done(result.value);
        if (sentence !== null) saySentence(sentence);
      } else if (result.failure.reason !== 'cancelled')
        setFailed({ failure: result.failure, again: () => void run(work, done) });
    });
  }
  function put(source: KeySource, profile: Profile, slot: KeySlot): void {
    const isFirst = slot === 'active' && keyStatusOf(known, profile.id).active === null;
    void run(
      () => profiles.addKey(source, profile.id, slot),
      (status) => {
        const sentence = keyAdded(source, profile, status[slot]?.fingerprint ?? '', slot);
        if (!isFirst || known.activeProfileId === profile.id) return sentence;
        setFirstKey({ profileId: profile.id, sentence });
        // Its button goes with the menu; the row has another one after the next render.
        requestAnimationFrame(() => focusKeyRow(profile.id));
        return null;
      },
    );
  }
  function replace(source: KeySource, profile: Profile, status: KeyStatus): void {
    setQuestion({
      title: `Replace the key of ${profile.name} at once?`,
      text: replacement(profile, status, source === 'keys.generate'),
      answers: [{ label: 'Replace at once', tone: 'danger', act: () => put(source, profile, 'active') }],
    });
  }
  function add(source: KeySource): void {
    if (target === undefined) return;
    setFullProfileId(null);
    if (targetStatus.active === null) {
      put(source, target, 'active');
      return;
    }
    if (targetStatus.retired !== null) {
      setFullProfileId(target.id);
      view.change({ rotationProfileId: target.id });
      return;
    }
    setQuestion({
      title: `${target.name} has a key already`,
      text: `Added as its next key, nothing changes until you promote it${targetStatus.next === null ? '' : `; it takes the place of ${targetStatus.next.fingerprint}, its next key now`}. Replacing is for a key that may have leaked: all its tokens die.`,
      answers: [
        { label: 'Replace at once...', tone: 'danger', act: () => replace(source, target, targetStatus) },
        {
          label: 'Add as next key',
          tone: 'primary',
          act: () => {
            view.change({ rotationProfileId: target.id });
            put(source, target, 'next');
          },
        },
      ],
    });
  }
  function remove(profile: Profile, slot: KeySlot): void {
    setQuestion({
      title: `Remove the ${slot} key of ${profile.name}?`,
      text:
        (slot === 'active'
          ? 'This line gets no more tokens until it has another key. '
          : 'The active key stays in use. ') +
        `The key cannot be brought back. Remove it at ${keyHolder(profile)}, too.`,
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
  function actionsFor(profile: Profile, status: KeyStatus): RotationActions {
    const promote = (): void =>
      void run(
        () => profiles.promoteKey(profile.id),
        (done) => `Tokens of ${profile.name} are now signed with ${done.active?.fingerprint ?? 'the next key'}.`,
      );
    const finish = (): void =>
      void run(
        () => profiles.finishRotation(profile.id),
        (done) =>
          done.retired === null
            ? `The rotation of ${profile.name} is finished.`
            : `One more key of ${profile.name} is to be removed at the gateway: ${done.retired.fingerprint}.`,
      );
    return {
      addNext: (source) => put(source, profile, 'next'),
      promote: (early) => {
        if (!early) promote();
        else
          setQuestion({
            title: 'Promote before the wait is over?',
            text: earlyPromotion(profile, status, Date.now()),
            answers: [{ label: 'Promote now', tone: 'danger', act: promote }],
          });
      },
      finish: (early) => {
        // Its button stands where "Promote" stood: a double click must not end what it began.
        if (!early) finish();
        else
          setQuestion({
            title: `Is ${status.retired?.fingerprint ?? 'the old key'} removed already?`,
            text: earlyFinish(profile, status),
            answers: [{ label: 'It is removed', tone: 'danger', act: finish }],
          });
      },
      back: () =>
        void run(
          () => profiles.backToOldKey(profile.id),
          (done) =>
            `Tokens of ${profile.name} are signed with ${done.active?.fingerprint ?? 'the old key'} again; ${done.next?.fingerprint ?? 'the promoted key'} is its next key.`,
        ),
      stop: () =>
        setQuestion({
          title: 'Stop this rotation?',
          text: `${status.next?.fingerprint ?? 'The next key'} is removed here and cannot be brought back; ${status.active?.fingerprint ?? 'the active key'} stays in use. Remove the next key at ${keyHolder(profile)}, too.`,
          answers: [
            {
              label: 'Stop the rotation',
              tone: 'danger',
              act: () =>
                void run(
                  () => profiles.removeKey(profile.id, 'next'),
                  () => `The rotation of ${profile.name} is stopped.`,
                ),
            },
          ],
        }),
      replace: (source) => replace(source, profile, status),
    };
  }
  function closeRotation(): void {
    view.change({ rotationProfileId: null });
    if (rotating !== undefined) focusRotate(rotating.id);
  }
  const amiss = KEY_STATE_MESSAGES[targetStatus.state].sentence;
  /** The failure says it already. */
  const tellsOfKeychain = failed !== null && /^(?:keychain-|key-)/.test(failed.failure.reason);
  const full = target !== undefined && fullProfileId === target.id ? noRoom(target, targetStatus) : null;

  return (
    <>
      <div className="panel-head">
        <h1>Keys</h1>
        <KeychainChip snapshot={snapshot} />
        <div className="panel-actions">
          {target !== undefined && keySources(target).some(({ id }) => id === 'keys.generate') && (
            <Button className="button" isPending={busy} onPress={() => add('keys.generate')}>
              <Sparkles size={16} aria-hidden="true" />
              Generate
            </Button>
          )}
          <Button className="button" isPending={busy} onPress={() => add('keys.loadFromFile')}>
            <FileKey size={16} aria-hidden="true" />
            From file...
          </Button>
          <Button className="button primary" isPending={busy} onPress={() => add('keys.pasteFromClipboard')}>
            <ClipboardPaste size={16} aria-hidden="true" />
            Paste key from clipboard
          </Button>
        </div>
      </div>
      <p className="panel-text">
        Ringfence takes a key from the clipboard or a file straight into the keychain. It shows this window the
        fingerprint of a key, never the key. A new key is for <strong>{target?.name}</strong>.
      </p>
      {snapshot.keychain.advice !== null && !tellsOfKeychain && (
        <p className="advice" role="note">
          {snapshot.keychain.advice}
        </p>
      )}
      {firstKey !== null && <FirstKeyNotice {...firstKey} onDone={() => setFirstKey(null)} />}
      {full !== null && (
        <p className="advice" role="status">
          {full}
        </p>
      )}
      {waits && (
        <p className="advice" role="status">
          Waiting for the system: the keychain or a dialog may be asking you something.
        </p>
      )}
      {failed !== null && (
        <FailureNotice failure={failed.failure} onRetry={failed.again} onDismiss={() => setFailed(null)} />
      )}
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
                status={keyStatusOf(snapshot, profile.id)}
                now={now}
                chosen={profile.id === targetId}
                onChoose={() => view.change({ keyProfileId: profile.id })}
                rotation={profile.id === rotationProfileId ? rotationId : null}
                onRotate={() =>
                  profile.id === rotationProfileId
                    ? closeRotation()
                    : view.change({ rotationProfileId: profile.id, keyProfileId: profile.id })
                }
                onRemove={(slot) => remove(profile, slot)}
                onAdd={(source) => {
                  view.change({ keyProfileId: profile.id });
                  put(source, profile, 'active');
                }}
                onBack={() => actionsFor(profile, keyStatusOf(known, profile.id)).back()}
                onFinish={() => {
                  const status = keyStatusOf(known, profile.id);
                  actionsFor(profile, status).finish(finishesEarly(profile, status, Date.now()));
                }}
              />
            ))}
          </tbody>
        </table>
      </div>
      {target !== undefined && <PublicKeyPanel profile={target} status={targetStatus} />}
      {rotating !== undefined && (
        <RotationPanel
          id={rotationId}
          profile={rotating}
          status={keyStatusOf(snapshot, rotating.id)}
          actions={actionsFor(rotating, keyStatusOf(snapshot, rotating.id))}
          busy={busy}
          onClose={closeRotation}
        />
      )}
      {amiss !== null && snapshot.keychain.advice === null && !tellsOfKeychain && <p className="panel-text">{amiss}</p>}
      <ConfirmDialog question={question} onClose={() => setQuestion(null)} />
    </>
  );
}
