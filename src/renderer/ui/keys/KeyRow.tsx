import { Ellipsis } from 'lucide-react';
import { useCallback } from 'react';
import { Button } from 'react-aria-components/Button';
import { Menu, MenuItem, MenuTrigger } from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';
import type { KeyRecord, KeySlot, KeyStatus, Profile } from '../../../contracts/profile/profile';
import { useSelected } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { ConnectionTest, TestButton } from '../kit/ConnectionTest';
import { Countdown } from '../kit/Countdown';
import { EnvironmentTag } from '../kit/EnvironmentTag';
import { clock, day } from '../kit/format';
import { KEY_STATE_MESSAGES, keyAge, keyHolder, providerWords } from './key-messages';
import { nextKeyNote } from './rotation';

interface KeyRowProps {
  readonly profile: Profile;
  readonly status: KeyStatus;
  /** New keys go to this line. */
  readonly chosen: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly onChoose: () => void;
  /** The id of the rotation's panel when it is this line's, else null. */
  readonly rotation: string | null;
  readonly onRotate: () => void;
  readonly onRemove: (slot: KeySlot) => void;
}

/** One line's keys. The dot of its environment is the choice of where a new key goes. */
export function KeyRow({ profile, status, chosen, now, onChoose, rotation, onRotate, onRemove }: KeyRowProps) {
  const words = KEY_STATE_MESSAGES[status.state];
  const removable = (['active', 'next'] as const).filter((slot) => status[slot] !== null);
  return (
    <>
      <tr className="key-row" data-chosen={chosen} data-profile-id={profile.id} onClick={onChoose}>
        <th scope="row">
          <label className="key-profile" data-environment={profile.environment}>
            <input type="radio" name="key-line" checked={chosen} onChange={onChoose} />
            <span>{profile.name}</span>
            <EnvironmentTag environment={profile.environment} />
          </label>
        </th>
        <td data-column="Provider">{providerWords(profile)}</td>
        <td data-column="Active key">
          {status.active === null ? (
            <KeyMissing tone={words.tone} word={words.word} />
          ) : (
            <KeyPrint record={status.active} note={status.state === 'in-keychain' ? null : words.word} now={now} />
          )}
        </td>
        <td data-column="Next key">
          {status.next === null ? (
            <NoNextKey status={status} holder={keyHolder(profile)} />
          ) : (
            <NextKey record={status.next} lifeS={profile.policy.tokenLifeS} />
          )}
        </td>
        <td data-column="Last token">
          {status.lastMintAt === null ? (
            <span className="quiet">never</span>
          ) : (
            <LastMint at={status.lastMintAt} now={now} />
          )}
        </td>
        <td className="key-actions">
          {status.active !== null && <TestButton profile={profile} label="Test" />}
          {removable.length > 0 && (
            <Button
              className="button"
              data-rotate=""
              aria-label={`Rotate the key of ${profile.name}`}
              aria-expanded={rotation !== null}
              {...(rotation === null ? {} : { 'aria-controls': rotation })}
              onPress={onRotate}
            >
              Rotate...
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
      <TestRow profile={profile} />
    </>
  );
}

/** The test of the line, below it; no row before the first one. */
function TestRow({ profile }: { readonly profile: Profile }) {
  const { tests } = useApp();
  const isThere = useSelected(tests, (all) => all.has(profile.id));
  if (!isThere) return null;
  return (
    <tr className="key-test">
      <td colSpan={6}>
        <ConnectionTest profile={profile} />
      </td>
    </tr>
  );
}

function KeyPrint({
  record,
  note,
  now,
}: {
  readonly record: KeyRecord;
  readonly note: string | null;
  readonly now: number;
}) {
  return (
    <>
      <code className="key-print">{record.fingerprint}</code>
      <span className="key-note">{note ?? keyAge(record, now)}</span>
    </>
  );
}

/** The next key, and when it may be promoted. */
function NextKey({ record, lifeS }: { readonly record: KeyRecord; readonly lifeS: number }) {
  const until = record.addedAt + lifeS * 1000;
  const words = useCallback((now: number) => nextKeyNote(until, lifeS, now), [until, lifeS]);
  return (
    <>
      <code className="key-print">{record.fingerprint}</code>
      <span className="key-note">
        <Countdown words={words} />
      </span>
    </>
  );
}

function NoNextKey({ status: { retired, former }, holder }: { readonly status: KeyStatus; readonly holder: string }) {
  if (retired === null) return <span className="quiet">none</span>;
  return (
    <>
      <code className="key-print quiet">{retired.fingerprint}</code>
      <span className="key-note">{former === null ? `old, at ${holder}` : 'old, can be brought back'}</span>
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
