/** Which key does what: one pure function, so that the map can be tested and shown. */

/** What a key press asks for. */
export type Command =
  | { readonly kind: 'answer' | 'decline' | 'call' | 'close' | 'mute' | 'hold' | 'keypad' | 'send-after' | 'help' }
  | { readonly kind: 'digit'; readonly digit: string }
  | { readonly kind: 'choose'; /** From 1. */ readonly position: number };

/** A key press, as far as it matters. */
export interface KeyPress {
  readonly key: string;
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly meta: boolean;
  readonly repeat: boolean;
}

/** Where the window is when the key is pressed. */
export interface KeyContext {
  /** The focus: a text field (with or without text), a control that wants Enter for itself, or anything else. */
  readonly focus: 'empty-field' | 'filled-field' | 'control' | 'elsewhere';
  /** A dialog, menu or popover is open and has the keyboard. */
  readonly overlay: boolean;
  /** A call rings for the agent. */
  readonly incoming: boolean;
  /** A call is up that mute, hold and keypad can mean. */
  readonly live: boolean;
  /** The keypad of a call is open. */
  readonly keypadOpen: boolean;
}

/** The command of a key press, or null when the key belongs to whatever has the focus. */
export function commandFor(press: KeyPress, context: KeyContext): Command | null {
  if (context.overlay || press.alt || press.meta) return null;
  if (press.ctrl) return /^[1-9]$/.test(press.key) ? { kind: 'choose', position: Number(press.key) } : null;
  const typing = context.focus === 'filled-field';
  if (press.key === 'Escape') {
    if (typing) return null;
    if (context.keypadOpen) return { kind: 'close' };
    return context.incoming ? { kind: 'decline' } : null;
  }
  if (press.key === 'Enter') {
    // Held down, Enter would answer the next call as well.
    if (press.repeat || typing || context.focus === 'control') return null;
    return { kind: context.incoming ? 'answer' : 'call' };
  }
  if (typing || context.focus === 'empty-field') return null;
  if (/^[0-9*#+]$/.test(press.key)) return { kind: 'digit', digit: press.key };
  if (press.repeat) return null;
  if (press.key === '?') return { kind: 'help' };
  if (!context.live) return null;
  switch (press.key.toLowerCase()) {
    case 'm':
      return { kind: 'mute' };
    case 'h':
      return { kind: 'hold' };
    case 'k':
      return { kind: 'keypad' };
    case 's':
      return { kind: 'send-after' };
    default:
      return null;
  }
}

/** What the shortcuts dialog lists. */
export const SHORTCUTS: readonly { readonly keys: readonly string[]; readonly does: string }[] = [
  { keys: ['Enter'], does: 'Call, or answer' },
  { keys: ['Esc'], does: 'Decline, or close' },
  { keys: ['M'], does: 'Mute or unmute' },
  { keys: ['H'], does: 'Hold or resume' },
  { keys: ['K'], does: 'Keypad of the call' },
  { keys: ['S'], does: 'Send the digits behind the number' },
  { keys: ['0-9', '*', '#'], does: 'Dial, or send digits when a call has the focus' },
  { keys: ['Arrow up'], does: 'Last number, in the empty field' },
  { keys: ['Ctrl', '1-9'], does: 'Go to a call' },
  { keys: ['?'], does: 'This list' },
];
