import { Grid3x3 } from 'lucide-react';
import { Button } from 'react-aria-components/Button';
import { afterInWords, type AfterDigits } from '../../../contracts/call/after-digits';
import type { LiveCall } from '../../../contracts/call/call';
import { useApp } from '../kit/app-context';

interface AfterDigitsLineProps {
  readonly call: LiveCall;
  /** At least one. */
  readonly after: readonly AfterDigits[];
}

/** The digits behind the number that are still to be sent, and the button for those that wait for the agent. */
export function AfterDigitsLine({ call, after }: AfterDigitsLineProps) {
  const { phone } = useApp();
  const next = after[0];
  return (
    <div className="after-line">
      <Grid3x3 size={16} aria-hidden="true" />
      <p>After the answer: {afterInWords(after)}</p>
      {next?.when === 'ask' && (
        <Button
          className="button compact"
          isDisabled={!call.can.includes('send-after')}
          onPress={() => phone.act(call.id, { verb: 'send-after' })}
        >
          Send {next.digits}
        </Button>
      )}
    </div>
  );
}
