import { Button, type ButtonProps } from 'react-aria-components/Button';
import { Tip } from './Tip';
import { useSettling } from './use-settling';

interface SettlingButtonProps extends ButtonProps {
  readonly ref?: React.Ref<HTMLButtonElement>;
  /** What it does and where it lies: when this changes, it settles once more. */
  readonly meaning?: string;
}

/**
 * A button that came to lie where another one stood, or whose meaning changes: it takes no press in its first moment, so that the second click of a
 * double click does nothing. It keeps the focus, and says that it is disabled.
 */
export function SettlingButton({ meaning = '', onPress, ...props }: SettlingButtonProps) {
  const settling = useSettling(meaning);
  const button = (
    <Button
      {...props}
      {...(settling ? { 'aria-disabled': true } : {})}
      onPress={(event) => {
        if (!settling) onPress?.(event);
      }}
    />
  );
  const { className, 'aria-label': label } = props;
  const showsIconOnly = typeof className === 'string' && className.split(' ').includes('icon-button');
  return showsIconOnly && label !== undefined ? <Tip label={label}>{button}</Tip> : button;
}
