import { Phone, Play, X } from 'lucide-react';
import type { Call } from '../../../contracts/call/call';
import type { Profile } from '../../../contracts/profile/profile';
import { isLive, staysWhenEnded } from '../../state/call-views';
import { useApp } from '../kit/app-context';
import { EndButton, LINE_LOOK } from './CallActions';
import { CallTimer } from './CallTimer';
import { nameLength, partyName } from '../kit/format';
import { SettlingButton } from '../kit/SettlingButton';
import { RecoveringTime } from './RecoveringTime';
import { againWord, phaseWords } from '../kit/messages';
import { callAgain } from '../kit/place-call';
import { SinceTime } from './SinceTime';

interface CallLineProps {
  readonly call: Call;
  readonly line: Profile | null;
  /** What stands above it: when that changes, its buttons lie where others lay. */
  readonly above: string;
}

/** A call that waits, or that ended, in one line. */
export function CallLine({ call, line, above }: CallLineProps) {
  const app = useApp();
  const { phone } = app;
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
      <h2 className="call-line-name" data-length={nameLength(name)} title={name}>
        {name}
      </h2>
      {call.phase === 'held' ? (
        <SinceTime since={call.hold.since} label="On hold for" />
      ) : 'answeredAt' in call ? (
        call.answeredAt !== null && <CallTimer call={call} />
      ) : (
        <SinceTime since={call.startedAt} label={`${phaseWords(call)} for`} />
      )}
      <span className="call-line-end">
        {call.can.includes('resume') && (
          <SettlingButton
            className="button"
            meaning={above}
            data-first-choice
            onPress={() => phone.act(call.id, { verb: 'resume' })}
          >
            <Play size={16} aria-hidden="true" />
            Resume
          </SettlingButton>
        )}
        {staysWhenEnded(call) && call.assistant !== true && (
          <SettlingButton className="button" meaning={above} onPress={() => callAgain(app, call)}>
            <Phone size={16} aria-hidden="true" />
            {againWord(call)}
          </SettlingButton>
        )}
        {isLive(call) ? (
          <EndButton call={call} look={LINE_LOOK} above={above} />
        ) : (
          <SettlingButton
            key="dismiss"
            className="icon-button sunken"
            meaning={above}
            aria-label="Dismiss"
            onPress={() => phone.act(call.id, { verb: 'dismiss' })}
          >
            <X size={16} aria-hidden="true" />
          </SettlingButton>
        )}
      </span>
    </article>
  );
}
