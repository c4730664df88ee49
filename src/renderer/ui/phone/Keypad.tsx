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

interface KeypadProps {
  readonly label: string;
  readonly onDigit: (digit: string) => void;
  /** A long press of 0: `+`. */
  readonly onPlus?: () => void;
}

/** The twelve keys (ITU-T E.161). */
export function Keypad({ label, onDigit, onPlus }: KeypadProps) {
  return (
    <div className="keypad" role="group" aria-label={label}>
      {KEYS.map(([digit, letters]) => (
        <Button
          key={digit}
          className="key"
          aria-label={digit}
          onPress={() => onDigit(digit)}
          onContextMenu={(event) => {
            event.preventDefault();
            if (digit === '0') onPlus?.();
          }}
        >
          <span className="key-digit">{digit}</span>
          <span className="key-letters" data-label={letters} />
        </Button>
      ))}
    </div>
  );
}
