import { useId, useImperativeHandle, useRef, type Ref } from 'react';

export interface PassphraseHandle {
  /** What was typed; the field is empty afterwards. */
  readonly take: () => string;
  readonly focus: () => void;
}

interface PassphraseFieldProps {
  readonly ref: Ref<PassphraseHandle>;
  readonly label: string;
  readonly autoFocus?: boolean;
}

/** A field whose text is in the page and nowhere in the program's state: whoever takes it empties it. */
export function PassphraseField({ ref, label, autoFocus = false }: PassphraseFieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useImperativeHandle(ref, () => ({
    take: () => {
      const typed = input.current?.value ?? '';
      if (input.current !== null) input.current.value = '';
      return typed;
    },
    focus: () => input.current?.focus(),
  }));
  return (
    <div className="unlock-field">
      <label htmlFor={id}>{label}</label>
      <input
        ref={input}
        id={id}
        type="password"
        autoComplete="off"
        spellCheck={false}
        maxLength={200}
        autoFocus={autoFocus}
      />
    </div>
  );
}
