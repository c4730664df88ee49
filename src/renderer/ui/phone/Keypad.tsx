import { useEffect, useRef } from 'react';
import { Button } from 'react-aria-components/Button';

const KEYS: readonly (readonly [digit: string, letters: string])[] = [
  ['1', ''],
  ['2', 'ABC'],
  ['3', 'DEF'],
  ['4', 'GHI'],
  ['5', 'JKL'],
  ['6', 'MNO'],
  ['7', 'PQRS'],
  ['8', 'TUV'],
  ['9', 'WXYZ'],
  ['*', ''],
  ['0', '+'],
  ['#', ''],
];

/** A press of 0 that lasts so long is a plus, as on mobile phones. Milliseconds. */
const LONG_PRESS_MS = 500;

interface KeypadProps {
  readonly label: string;
  readonly onDigit: (digit: string) => void;
  /** A long press of 0, or a right click: `+`. */
  readonly onPlus?: () => void;
}

/** The twelve keys (ITU-T E.161). */
export function Keypad({ label, onDigit, onPlus }: KeypadProps) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const isPressed = useRef(false);
  /** The press that goes on, or that just ended, has given its plus. */
  const gavePlus = useRef(false);
  const forget = (): void => clearTimeout(timer.current);
  useEffect(() => forget, []);
  const plus = (): void => {
    forget();
    // A long touch opens a context menu as well.
    if (isPressed.current && gavePlus.current) return;
    gavePlus.current = isPressed.current;
    onPlus?.();
  };
  const onHold = {
    onPressStart: () => {
      forget();
      isPressed.current = true;
      gavePlus.current = false;
      timer.current = setTimeout(plus, LONG_PRESS_MS);
    },
    onPressEnd: () => {
      forget();
      isPressed.current = false;
    },
  };
  return (
    <div className="keypad" role="group" aria-label={label}>
      {KEYS.map(([digit, letters]) => (
        <Button
          key={digit}
          className="key"
          aria-label={digit === '0' && onPlus !== undefined ? '0, hold for +' : digit}
          {...(digit === '0' && onPlus !== undefined ? onHold : {})}
          onPress={() => {
            if (digit !== '0' || !gavePlus.current) onDigit(digit);
            gavePlus.current = false;
          }}
          onContextMenu={(event) => {
            event.preventDefault();
            if (digit === '0') plus();
          }}
        >
          <span className="key-digit">{digit}</span>
          <span className="key-letters" data-label={letters} />
        </Button>
      ))}
    </div>
  );
}
