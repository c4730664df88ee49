import { canSendDigits, isLive, layoutOf } from '../state/call-views';
import { activeProfile } from '../state/profiles-store';
import { useStore } from '../state/use-store';
import { useApp } from './app-context';
import { CallCard } from './CallCard';
import { CallLine } from './CallLine';
import { Dialler } from './Dialler';
import { DigitsPad } from './DigitsPad';
import { FailureNotice } from './FailureNotice';
import { IncomingCard } from './IncomingCard';
import { PracticeHint } from './PracticeHint';
import { RegistrationNotice } from './RegistrationNotice';

/** The calls, and below them, always in the same place, the dialler. */
export function PhoneScreen() {
  const { phone, profiles, view } = useApp();
  const snapshot = useStore(phone);
  const { keypadCallId, dialFailure } = useStore(view);
  const profile = activeProfile(useStore(profiles));
  const layout = layoutOf(snapshot);
  const line = profile?.name ?? '';
  const digitsTo = snapshot.calls.find((call) => call.id === keypadCallId && (canSendDigits(call) || call.phase === 'recovering'));
  const incoming = layout.incoming.map((call) => <IncomingCard key={call.id} call={call} line={line} small={layout.inCall} />);
  const live = snapshot.calls.filter(isLive).length;

  return (
    <div className="phone" data-live-calls={live} data-digits={digitsTo !== undefined}>
      <section className="calls" aria-label="Calls">
        {!layout.inCall && incoming}
        {layout.main !== null && <CallCard key={layout.main.id} call={layout.main} line={line} />}
        {layout.lines.map((call) => (
          <CallLine key={call.id} call={call} />
        ))}
        {layout.inCall && incoming}
        <RegistrationNotice />
        {snapshot.calls.length === 0 && profile?.environment === 'practice' && dialFailure === null && <PracticeHint />}
      </section>
      <section className="dialling" aria-label="Dialler">
        {dialFailure !== null && <FailureNotice failure={dialFailure} onDismiss={() => view.change({ dialFailure: null })} />}
        {digitsTo === undefined ? <Dialler /> : <DigitsPad call={digitsTo} />}
      </section>
    </div>
  );
}
