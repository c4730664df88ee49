import '../call-bar.css';
import { Mic, MicOff, Pause, Phone, PhoneOff, Play } from 'lucide-react';
import { Button } from 'react-aria-components/Button';
import { ToggleButton } from 'react-aria-components/ToggleButton';
import type { Call, LiveCall } from '../../../contracts/call/call';
import { canHold, canMute, canResume, isLive, layoutOf } from '../../state/call-views';
import { useStore } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { partyName } from '../kit/format';
import { phaseWords } from '../kit/messages';
import { SettlingButton } from '../kit/SettlingButton';
import { CallTimer } from '../phone/CallTimer';

/** The call that rings first and the call that is up, wherever the phone is not on the screen. It lies below what is read: nothing moves when a call comes. */
export function CallBar() {
  const { phone, view } = useApp();
  const { screen } = useStore(view);
  const layout = layoutOf(useStore(phone));
  const [ringing] = layout.incoming;
  const main = layout.main !== null && isLive(layout.main) ? layout.main : null;
  if (screen === 'phone' || (ringing === undefined && main === null)) return null;
  return (
    <section className="call-bar" aria-label="Calls" data-screen={screen}>
      {ringing !== undefined && (
        <Row key={ringing.id} call={ringing} words="Incoming call">
          <SettlingButton className="button bad" onPress={() => phone.end(ringing.id)}>
            <PhoneOff size={16} aria-hidden="true" />
            Decline
          </SettlingButton>
          <SettlingButton className="button good" onPress={() => void phone.answer(ringing.id)}>
            <Phone size={16} aria-hidden="true" />
            Answer
          </SettlingButton>
        </Row>
      )}
      {main !== null && (
        <Row key={main.id} call={main} words={phaseWords(main)}>
          <Controls call={main} />
        </Row>
      )}
    </section>
  );
}

interface RowProps {
  readonly call: Call;
  readonly words: string;
  readonly children: React.ReactNode;
}

function Row({ call, words, children }: RowProps) {
  const { view } = useApp();
  const name = partyName(call.peer);
  return (
    <div className="call-bar-row" role="group" aria-label={`${words}, ${name}`} data-phase={call.phase}>
      <Button
        className="call-bar-name"
        aria-label={`${name}, show the call`}
        onPress={() => view.change({ screen: 'phone' })}
      >
        {name}
      </Button>
      <span className="call-bar-state">
        {words}
        {'answeredAt' in call && call.answeredAt !== null && <CallTimer call={call} />}
      </span>
      <span className="call-bar-buttons">{children}</span>
    </div>
  );
}

function Controls({ call }: { readonly call: LiveCall }) {
  const { phone } = useApp();
  const resumes = canResume(call);
  return (
    <>
      <ToggleButton
        className="button"
        aria-label={call.muted ? 'Unmute' : 'Mute'}
        data-tone={call.muted ? 'warn' : undefined}
        isSelected={call.muted}
        isDisabled={!canMute(call)}
        onChange={(muted) => phone.setMuted(call.id, muted)}
      >
        {call.muted ? <MicOff size={16} aria-hidden="true" /> : <Mic size={16} aria-hidden="true" />}
        <span className="call-bar-word" data-label={call.muted ? 'Muted' : 'Mute'} />
      </ToggleButton>
      <SettlingButton
        className="button"
        meaning={resumes ? 'resume' : 'hold'}
        aria-label={resumes ? 'Resume' : 'Hold'}
        isDisabled={!resumes && !canHold(call)}
        onPress={() => (resumes ? phone.resume(call.id) : phone.hold(call.id))}
      >
        {resumes ? <Play size={16} aria-hidden="true" /> : <Pause size={16} aria-hidden="true" />}
        <span className="call-bar-word" data-label={resumes ? 'Resume' : 'Hold'} />
      </SettlingButton>
      <SettlingButton className="button bad" aria-label="Hang up" onPress={() => phone.end(call.id)}>
        <PhoneOff size={16} aria-hidden="true" />
        <span className="call-bar-word" data-label="End" />
      </SettlingButton>
    </>
  );
}
