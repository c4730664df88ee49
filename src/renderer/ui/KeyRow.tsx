import { Ellipsis } from 'lucide-react';
import { Button } from 'react-aria-components/Button';
import { Menu, MenuItem, MenuTrigger } from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';
import type { KeyRecord, KeySlot, KeyStatus, Profile } from '../../contracts/profile';
import type { KeySource } from '../state/profiles-store';
import { clock, day } from './format';
import { KEY_STATE_WORDS, keyAge, providerWords } from './key-words';

interface KeyRowProps {
  readonly profile: Profile;
  readonly status: KeyStatus;
  /** New keys go to this line. */
  readonly chosen: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly onChoose: () => void;
  readonly onAddNext: (source: KeySource) => void;
  readonly onPromote: () => void;
  readonly onRemove: (slot: KeySlot) => void;
}

const SOURCES: readonly { readonly id: KeySource; readonly label: string }[] = [
  { id: 'keys.pasteFromClipboard', label: 'From the clipboard' },
  { id: 'keys.loadFromFile', label: 'From a file...' },
  { id: 'keys.generate', label: 'Generate it here' },
];

/** One line's keys. The dot of its environment is the choice of where a new key goes. */
export function KeyRow({ profile, status, chosen, now, onChoose, onAddNext, onPromote, onRemove }: KeyRowProps) {
  const words = KEY_STATE_WORDS[status.state];
  const removable = (['active', 'next'] as const).filter((slot) => status[slot] !== null);
  return (
    <tr className="key-row" data-chosen={chosen} data-profile-id={profile.id} onClick={onChoose}>
      <th scope="row">
        <label className="key-profile" data-environment={profile.environment}>
          <input type="radio" name="key-line" checked={chosen} onChange={onChoose} />
          <span>{profile.name}</span>
        </label>
      </th>
      <td data-column="Provider">{providerWords(profile)}</td>
      <td data-column="Active key">{status.active === null ? <KeyMissing tone={words.tone} word={words.word} /> : <KeyPrint record={status.active} note={status.state === 'in-keychain' ? null : words.word} now={now} />}</td>
      <td data-column="Next key">{status.next === null ? <span className="quiet">none</span> : <KeyPrint record={status.next} note={null} now={now} />}</td>
      <td data-column="Last token">{status.lastMintAt === null ? <span className="quiet">never</span> : <LastMint at={status.lastMintAt} now={now} />}</td>
      <td className="key-actions">
        {status.active !== null && status.next === null && (
          <MenuTrigger>
            <Button className="button">Add next key</Button>
            <Popover className="popover" placement="bottom end">
              <Menu className="menu" aria-label={`Next key of ${profile.name}`}>
                {SOURCES.map(({ id, label }) => (
                  <MenuItem key={id} id={id} className="menu-item" onAction={() => onAddNext(id)}>
                    {label}
                  </MenuItem>
                ))}
              </Menu>
            </Popover>
          </MenuTrigger>
        )}
        {status.next !== null && (
          <Button className="button" onPress={onPromote}>
            Promote
          </Button>
        )}
        {removable.length > 0 && (
          <MenuTrigger>
            <Button className="icon-button" aria-label={`More for ${profile.name}`}>
              <Ellipsis size={16} aria-hidden="true" />
            </Button>
            <Popover className="popover" placement="bottom end">
              <Menu className="menu" aria-label={`Keys of ${profile.name}`}>
                {removable.map((slot) => (
                  <MenuItem key={slot} id={slot} className="menu-item danger" onAction={() => onRemove(slot)}>
                    {slot === 'active' ? 'Remove the active key...' : 'Remove the next key...'}
                  </MenuItem>
                ))}
              </Menu>
            </Popover>
          </MenuTrigger>
        )}
      </td>
    </tr>
  );
}

function KeyPrint({ record, note, now }: { readonly record: KeyRecord; readonly note: string | null; readonly now: number }) {
  return (
    <>
      <code className="key-print">{record.fingerprint}</code>
      <span className="key-note">{note ?? keyAge(record, now)}</span>
    </>
  );
}

function KeyMissing({ tone, word }: { readonly tone: string; readonly word: string }) {
  return (
    <span className="key-missing" data-tone={tone}>
      {word}
    </span>
  );
}

function LastMint({ at, now }: { readonly at: number; readonly now: number }) {
  const when = day(at, now);
  return (
    <>
      <span>{clock(at)}</span>
      {when !== 'today' && <span className="key-note">{when}</span>}
    </>
  );
}
