import { TriangleAlert } from 'lucide-react';
import { Button } from 'react-aria-components/Button';
import type { CallProblem, LiveCall } from '../../../contracts/call/call';
import { useApp } from '../kit/app-context';
import { PROBLEM_MESSAGES } from '../kit/messages';

interface CallProblemLineProps {
  readonly call: LiveCall;
  readonly problem: CallProblem;
}

/** A problem of a running call: one sentence, one button. */
export function CallProblemLine({ call, problem }: CallProblemLineProps) {
  const { phone, view } = useApp();
  const words = PROBLEM_MESSAGES[problem];
  return (
    <div className="problem-line" role="alert">
      <TriangleAlert size={16} aria-hidden="true" />
      <p>{words.sentence}</p>
      {words.button !== null && (
        <Button
          className="button compact"
          onPress={() =>
            words.button === 'Try again' ? phone.act(call.id, { verb: 'hold' }) : view.change({ devicesOpen: true })
          }
        >
          {words.button}
        </Button>
      )}
    </div>
  );
}
