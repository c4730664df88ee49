/** Which key does what: one pure function, so that the map can be tested and shown. */

/** What a key press asks for. */
export type Command =
  | {
      readonly kind: 'answer' | 'decline' | 'close' | 'mute' | 'hold' | 'keypad' | 'end' | 'send-after' | 'help';
    }
  | { readonly kind: 'digit'; readonly digit: string }
  | { readonly kind: 'choose'; /** From 1. */ readonly position: number };

/** A key press, as far as it matters. */
export interface KeyPress {
  readonly key: string;
  readonly ctrl: boolean;
  readonly shift: boolean;
  readonly alt: boolean;
  readonly meta: boolean;
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

/** A letter alone is a key of a call only while its card has the focus (WCAG 2.1.4). */
const ON_CALL: Readonly<Record<string, Command>> = {
  m: { kind: 'mute' },
  h: { kind: 'hold' },
  k: { kind: 'keypad' },
  s: { kind: 'send-after' },
};
/** With Ctrl and Shift, anywhere in the window. */
const ANYWHERE: Readonly<Record<string, Command>> = {
  m: { kind: 'mute' },
  l: { kind: 'hold' },
  k: { kind: 'keypad' },
  e: { kind: 'end' },
};

function withCtrl(press: KeyPress, { overlay, live }: KeyContext): Command | null {
  if (press.shift) return live && !press.repeat ? (ANYWHERE[press.key.toLowerCase()] ?? null) : null;
  return !overlay && /^[1-9]$/.test(press.key) ? { kind: 'choose', position: Number(press.key) } : null;
}

/** The command of a key press, or null when the key belongs to whatever has the focus. */
export function commandFor(press: KeyPress, context: KeyContext): Command | null {
  const { focus } = context;
  if (press.alt || press.meta) return null;
  if (press.ctrl) return withCtrl(press, context);
  if (context.overlay || focus === 'field') return null;
  if (press.key === 'Escape') {
    if (context.tool) return { kind: 'close' };
    return context.ringing ? { kind: 'decline' } : null;
  }
  if (press.key === 'Enter') {
    // Held down, Enter would answer the next call as well.
    if (press.repeat || focus === 'control' || context.tool) return null;
    return context.ringing ? { kind: 'answer' } : null;
  }
  if (focus === 'number-field') return null;
  if (/^[0-9*#+]$/.test(press.key))
    return context.onCall || context.tool || context.dialler ? { kind: 'digit', digit: press.key } : null;
  if (press.repeat) return null;
  if (press.key === '?') return { kind: 'help' };
  return context.onCall ? (ON_CALL[press.key.toLowerCase()] ?? null) : null;
}

/** What the shortcuts dialog lists. */
export const SHORTCUTS: readonly { readonly keys: readonly string[]; readonly does: string }[] = [
  { keys: ['Enter'], does: 'Call, in the number field; answer, while a call rings' },
  { keys: ['Esc'], does: 'Close; decline, while a call rings' },
  { keys: ['Ctrl', 'Shift', 'M'], does: 'Mute or unmute' },
  { keys: ['Ctrl', 'Shift', 'L'], does: 'Hold or resume' },
  { keys: ['Ctrl', 'Shift', 'K'], does: 'Keypad of the call' },
  { keys: ['Ctrl', 'Shift', 'E'], does: 'End the call' },
  { keys: ['M', 'H', 'K'], does: 'Mute, hold, keypad, while the card of a call has the focus' },
  { keys: ['S'], does: 'Send the digits behind the number, while the card has the focus' },
  { keys: ['0-9', '*', '#'], does: 'Dial; send digits, while the card has the focus' },
  { keys: ['+'], does: 'Dial a plus; a long press of 0 on the keypad does the same' },
  { keys: ['Arrow up'], does: 'Last number, in the empty field' },
  { keys: ['Ctrl', '1-9'], does: 'Go to a call' },
  { keys: ['?'], does: 'This list' },
];
