import { Phone, X } from 'lucide-react';
import type { Call } from '../../../contracts/call/call';
import { useApp } from '../kit/app-context';
import { partyTarget } from '../kit/format';
import { SettlingButton } from '../kit/SettlingButton';
import { placeCall } from './place-call';
import { END_MESSAGES, endInWords } from '../kit/messages';

/** Why the call ended, and what to do next. Where End was lies Dismiss: a second click of a double click calls nobody. */
export function EndedActions({ call }: { readonly call: Extract<Call, { phase: 'ended' }> }) {
  const app = useApp();
  const words = END_MESSAGES[call.cause];
  return (
    <div className="ended">
      <div className="ended-why" data-tone={words.tone}>
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
        onPress={() => {
          app.phone.dismiss(call.id);
          void placeCall(app, call.assistant === true ? '' : (call.dialled ?? partyTarget(call.peer)));
        }}
      >
        <Phone size={20} aria-hidden="true" />
        <span>Call again</span>
      </SettlingButton>
      <SettlingButton className="call-button" onPress={() => app.phone.dismiss(call.id)}>
        <X size={20} aria-hidden="true" />
        <span>Dismiss</span>
      </SettlingButton>
    </div>
  );
}
