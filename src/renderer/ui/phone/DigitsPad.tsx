import { X } from 'lucide-react';
import { Button } from 'react-aria-components/Button';
import type { Call } from '../../../contracts/call/call';
import { useApp } from '../kit/app-context';
import { partyName } from '../kit/format';
import { Keypad } from './Keypad';

/** The keypad of a call, in the dialler's place and of its size: nothing moves, and its keys send digits. */
export function DigitsPad({ call }: { readonly call: Call }) {
  const { phone, view } = useApp();
  return (
    <>
      <div className="dial-row digits-row">
        <div className="digits-to">
          <span className="digits-label">Digits to {partyName(call.peer)}</span>
          <output className="digits-sent" aria-label="Digits sent">
            {call.sentDigits}
          </output>
        </div>
        <Button className="button" onPress={() => view.change({ keypadCallId: null })}>
          <X size={16} aria-hidden="true" />
          Close
        </Button>
      </div>
      <Keypad label="Keypad" onDigit={(digit) => phone.act(call.id, { verb: 'send-digits', digits: digit })} />
    </>
  );
}
