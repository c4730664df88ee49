import { Phone, PhoneOff } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { IncomingNotice } from '../../../contracts/call/call';
import type { Store } from '../../base/store';
import { useStore } from '../../state/use-store';
import { EnvironmentTag } from '../kit/EnvironmentTag';
import { CONFIRMED_CALLER } from '../kit/messages';
import { formatNumber } from '../kit/phone-number';
import { nameLength } from '../kit/format';
import { useSettling } from '../kit/use-settling';

interface IncomingWindowProps {
  /** The calls that ring, oldest first. */
  readonly notices: Store<readonly IncomingNotice[]>;
  readonly onAct: (callId: string, action: 'answer' | 'decline') => void;
}

/** The small window over everything: who calls, Decline, Answer. */
export function IncomingWindow({ notices, onAct }: IncomingWindowProps) {
  const [first, ...more] = useStore(notices);
  const answer = useRef<HTMLButtonElement>(null);
  const callId = first?.callId;
  // The window does not take the focus; if the agent gives it the focus, Enter answers.
  useEffect(() => {
    answer.current?.focus();
  }, [callId]);
  // It opens where somebody may be clicking, and the next call takes the place of the one before.
  const settling = useSettling(callId ?? '');
  if (first === undefined) return null;
  const act = (action: 'answer' | 'decline'): void => {
    if (!settling) onAct(first.callId, action);
  };
  const disabled = settling ? ({ 'aria-disabled': true } as const) : {};
  const number = formatNumber(first.number);
  return (
    <main className="popup" data-testid="call-card" data-phase="ringing" data-call-id={first.callId}>
      <p className="popup-line">
        Incoming · {first.line}
        <EnvironmentTag environment={first.environment} />
        {more.length > 0 && <span className="tag">{more.length} more</span>}
      </p>
      <h1 className="popup-name" data-length={nameLength(first.name)}>
        {first.name === first.number ? number : first.name}
      </h1>
      <p className="popup-number">
        {[first.name === first.number ? '' : number, first.confirmed === true ? CONFIRMED_CALLER : '']
          .filter((text) => text !== '')
          .join(' · ')}
      </p>
      <div className="popup-actions">
        <button type="button" className="big-button decline" {...disabled} onClick={() => act('decline')}>
          <PhoneOff size={20} aria-hidden="true" />
          Decline
        </button>
        <button ref={answer} type="button" className="big-button answer" {...disabled} onClick={() => act('answer')}>
          <Phone size={20} aria-hidden="true" />
          Answer
        </button>
      </div>
      <div className="visually-hidden" role="alert">
        Incoming call from {first.name}
      </div>
    </main>
  );
}
