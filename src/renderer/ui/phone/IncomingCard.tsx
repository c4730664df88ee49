import { Phone, PhoneIncoming, PhoneOff } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { Call } from '../../../contracts/call/call';
import type { Profile } from '../../../contracts/profile/profile';
import { isLive } from '../../state/call-views';
import { useSelected } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { CallProblemLine } from './CallProblemLine';
import { EnvironmentTag } from '../kit/EnvironmentTag';
import { hasOverlay, isTyping } from '../kit/focus';
import { nameLength, partyName } from '../kit/format';
import { PeerNumber } from './PeerNumber';
import { SettlingButton } from '../kit/SettlingButton';
import { SinceTime } from './SinceTime';

interface IncomingCardProps {
  readonly call: Call;
  /** The line that it rings on, or null when it is gone. */
  readonly line: Profile | null;
  /** What stands above it: when that changes, its buttons lie where others lay. */
  readonly above: string;
}

/** A call that rings for the agent. Answer has the focus at once, unless the agent is typing. */
export function IncomingCard({ call, line, above }: IncomingCardProps) {
  const { phone, settings } = useApp();
  const quiet = useSelected(settings, (value) => value.doNotDisturb);
  const answer = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // In a task of its own: to scroll, the whole screen is laid out, and the card has just been drawn in this one.
    const timer = setTimeout(() => {
      const elsewhere = hasOverlay();
      // Keys that are meant for one call must not fall on another.
      const onAnotherCall =
        document.activeElement !== null && document.activeElement.closest('[data-testid="call-card"]') !== null;
      answer.current?.scrollIntoView({ block: 'nearest' });
      if (!quiet && !elsewhere && !onAnotherCall && !isTyping()) answer.current?.focus();
    });
    return () => clearTimeout(timer);
  }, [quiet]);
  const name = partyName(call.peer);
  return (
    <>
      <article
        className="card incoming-card"
        data-testid="call-card"
        data-phase={call.phase}
        data-direction={call.direction}
        data-call-id={call.id}
        data-quiet={quiet}
        data-environment={line?.environment}
        tabIndex={-1}
        aria-label={`Incoming call from ${name}`}
      >
        <span className="incoming-icon" aria-hidden="true">
          <PhoneIncoming size={22} />
        </span>
        <div className="call-who">
          <p className="incoming-line">
            {['Incoming call', line?.name].filter((part) => part !== undefined).join(' · ')}
            <SinceTime since={call.startedAt} label="Ringing for" />
            {line !== null && <EnvironmentTag environment={line.environment} />}
            {quiet && <span className="tag">Do not disturb</span>}
          </p>
          <h2 className="call-name" data-length={nameLength(name)} title={name}>
            {name}
          </h2>
          <p className="call-number">
            <PeerNumber party={call.peer} />
          </p>
        </div>
        <div className="incoming-actions">
          <SettlingButton
            className="big-button decline"
            meaning={above}
            onPress={() => phone.act(call.id, { verb: 'end' })}
          >
            <PhoneOff size={20} aria-hidden="true" />
            Decline
          </SettlingButton>
          <SettlingButton
            ref={answer}
            className="big-button answer"
            meaning={above}
            data-first-choice
            onPress={() => phone.act(call.id, { verb: 'answer' })}
          >
            <Phone size={20} aria-hidden="true" />
            Answer
          </SettlingButton>
        </div>
      </article>
      {call.problem !== null && isLive(call) && <CallProblemLine call={call} problem={call.problem} />}
    </>
  );
}
