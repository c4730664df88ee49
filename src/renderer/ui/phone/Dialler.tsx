import { Delete, Phone, TriangleAlert } from 'lucide-react';
import { useEffect, useLayoutEffect, useRef, type ClipboardEvent, type KeyboardEvent } from 'react';
import { Input } from 'react-aria-components/Input';
import { TextField } from 'react-aria-components/TextField';
import { carriesNoEmergencyCalls } from '../../../contracts/profile/provider-facts';
import { activeProfile } from '../../state/profiles-store';
import { useSelected } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { DIAL_FIELD_ID } from '../kit/focus';
import { Keypad } from './Keypad';
import { formatTyped } from '../kit/phone-number';
import { SettlingButton } from '../kit/SettlingButton';
import { dialPreview } from './dial-preview';
import { placeCall } from '../kit/place-call';
import { NO_EMERGENCY_CALLS } from '../kit/messages';
import { IconButton } from '../kit/IconButton';
import { identityParts } from '../../../contracts/profile/identity';

/** The field for a name or number, Call, and the keypad. */
export function Dialler() {
  const app = useApp();
  const { phone, profiles, view } = app;
  const noEmergencyCalls = useSelected(profiles, (snapshot) =>
    carriesNoEmergencyCalls(activeProfile(snapshot)?.provider.kind ?? 'local-jwt'),
  );
  const typed = useSelected(view, (value) => value.typed);
  const identity = useSelected(profiles, (snapshot) => activeProfile(snapshot)?.identity ?? '');
  const preview = dialPreview(typed, identityParts(identity).domain);
  const field = useRef<HTMLInputElement>(null);
  const caret = useRef<number | null>(null);

  // A new window is there to call somebody: the first keys dial. What has the focus already keeps it.
  useEffect(() => {
    if (document.activeElement === null || document.activeElement === document.body) field.current?.focus();
  }, []);

  // Formatting moves the text; the caret goes with its digit.
  useLayoutEffect(() => {
    if (caret.current !== null && document.activeElement === field.current)
      field.current?.setSelectionRange(caret.current, caret.current);
    caret.current = null;
  }, [typed]);

  function change(text: string, position: number): void {
    // Pasted numbers bring line ends and blanks along.
    const clean = text.replace(/[\r\n\t]+/g, ' ');
    const next = formatTyped({ text: clean, caret: position });
    caret.current = next.caret;
    view.change({ typed: next.text, dialFailure: null });
  }
  // A field drops line ends: two lines of a list would be one number.
  function onPaste(event: ClipboardEvent<HTMLInputElement>): void {
    const text = event.clipboardData.getData('text/plain').trim();
    if (!/[\r\n\t]/.test(text)) return;
    event.preventDefault();
    const from = event.currentTarget.selectionStart ?? typed.length;
    const to = event.currentTarget.selectionEnd ?? from;
    const pasted = text.replace(/\s*[\r\n\t]+\s*/g, ' | ');
    change(typed.slice(0, from) + pasted + typed.slice(to), from + pasted.length);
  }
  function press(digit: string): void {
    const from = field.current?.selectionStart ?? typed.length;
    const to = field.current?.selectionEnd ?? typed.length;
    change(typed.slice(0, from) + digit + typed.slice(to), from + digit.length);
  }
  function erase(): void {
    const shorter = typed.trimEnd().slice(0, -1);
    change(shorter, shorter.length);
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'Enter' && typed.trim() !== '') void placeCall(app);
    else if (event.key === 'Escape' && typed !== '') change('', 0);
    else if (event.key === 'ArrowUp' && typed === '' && phone.lastDialled() !== '') {
      event.preventDefault();
      const last = phone.lastDialled();
      change(last, last.length);
    }
  }

  return (
    <>
      {noEmergencyCalls && (
        <p className="dial-note">
          <TriangleAlert size={16} aria-hidden="true" />
          {NO_EMERGENCY_CALLS}
        </p>
      )}
      <div className="dial-row">
        <TextField
          className="dial-field"
          aria-label="Name or number"
          value={typed}
          onChange={(text) => change(text, field.current?.selectionStart ?? text.length)}
        >
          <Input
            ref={field}
            id={DIAL_FIELD_ID}
            placeholder="Name or number"
            autoComplete="off"
            spellCheck="false"
            inputMode="tel"
            // The menu of a right click knows the number field by it.
            type="tel"
            maxLength={256}
            onKeyDown={onKeyDown}
            onPaste={onPaste}
          />
        </TextField>
        {typed !== '' && (
          <IconButton label="Erase the last character" onPress={erase}>
            <Delete size={20} aria-hidden="true" />
          </IconButton>
        )}
        <SettlingButton className="call-out" isDisabled={typed.trim() === ''} onPress={() => void placeCall(app)}>
          <Phone size={20} aria-hidden="true" />
          Call
        </SettlingButton>
      </div>
      <p className="dial-preview" role="status" data-takes-room>
        {preview}
      </p>
      <Keypad label="Dial pad" onDigit={press} onPlus={() => press('+')} />
    </>
  );
}
