import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { ImportEntry, ImportPreview as Preview } from '../../../contracts/profile/profile-transfer';
import type { Failure } from '../../../contracts/base/result';
import { useApp } from '../kit/app-context';
import { EnvironmentTag } from '../kit/EnvironmentTag';
import { FailureNotice } from '../kit/FailureNotice';
import { FIELD_MESSAGES } from './field-messages';
import { saySentence } from '../kit/notices';

interface ImportPreviewProps {
  readonly preview: Preview;
  readonly onClose: () => void;
  /** Chooses a file anew. */
  readonly onAgain: () => void;
}

const CHANGE_MESSAGES: Readonly<Record<ImportEntry['change'], string>> = {
  added: 'New',
  changed: 'Changed',
  unchanged: 'Unchanged',
  refused: 'Refused',
};
const counted = (count: number): string => `${count} ${count === 1 ? 'profile' : 'profiles'}`;
const shown = (value: string | null): string => (value === null ? 'not set' : value === '' ? 'empty' : value);

/** A field as the form calls it; those of a provider are the same for several. */
function labelOf(path: string): string {
  const [union = '', ...rest] = path.split('.');
  const words =
    FIELD_MESSAGES[path] ??
    Object.entries(FIELD_MESSAGES).find(
      ([name]) => name.startsWith(`${union}.`) && name.endsWith(`.${rest.join('.')}`),
    )?.[1];
  return words?.label ?? path;
}

/** What a file of profiles would change; nothing is changed before Import is pressed. */
export function ImportPreview({ preview, onClose, onAgain }: ImportPreviewProps) {
  const { profiles } = useApp();
  const [failed, setFailed] = useState<Failure | null>(null);
  const [working, setWorking] = useState(false);
  const { entries, file, ticket } = preview;
  const count = (change: ImportEntry['change']): number => entries.filter((each) => each.change === change).length;
  const saves = count('added') + count('changed');
  /** Refused before main looked at the ticket, which is as good as before. */
  const locked = failed?.reason === 'admin-locked';

  async function apply(): Promise<void> {
    setWorking(true);
    setFailed(null);
    const done = await profiles.applyImport(ticket);
    setWorking(false);
    if (!done.ok) {
      setFailed(done.failure);
      return;
    }
    saySentence(`Imported: ${done.value.added} new, ${done.value.changed} changed. Keys are added under Keys.`);
    onClose();
  }

  return (
    <section className="import-preview" aria-label="Import profiles">
      <div className="panel-head">
        <h1>Import profiles</h1>
        <div className="panel-actions">
          <Button className="button" autoFocus onPress={onClose}>
            Cancel
          </Button>
          <Button
            className="button primary"
            isDisabled={saves === 0 || working || failed !== null}
            onPress={() => void apply()}
          >
            {saves === 0 ? 'Nothing to import' : `Import ${counted(saves)}`}
          </Button>
        </div>
      </div>
      <p className="panel-text">
        <strong>{file}</strong> would add {count('added')} and change {count('changed')}; {count('unchanged')}{' '}
        unchanged, {count('refused')} refused. Nothing is changed yet. Profiles that are not in the file stay as they
        are.
      </p>
      {failed !== null && (
        <FailureNotice
          failure={failed}
          onRetry={locked ? () => void apply() : onAgain}
          onDismiss={locked ? () => setFailed(null) : onClose}
        />
      )}
      <ul className="settings-card import-list">
        {entries.map((entry) => (
          <li
            key={entry.profileId}
            className="import-row"
            data-change={entry.change}
            data-environment={entry.environment}
          >
            <div className="import-head">
              <span className="environment-dot" />
              <span className="import-name">{entry.name}</span>
              <EnvironmentTag environment={entry.environment} />
              <span className="tag import-change">{CHANGE_MESSAGES[entry.change]}</span>
            </div>
            {entry.reason !== null && <p className="import-reason">{entry.reason}</p>}
            {entry.change === 'changed' && <Fields entry={entry} />}
            {entry.change === 'added' && (
              <details className="details">
                <summary>{entry.fields.length} values</summary>
                <Fields entry={entry} />
              </details>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Fields({ entry }: { readonly entry: ImportEntry }) {
  return (
    <dl className="import-fields">
      {entry.fields.map(({ path, before, after }) => (
        <div key={path} className="import-field">
          <dt title={path}>{labelOf(path)}</dt>
          <dd>
            {entry.change === 'changed' && (
              <>
                <del>
                  <span className="visually-hidden">before: </span>
                  {shown(before)}
                </del>{' '}
              </>
            )}
            <ins>
              <span className="visually-hidden">after: </span>
              {shown(after)}
            </ins>
          </dd>
        </div>
      ))}
    </dl>
  );
}
