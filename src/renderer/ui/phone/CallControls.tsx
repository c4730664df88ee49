import { Grid3x3, Mic, MicOff, Pause, PhoneOff, Play } from 'lucide-react';
import { ToggleButton } from 'react-aria-components/ToggleButton';
import type { LiveCall } from '../../../contracts/call/call';
import { canHold, canMute, canResume, canSendDigits } from '../../state/call-views';
import { useSelected } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { SettlingButton } from '../kit/SettlingButton';

/**
 * Mute, Hold, Keypad, End: always the four, always in this order, so that a hand learns the places. Where the short word
 * for the eye differs from the button's name, the style sheet draws it (`data-label`).
 */
export function CallControls({ call }: { readonly call: LiveCall }) {
  const { phone, view } = useApp();
  const keypadOpen = useSelected(view, ({ keypadCallId }) => keypadCallId === call.id);
  const resumes = canResume(call);
  return (
    <div className="call-controls" role="group" aria-label="Call controls">
      <ToggleButton
        className="call-button"
        aria-label={call.muted ? 'Unmute' : 'Mute'}
        data-tone={call.muted ? 'warn' : undefined}
        isSelected={call.muted}
        isDisabled={!canMute(call)}
        onChange={(muted) => phone.setMuted(call.id, muted)}
      >
        {call.muted ? <MicOff size={20} aria-hidden="true" /> : <Mic size={20} aria-hidden="true" />}
        <span data-label={call.muted ? 'Muted' : 'Mute'} />
      </ToggleButton>
      <SettlingButton
        className="call-button"
        meaning={resumes ? 'resume' : 'hold'}
        {...(resumes ? { 'data-tone': 'accent', 'data-first-choice': true } : {})}
        isDisabled={!resumes && !canHold(call)}
        onPress={() => (resumes ? phone.resume(call.id) : phone.hold(call.id))}
      >
        {resumes ? <Play size={20} aria-hidden="true" /> : <Pause size={20} aria-hidden="true" />}
        <span>{resumes ? 'Resume' : 'Hold'}</span>
      </SettlingButton>
      <ToggleButton
        className="call-button"
        isSelected={keypadOpen}
        isDisabled={!canSendDigits(call)}
        onChange={(open) => view.change({ keypadCallId: open ? call.id : null })}
      >
        <Grid3x3 size={20} aria-hidden="true" />
        <span>Keypad</span>
      </ToggleButton>
      <SettlingButton className="call-button end" aria-label="Hang up" onPress={() => phone.end(call.id)}>
        <PhoneOff size={20} aria-hidden="true" />
        <span data-label="End" />
      </SettlingButton>
    </div>
  );
}
