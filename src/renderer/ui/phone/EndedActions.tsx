import { Phone, X } from 'lucide-react';
import { Button } from 'react-aria-components/Button';
import type { Call } from '../../../contracts/call/call';
import { useApp } from '../kit/app-context';
import { partyTarget } from '../kit/format';
import { placeCall } from './place-call';
import { END_MESSAGES, endInWords } from '../kit/messages';

/** Why the call ended, for the five seconds that it stays; nothing dangerous where End was. */
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
      <Button
        className="button"
        onPress={() => {
          app.phone.dismiss(call.id);
          void placeCall(app, call.assistant === true ? '' : (call.dialled ?? partyTarget(call.peer)));
        }}
      >
        <Phone size={16} aria-hidden="true" />
        Call again
      </Button>
      <Button className="icon-button sunken" aria-label="Dismiss" onPress={() => app.phone.dismiss(call.id)}>
        <X size={20} aria-hidden="true" />
      </Button>
    </div>
  );
}
