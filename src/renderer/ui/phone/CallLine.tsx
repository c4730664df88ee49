import { PhoneOff, Play, X } from 'lucide-react';
import type { Call } from '../../../contracts/call/call';
import type { Profile } from '../../../contracts/profile/profile';
import { canResume, isLive } from '../../state/call-views';
import { useApp } from '../kit/app-context';
import { CallTimer } from './CallTimer';
import { partyName } from '../kit/format';
import { SettlingButton } from '../kit/SettlingButton';
import { RecoveringTime } from './RecoveringTime';
import { phaseWords } from '../kit/messages';

interface CallLineProps {
  readonly call: Call;
  readonly line: Profile | null;
  /** What stands above it: when that changes, its buttons lie where others lay. */
  readonly above: string;
}

/** A call that waits, in one line. */
export function CallLine({ call, line, above }: CallLineProps) {
  const { phone } = useApp();
  const name = partyName(call.peer);
  return (
    <article
      className="card call-line"
      data-testid="call-card"
      data-phase={call.phase}
      data-direction={call.direction}
      data-call-id={call.id}
      data-environment={line?.environment}
      tabIndex={-1}
      aria-label={`Call with ${name}`}
    >
      <span className="tag" data-phase={call.phase}>
        {phaseWords(call)}
        {call.phase === 'recovering' && <RecoveringTime since={call.since} />}
      </span>
      <h2 className="call-line-name" title={name}>
        {name}
      </h2>
      {'answeredAt' in call && call.answeredAt !== null && <CallTimer call={call} />}
      <span className="call-line-end">
        {canResume(call) && (
          <SettlingButton className="button" meaning={above} data-first-choice onPress={() => phone.resume(call.id)}>
            <Play size={16} aria-hidden="true" />
            Resume
          </SettlingButton>
        )}
        {isLive(call) ? (
          <SettlingButton
            className="icon-button sunken bad"
            meaning={above}
            aria-label="Hang up"
            onPress={() => phone.end(call.id)}
          >
            <PhoneOff size={16} aria-hidden="true" />
          </SettlingButton>
        ) : (
          <SettlingButton
            key="dismiss"
            className="icon-button sunken"
            meaning={above}
            aria-label="Dismiss"
            onPress={() => phone.dismiss(call.id)}
          >
            <X size={16} aria-hidden="true" />
          </SettlingButton>
        )}
      </span>
    </article>
  );
}
