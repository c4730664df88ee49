import { Phone, X } from 'lucide-react';
import type { Call } from '../../../contracts/call/call';
import { useApp } from '../kit/app-context';
import { SettlingButton } from '../kit/SettlingButton';
import { callAgain } from '../kit/place-call';
import { againWord, END_MESSAGES, endInWords } from '../kit/messages';

interface EndedActionsProps {
  readonly call: Extract<Call, { phase: 'ended' }>;
  /** What stands above its card. */
  readonly above: string;
}

/** Why the call ended, and what to do next. Where End was lies Dismiss: a second click of a double click calls nobody. */
export function EndedActions({ call, above }: EndedActionsProps) {
  const app = useApp();
  const words = END_MESSAGES[call.cause];
  return (
    <div className="ended">
      {/* Where it is more than fits, it is scrolled by keys, too. */}
      <div className="ended-why" data-tone={words.tone} role="group" aria-label="How it ended" tabIndex={0}>
        <p>{endInWords(call.cause)}</p>
        {call.cause === 'handed-over' && <p className="ended-said">{call.details}</p>}
        {call.details !== '' && call.cause !== 'handed-over' && (
          <details className="details">
            <summary>Details</summary>
            <code>{call.details}</code>
          </details>
        )}
      </div>
      <SettlingButton
        className="call-button"
        meaning={above}
        onPress={() => {
          callAgain(app, call);
        }}
      >
        <Phone size={20} aria-hidden="true" />
        <span>{againWord(call)}</span>
      </SettlingButton>
      <SettlingButton
        className="call-button"
        meaning={above}
        onPress={() => app.phone.act(call.id, { verb: 'dismiss' })}
      >
        <X size={20} aria-hidden="true" />
        <span>Dismiss</span>
      </SettlingButton>
    </div>
  );
}
