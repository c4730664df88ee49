import { useEffect, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Keyboard } from 'react-aria-components/Keyboard';
import { SwitchButton, SwitchField } from 'react-aria-components/Switch';
import type { Settings } from '../../../contracts/settings';
import {
  chordOf,
  chordProblem,
  chordsWith,
  DEFAULT_CHORDS,
  SHORTCUT_IDS,
  SHORTCUT_WORDS,
  type ShortcutId,
} from '../../../contracts/shortcuts';
import { useSelected } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { sayFailure } from '../kit/notices';

/** The keys of the phone window: each can be changed, and all of them be switched off. */
export function KeyboardPanel() {
  const { settings, view } = useApp();
  const on = useSelected(settings, (value) => value.shortcutsOn);
  const changed = useSelected(settings, (value) => value.shortcuts);
  const chords = chordsWith(changed);
  /** The one that is being chosen. */
  const [choosing, setChoosing] = useState<ShortcutId | null>(null);
  const [refused, setRefused] = useState<{ readonly id: ShortcutId; readonly sentence: string } | null>(null);

  async function change(part: Partial<Settings>): Promise<void> {
    const result = await settings.change(part);
    if (!result.ok) sayFailure(result.failure);
  }
  useEffect(() => {
    if (choosing === null) return;
    view.change({ choosingKey: true });
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.isComposing) return;
      const chord = chordOf({
        key: event.key,
        ctrl: event.ctrlKey,
        shift: event.shiftKey,
        alt: event.altKey,
        meta: event.metaKey,
      });
      // Tab leaves the field, and chooses nothing.
      if (chord === null || event.key === 'Tab') return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (chord === 'Escape') {
        setChoosing(null);
        return;
      }
      const sentence = chordProblem(chordsWith(settings.get().shortcuts), choosing, chord);
      setRefused(sentence === null ? null : { id: choosing, sentence });
      if (sentence !== null) return;
      setChoosing(null);
      const kept = Object.entries({ ...settings.get().shortcuts, [choosing]: chord }).filter(
        ([id, each]) => DEFAULT_CHORDS[id as ShortcutId] !== each,
      );
      void settings.change({ shortcuts: Object.fromEntries(kept) }).then((result) => {
        if (!result.ok) sayFailure(result.failure);
      });
    };
    window.addEventListener('keydown', onKeyDown, true);
    return () => {
      window.removeEventListener('keydown', onKeyDown, true);
      view.change({ choosingKey: false });
    };
  }, [choosing, settings, view]);

  return (
    <>
      <div className="panel-head">
        <h1>Keyboard</h1>
        <div className="panel-actions">
          <Button
            className="button"
            isDisabled={Object.keys(changed).length === 0}
            onPress={() => {
              setRefused(null);
              void change({ shortcuts: {} });
            }}
          >
            Put all back
          </Button>
        </div>
      </div>
      <div className="settings-card">
        <SwitchField isSelected={on} onChange={(shortcutsOn) => void change({ shortcutsOn })}>
          <SwitchButton className="switch">
            <span className="switch-track" aria-hidden="true" />
            Keys for calls
          </SwitchButton>
        </SwitchField>
        <p className="panel-text">
          {on
            ? 'Press Change, then the new key. Enter calls in the number field, whatever stands here.'
            : 'No key answers, ends or changes a call now. Enter still calls in the number field.'}
        </p>
        <ul className="key-list">
          {SHORTCUT_IDS.map((id) => (
            <li key={id} className="key-item" data-shortcut={id}>
              <span className="key-does">{SHORTCUT_WORDS[id]}</span>
              <Keyboard className="key-chord">{choosing === id ? 'Press the new key' : chords[id]}</Keyboard>
              <Button
                className="button compact"
                aria-label={`${choosing === id ? 'Cancel' : 'Change'}: ${SHORTCUT_WORDS[id]}`}
                isDisabled={!on}
                onPress={() => {
                  setRefused(null);
                  setChoosing(choosing === id ? null : id);
                }}
                onBlur={() => {
                  if (choosing === id) setChoosing(null);
                }}
              >
                {choosing === id ? 'Cancel' : 'Change'}
              </Button>
              {refused?.id === id && (
                <p className="key-refused" role="alert">
                  {refused.sentence}
                </p>
              )}
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}
