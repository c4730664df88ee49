import { Grid3x3 } from 'lucide-react';
import { ToggleButton } from 'react-aria-components/ToggleButton';
import type { LiveCall } from '../../../contracts/call/call';
import { useSelected } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { CARD_LOOK, EndButton, HoldButton, MuteButton } from './CallActions';

interface CallControlsProps {
  readonly call: LiveCall;
  /** What stands above the card. */
  readonly above: string;
}

/** Mute, Hold, Keypad, End: always the four, always in this order, so that a hand learns the places. */
export function CallControls({ call, above }: CallControlsProps) {
  const { view } = useApp();
  const keypadOpen = useSelected(view, ({ keypadCallId }) => keypadCallId === call.id);
  return (
    <div className="call-controls" role="group" aria-label="Call controls">
      <MuteButton call={call} look={CARD_LOOK} />
      <HoldButton call={call} look={CARD_LOOK} above={above} />
      <ToggleButton
        className={CARD_LOOK.button}
        isSelected={keypadOpen}
        isDisabled={!call.can.includes('send-digits')}
        onChange={(open) => view.change({ keypadCallId: open ? call.id : null })}
      >
        <Grid3x3 size={CARD_LOOK.iconSize} aria-hidden="true" />
        <span className={CARD_LOOK.word}>Keypad</span>
      </ToggleButton>
      <EndButton call={call} look={CARD_LOOK} above={above} />
    </div>
  );
}
