import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { RemoteCall } from '../../events/remote-calls';
import { useStore } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { FailureText } from '../kit/FailureText';
import { sayFailure, saySentence } from '../kit/notices';

/** More would push the events out of sight. */
const SHOWN = 4;

const PHASE_MESSAGES = {
  off: 'off',
  granting: 'connecting',
  opening: 'connecting',
  joining: 'connecting',
  joined: 'live',
  waiting: 'connection lost',
} as const;
const STATUS_MESSAGES = { ringing: 'ringing', answered: 'in call', completed: 'ended' } as const;

const nameOf = ({ fromNumber, toNumber, callUuid }: RemoteCall): string =>
  fromNumber === '' && toNumber === ''
    ? callUuid
    : `${fromNumber === '' ? '?' : fromNumber} \u2192 ${toNumber === '' ? '?' : toNumber}`;

/** The calls that the line's own system has under way, each with a way to end it there. */
export function RemoteCallList() {
  const { lineEvents } = useApp();
  const { phase, failure, canEnd, underWay, heard } = useStore(lineEvents);
  const [ending, setEnding] = useState<ReadonlySet<string>>(new Set());

  async function end(callUuid: string): Promise<void> {
    setEnding((before) => new Set(before).add(callUuid));
    const ended = await lineEvents.end(callUuid);
    setEnding((before) => new Set([...before].filter((each) => each !== callUuid)));
    if (ended.ok) saySentence('The call was ended.');
    else sayFailure(ended.failure);
  }

  return (
    <section
      className="remote-calls"
      aria-label="Calls on the line"
      data-testid="remote-calls"
      data-phase={phase}
      data-heard={heard}
    >
      <p className="remote-head">
        <span>On the line: {underWay.length}</span>
        <span>{PHASE_MESSAGES[phase]}</span>
      </p>
      {failure !== null && <FailureText failure={failure} onRetry={lineEvents.reconnectNow} />}
      {underWay.slice(0, SHOWN).map((call) => (
        <div key={call.callUuid} className="remote-call" data-testid="remote-call" data-status={call.status}>
          <span className="remote-who" title={nameOf(call)}>
            {nameOf(call)} <span className="remote-note">{STATUS_MESSAGES[call.status]}</span>
          </span>
          {canEnd && (
            <Button
              className="button compact"
              isDisabled={ending.has(call.callUuid)}
              aria-label={`End ${nameOf(call)}`}
              onPress={() => void end(call.callUuid)}
            >
              End
            </Button>
          )}
        </div>
      ))}
      {underWay.length > SHOWN && <p className="remote-note">and {underWay.length - SHOWN} more</p>}
    </section>
  );
}
