import { Button, type ButtonProps } from 'react-aria-components/Button';
import { Tip } from './Tip';

interface IconButtonProps extends ButtonProps {
  /** Its name, and its tooltip. */
  readonly label: string;
}

/** A button that shows an icon only. */
export function IconButton({ label, className = 'icon-button', ...props }: IconButtonProps) {
  return (
    <Tip label={label}>
      <Button {...props} className={className} aria-label={label} />
    </Tip>
  );
}
