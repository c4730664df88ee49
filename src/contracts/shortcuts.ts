/** The keys of the phone window that a person may change, as chords in words: `Ctrl+Shift+M`, `F8`, `?`. */

/** Those that mean a call wherever the focus is, and help; then those of a call whose card has the focus. */
export const WINDOW_SHORTCUTS = ['mute', 'hold', 'keypad', 'end', 'help'] as const;
export const CARD_SHORTCUTS = ['cardMute', 'cardHold', 'cardKeypad', 'cardSend'] as const;
export const SHORTCUT_IDS = [...WINDOW_SHORTCUTS, ...CARD_SHORTCUTS] as const;
export type ShortcutId = (typeof SHORTCUT_IDS)[number];
export type Chords = Readonly<Record<ShortcutId, string>>;

export const DEFAULT_CHORDS: Chords = {
  mute: 'Ctrl+Shift+M',
  hold: 'Ctrl+Shift+L',
  keypad: 'Ctrl+Shift+K',
  end: 'Ctrl+Shift+E',
  help: '?',
  cardMute: 'M',
  cardHold: 'H',
  cardKeypad: 'K',
  cardSend: 'S',
};

/** What each does, in words. */
export const SHORTCUT_WORDS: Readonly<Record<ShortcutId, string>> = {
  mute: 'Mute or unmute',
  hold: 'Hold or resume',
  keypad: 'Keypad of the call',
  end: 'End the call',
  help: 'Show the list of keys',
  cardMute: 'Mute, while the card of a call has the focus',
  cardHold: 'Hold, while the card of a call has the focus',
  cardKeypad: 'Keypad, while the card of a call has the focus',
  cardSend: 'Send the digits behind the number, while the card has the focus',
};

/** As they are written in the settings: modifiers in this order, then a sign or a key's name. */
export const CHORD = /^(?:Ctrl\+)?(?:Alt\+)?(?:Shift\+)?(?:Meta\+)?(?:[!-~]|[A-Z][A-Za-z]{1,15}|F[1-9]\d?)$/;

/** A key press, as far as it matters. */
export interface KeyPress {
  readonly key: string;
  readonly ctrl: boolean;
  readonly shift: boolean;
  readonly alt: boolean;
  readonly meta: boolean;
}

const isLetter = (key: string): boolean => key.length === 1 && key.toLowerCase() !== key.toUpperCase();

/** The chord of a press; null while only modifiers are held. */
export function chordOf({ key, ctrl, shift, alt, meta }: KeyPress): string | null {
  if (['Control', 'Shift', 'Alt', 'Meta', 'AltGraph', 'Dead', 'Unidentified', 'Process'].includes(key)) return null;
  const name = key === ' ' ? 'Space' : key.length === 1 ? key.toUpperCase() : key;
  // Shift alone makes a letter large, and a sign of another one.
  const shifted = shift && (key.length > 1 || (isLetter(key) && (ctrl || alt || meta)));
  return `${ctrl ? 'Ctrl+' : ''}${alt ? 'Alt+' : ''}${shifted ? 'Shift+' : ''}${meta ? 'Meta+' : ''}${name}`;
}

/** The chords that hold: the defaults, and what was changed of them. */
export function chordsWith(changed: Partial<Readonly<Record<ShortcutId, string | undefined>>>): Chords {
  const kept = Object.fromEntries(Object.entries(changed).filter(([, chord]) => chord !== undefined));
  return { ...DEFAULT_CHORDS, ...kept };
}

/** Keys that mean something in every window or field, by what they do there. */
const TAKEN: readonly (readonly [RegExp, string])[] = [
  [/^(?:Ctrl|Meta)\+[CXVAZY]$/, 'copies, pastes or takes back text'],
  [/^(?:Ctrl|Meta)\+(?:Shift\+)?[-+=_0]$/, 'changes the size of everything'],
  [/^(?:Ctrl|Meta)\+[1-9]$/, 'goes to a call'],
  [/^(?:(?:Ctrl|Meta)\+[QW]|Alt\+F4)$/, 'closes the window'],
  [
    /^(?:Shift\+)?(?:Enter|Escape|Tab|Space|Backspace|Delete|Arrow\w+|Home|End|PageUp|PageDown)$/,
    'moves or presses what has the focus',
  ],
  [/^[0-9*#+]$/, 'dials'],
];

/** Why this chord can't be the key of `id`, as a sentence; null: it can. */
export function chordProblem(chords: Chords, id: ShortcutId, chord: string): string | null {
  if (!CHORD.test(chord)) return `${chord} can't be used here. Press another key.`;
  const taken = TAKEN.find(([pattern]) => pattern.test(chord));
  if (taken !== undefined) return `${chord} ${taken[1]} already. Press another key.`;
  const other = SHORTCUT_IDS.find((each) => each !== id && chords[each] === chord);
  if (other !== undefined)
    return `${chord} is taken by "${SHORTCUT_WORDS[other]}". Press another key, or change that one first.`;
  // "thank him", typed into the wrong window, must not mute anybody (WCAG 2.1.4).
  const isAnywhere = WINDOW_SHORTCUTS.some((each) => each === id);
  const wantsModifier =
    id === 'help' ? isLetter(chord) : !/^(?:Ctrl|Alt|Meta)\+/.test(chord) && !/^(?:Shift\+)?F\d/.test(chord);
  return isAnywhere && wantsModifier
    ? `${chord} alone would act while you type. Hold Ctrl, Alt or both with it, or press a function key.`
    : null;
}
