/** Which key does what: one pure function, so that the map can be tested and shown. */
import {
  CARD_SHORTCUTS,
  chordOf,
  SHORTCUT_WORDS,
  WINDOW_SHORTCUTS,
  type Chords,
  type KeyPress as ChordPress,
  type ShortcutId,
} from '../../../contracts/shortcuts';

/** What a key press asks for. */
export type Command =
  | {
      readonly kind: 'answer' | 'decline' | 'close' | 'mute' | 'hold' | 'keypad' | 'end' | 'send-after' | 'help';
    }
  | { readonly kind: 'digit'; readonly digit: string }
  | { readonly kind: 'choose'; /** From 1. */ readonly position: number };

/** A key press, as far as it matters. */
export interface KeyPress extends ChordPress {
  readonly repeat: boolean;
}

/** Where the window is when the key is pressed. */
export interface KeyContext {
  /**
   * The focus: the number field while it is empty and nobody has typed into it for a while, any other field, a control that wants Enter for itself,
   * or anything else.
   */
  readonly focus: 'number-field' | 'field' | 'control' | 'elsewhere';
  /** The card of a live call has the focus, or something on it has. */
  readonly onCall: boolean;
  /** A dialog, menu or popover is open and has the keyboard. */
  readonly overlay: boolean;
  /** A call rings for the agent, and its card is on the screen. */
  readonly ringing: boolean;
  /** A call is up. */
  readonly live: boolean;
  /** A tool other than the dialler is open: the keypad of a call. */
  readonly tool: boolean;
  /** The dialler is on the screen. */
  readonly dialler: boolean;
}

const COMMANDS: Readonly<Record<ShortcutId, Command>> = {
  mute: { kind: 'mute' },
  hold: { kind: 'hold' },
  keypad: { kind: 'keypad' },
  end: { kind: 'end' },
  help: { kind: 'help' },
  cardMute: { kind: 'mute' },
  cardHold: { kind: 'hold' },
  cardKeypad: { kind: 'keypad' },
  cardSend: { kind: 'send-after' },
};

/** A chord that a person may have changed. A letter alone is a key of a call only while its card has the focus (WCAG 2.1.4). */
function changeable(press: KeyPress, { focus, overlay, live, onCall }: KeyContext, chords: Chords): Command | null {
  const chord = chordOf(press);
  if (chord === null || press.repeat) return null;
  const id =
    WINDOW_SHORTCUTS.find((each) => chords[each] === chord) ??
    (onCall && !overlay ? CARD_SHORTCUTS.find((each) => chords[each] === chord) : undefined);
  if (id === undefined) return null;
  if (id === 'help') {
    const isSign = chord.length === 1;
    return overlay || (isSign && (focus === 'field' || focus === 'number-field')) ? null : COMMANDS.help;
  }
  if (WINDOW_SHORTCUTS.some((each) => each === id)) return live ? COMMANDS[id] : null;
  return focus === 'field' || focus === 'number-field' ? null : COMMANDS[id];
}

/** The command of a key press, or null when the key belongs to whatever has the focus. Without `chords` the keys are switched off. */
export function commandFor(press: KeyPress, context: KeyContext, chords: Chords | null): Command | null {
  const { focus, overlay } = context;
  const isPlain = !press.ctrl && !press.alt && !press.meta;
  const closes = isPlain && press.key === 'Escape' && context.tool && !overlay && focus !== 'field';
  if (closes) return { kind: 'close' };
  if (chords === null) return null;
  const changed = changeable(press, context, chords);
  if (changed !== null) return changed;
  if (press.alt || press.meta) return null;
  if (press.ctrl)
    return !press.shift && !overlay && /^[1-9]$/.test(press.key)
      ? { kind: 'choose', position: Number(press.key) }
      : null;
  if (overlay || focus === 'field') return null;
  if (press.key === 'Escape') return context.ringing ? { kind: 'decline' } : null;
  if (press.key === 'Enter') {
    // Held down, Enter would answer the next call as well.
    if (press.repeat || focus === 'control' || context.tool) return null;
    return context.ringing ? { kind: 'answer' } : null;
  }
  if (focus === 'number-field') return null;
  return /^[0-9*#+]$/.test(press.key) && (context.onCall || context.tool || context.dialler)
    ? { kind: 'digit', digit: press.key }
    : null;
}

/** What the list of keys says, in its order; `chords` null: they are switched off, and only the keys of fields are left. */
export function shortcutList(
  chords: Chords | null,
): readonly { readonly keys: readonly string[]; readonly does: string }[] {
  const call = { keys: ['Enter'], does: 'Call, in the number field' };
  const last = { keys: ['Arrow up'], does: 'Last number, in the empty field' };
  const zoom = [
    { keys: ['Ctrl', '+'], does: 'Larger' },
    { keys: ['Ctrl', '-'], does: 'Smaller' },
    { keys: ['Ctrl', '0'], does: 'Actual size' },
  ];
  if (chords === null) return [call, last, ...zoom];
  const split = (id: ShortcutId): readonly string[] => chords[id].split(/\+(?=.)/);
  const own = (ids: readonly ShortcutId[]) => ids.map((id) => ({ keys: split(id), does: SHORTCUT_WORDS[id] }));
  return [
    call,
    { keys: ['Enter'], does: 'Answer, while a call rings' },
    { keys: ['Esc'], does: 'Close; decline, while a call rings' },
    ...own(WINDOW_SHORTCUTS.filter((id) => id !== 'help')),
    ...own(CARD_SHORTCUTS),
    { keys: ['0-9', '*', '#'], does: 'Dial; send digits, while the card of a call has the focus' },
    { keys: ['+'], does: 'Dial a plus; a long press of 0 on the keypad does the same' },
    last,
    { keys: ['Ctrl', '1-9'], does: 'Go to a call' },
    ...zoom,
    ...own(['help']),
  ];
}
