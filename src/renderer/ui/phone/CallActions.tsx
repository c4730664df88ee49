import { Mic, MicOff, Pause, PhoneOff, Play } from 'lucide-react';
import { ToggleButton } from 'react-aria-components/ToggleButton';
import type { Call, LiveCall } from '../../../contracts/call/call';
import { useApp } from '../kit/app-context';
import { SettlingButton } from '../kit/SettlingButton';

/** How the place looks in which a call's buttons stand; what they say and do is the same in each. */
export interface ActionLook {
  readonly button: string;
  readonly end: string;
  /** The class of the word below or beside the icon. */
  readonly word: string;
  readonly iconSize: 16 | 20;
}
export const CARD_LOOK: ActionLook = { button: 'call-button', end: 'call-button end', word: 'call-word', iconSize: 20 };
export const BAR_LOOK: ActionLook = { button: 'button', end: 'button bad', word: 'call-bar-word', iconSize: 16 };
/** The icon alone. */
export const LINE_LOOK: ActionLook = {
  button: 'button',
  end: 'icon-button sunken bad',
  word: 'visually-hidden',
  iconSize: 16,
};

interface ActionProps<C extends Call = LiveCall> {
  readonly call: C;
  readonly look: ActionLook;
  /** What stands above it: when that changes, the button lies where another one lay. */
  readonly above?: string;
}

/** It says what is, and its name adds what a press does. It never waits: somebody may be about to cough. */
export function MuteButton({ call, look }: ActionProps) {
  const { phone } = useApp();
  const Icon = call.muted ? MicOff : Mic;
  return (
    <ToggleButton
      className={look.button}
      aria-label={call.muted ? 'Muted, unmute' : 'Mute'}
      data-tone={call.muted ? 'warn' : undefined}
      isSelected={call.muted}
      isDisabled={!call.can.includes('mute')}
      onChange={(muted) => phone.act(call.id, { verb: 'mute', on: muted })}
    >
      <Icon size={look.iconSize} aria-hidden="true" />
      <span className={look.word}>{call.muted ? 'Muted' : 'Mute'}</span>
    </ToggleButton>
  );
}

export function HoldButton({ call, look, above = '' }: ActionProps) {
  const { phone } = useApp();
  const resumes = call.can.includes('resume');
  const Icon = resumes ? Play : Pause;
  return (
    <SettlingButton
      className={look.button}
      meaning={`${resumes ? 'resume' : 'hold'} ${above}`}
      aria-label={resumes ? 'On hold, resume' : 'Hold'}
      {...(resumes ? { 'data-tone': 'accent', 'data-first-choice': true } : {})}
      isDisabled={!resumes && !call.can.includes('hold')}
      onPress={() => phone.act(call.id, { verb: resumes ? 'resume' : 'hold' })}
    >
      <Icon size={look.iconSize} aria-hidden="true" />
      <span className={look.word}>{resumes ? 'On hold' : 'Hold'}</span>
    </SettlingButton>
  );
}

/** It only ever hangs up. */
export function EndButton({ call, look, above = '' }: ActionProps<Call>) {
  const { phone } = useApp();
  return (
    <SettlingButton
      className={look.end}
      meaning={above}
      aria-label="End, hang up"
      onPress={() => phone.act(call.id, { verb: 'end' })}
    >
      <PhoneOff size={look.iconSize} aria-hidden="true" />
      <span className={look.word}>End</span>
    </SettlingButton>
  );
}
