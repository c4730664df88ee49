import '../call-bar.css';
import { Phone, PhoneOff } from 'lucide-react';
import { Button } from 'react-aria-components/Button';
import type { Call } from '../../../contracts/call/call';
import { isLive, layoutOf } from '../../state/call-views';
import { useStore } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { partyName } from '../kit/format';
import { phaseWords } from '../kit/messages';
import { SettlingButton } from '../kit/SettlingButton';
import { BAR_LOOK, EndButton, HoldButton, MuteButton } from '../phone/CallActions';
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
          <SettlingButton className="button bad" onPress={() => phone.act(ringing.id, { verb: 'end' })}>
            <PhoneOff size={16} aria-hidden="true" />
            Decline
          </SettlingButton>
          <SettlingButton className="button good" onPress={() => phone.act(ringing.id, { verb: 'answer' })}>
            <Phone size={16} aria-hidden="true" />
            Answer
          </SettlingButton>
        </Row>
      )}
      {main !== null && (
        <Row key={main.id} call={main} words={phaseWords(main)}>
          <MuteButton call={main} look={BAR_LOOK} />
          <HoldButton call={main} look={BAR_LOOK} />
          <EndButton call={main} look={BAR_LOOK} />
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
