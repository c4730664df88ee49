import { Ellipsis } from 'lucide-react';
import { useCallback } from 'react';
import { Button } from 'react-aria-components/Button';
import { Menu, MenuItem, MenuTrigger } from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';
import { PRACTICE_PROFILE_ID } from '../../../contracts/profile/practice';
import type { KeyRecord, KeySlot, KeyStatus, Profile } from '../../../contracts/profile/profile';
import type { KeySource } from '../../state/profiles-store';
import { useSelected } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { ConnectionTest, TestButton } from '../kit/ConnectionTest';
import { Countdown } from '../kit/Countdown';
import { EnvironmentTag } from '../kit/EnvironmentTag';
import { clock, day } from '../kit/format';
import { KEY_STATE_MESSAGES, keyAge, keySources, providerWords } from './key-messages';
import { nextKeyNote, oldKeyNote } from './rotation';
import { IconButton } from '../kit/IconButton';

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
  /** A first key for a line that has none. */
  readonly onAdd: (source: KeySource) => void;
  /** The old key is removed at the gateway. */
  readonly onFinish: () => void;
  /** The old key signs again. */
  readonly onBack: () => void;
}

/** One line's keys. The dot of its environment is the choice of where a new key goes. */
export function KeyRow({
  profile,
  status,
  chosen,
  now,
  onChoose,
  rotation,
  onRotate,
  onRemove,
  onAdd,
  onFinish,
  onBack,
}: KeyRowProps) {
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
            <span className="quiet">none</span>
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
          {status.active === null && <AddKey profile={profile} onAdd={onAdd} />}
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
              <IconButton label={`More for ${profile.name}`}>
                <Ellipsis size={16} aria-hidden="true" />
              </IconButton>
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
      {profile.id !== PRACTICE_PROFILE_ID && (
        <OldKey profile={profile} status={status} told={rotation !== null} onFinish={onFinish} onBack={onBack} />
      )}
      <TestRow profile={profile} />
    </>
  );
}

/** The way to a first key, in the line that lacks it. */
function AddKey({ profile, onAdd }: { readonly profile: Profile; readonly onAdd: (source: KeySource) => void }) {
  return (
    <MenuTrigger>
      <Button className="button primary" data-adds={profile.id} aria-label={`Add key... for ${profile.name}`}>
        Add key...
      </Button>
      <Popover className="popover" placement="bottom end">
        <Menu
          className="menu"
          aria-label={`Add a key for ${profile.name}`}
          onAction={(source) => {
            const wanted = keySources(profile).find(({ id }) => id === source);
            if (wanted !== undefined) onAdd(wanted.id);
          }}
        >
          {keySources(profile).map(({ id, label }) => (
            <MenuItem key={id} id={id} className="menu-item">
              {label}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
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

/** The key before the last promotion: in a place of its own, for it is no next key, and somebody still has to do something about it. */
function OldKey({
  profile,
  status,
  told,
  onFinish,
  onBack,
}: {
  readonly profile: Profile;
  readonly status: KeyStatus;
  /** The rotation's panel is open: it has the buttons, and one act has one button on a screen. */
  readonly told: boolean;
  readonly onFinish: () => void;
  readonly onBack: () => void;
}) {
  const { retired } = status;
  if (retired === null) return null;
  return (
    <tr className="key-old">
      <td colSpan={6}>
        <div className="key-old-line">
          <p>
            Old key <code className="key-print-inline">{retired.fingerprint}</code>: {oldKeyNote(profile, status)}
          </p>
          {!told && status.former !== null && (
            <Button className="button compact" aria-label={`Back to the old key of ${profile.name}`} onPress={onBack}>
              Back to the old key
            </Button>
          )}
          {!told && (
            <Button
              className="button compact"
              aria-label={`I have removed it: the old key of ${profile.name}`}
              onPress={onFinish}
            >
              I have removed it
            </Button>
          )}
        </div>
      </td>
    </tr>
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
