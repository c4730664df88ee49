import type { Call } from '../../../contracts/call/call';
import type { Profile } from '../../../contracts/profile/profile';
import { isLive } from '../../state/call-views';
import { AfterDigitsLine } from './AfterDigitsLine';
import { CallControls } from './CallControls';
import { CallPeople } from './CallPeople';
import { CallProblemLine } from './CallProblemLine';
import { CallQuality } from './CallQuality';
import { CallTimer } from './CallTimer';
import { EndedActions } from './EndedActions';
import { EnvironmentNote } from '../kit/EnvironmentNote';
import { initials, nameLength, partyName } from '../kit/format';
import { PeerNumber } from './PeerNumber';
import { RecoveringTime } from './RecoveringTime';
import { SinceTime } from './SinceTime';
import { phaseWords } from '../kit/messages';

interface CallCardProps {
  readonly call: Call;
  /** The call's line, or null when it is gone. */
  readonly line: Profile | null;
  /** What stands above it: when that changes, its buttons lie where others lay. */
  readonly above: string;
}

/** The call that matters now, large. It has the same height in each of its states. */
export function CallCard({ call, line, above }: CallCardProps) {
  const name = partyName(call.peer);
  const letters = initials(name);
  return (
    <>
      <article
        className="card call-card"
        data-testid="call-card"
        data-phase={call.phase}
        data-direction={call.direction}
        data-call-id={call.id}
        data-environment={line?.environment}
        tabIndex={-1}
        aria-label={`Call with ${name}`}
      >
        <div className="call-head">
          <span className="avatar" aria-hidden="true">
            {letters === '' ? '#' : letters}
          </span>
          <div className="call-who">
            <h2 className="call-name" data-length={nameLength(name)} title={name}>
              {name}
            </h2>
            <p className="call-number">
              <PeerNumber party={call.peer} after={line?.name ?? ''} />
            </p>
          </div>
          <div className="call-state">
            {'answeredAt' in call && call.answeredAt !== null ? (
              <CallTimer call={call} />
            ) : (
              <span className="call-phase">{phaseWords(call)}</span>
            )}
            <span className="call-below">
              {call.phase === 'active' ? (
                <CallQuality callId={call.id} isAssistant={call.assistant === true} />
              ) : 'answeredAt' in call && call.answeredAt !== null ? (
                <span className="call-phase-small" data-phase={call.phase}>
                  {phaseWords(call)}
                  {call.phase === 'recovering' && <RecoveringTime since={call.since} />}
                  {call.phase === 'held' && <SinceTime since={call.hold.since} label="On hold for" />}
                </span>
              ) : isLive(call) ? (
                <span className="call-phase-small">
                  <SinceTime since={call.startedAt} label={`${phaseWords(call)} for`} />
                </span>
              ) : null}
            </span>
          </div>
        </div>
        {line !== null && <EnvironmentNote environment={line.environment} />}
        {isLive(call) ? <CallControls call={call} above={above} /> : <EndedActions call={call} above={above} />}
      </article>
      <CallPeople call={call} />
      {isLive(call) && call.after !== undefined && call.after.length > 0 && (
        <AfterDigitsLine call={call} after={call.after} />
      )}
      {call.problem !== null && isLive(call) && <CallProblemLine call={call} problem={call.problem} />}
    </>
  );
}
