import type { ReactElement } from 'react';
import { Tooltip, TooltipTrigger } from 'react-aria-components/Tooltip';

interface TipProps {
  /** What the button is called: an icon alone has to be known already. */
  readonly label: string;
  readonly children: ReactElement;
}

/** The name of a button that shows an icon only, for the mouse and for the keyboard. */
export function Tip({ label, children }: TipProps) {
  return (
    <TooltipTrigger delay={500} closeDelay={100}>
      {children}
      <Tooltip className="tooltip" offset={6}>
        {label}
      </Tooltip>
    </TooltipTrigger>
  );
}
