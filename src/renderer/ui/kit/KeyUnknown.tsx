import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { Failure } from '../../../contracts/base/result';
import { keyUnknownSentence } from '../../../contracts/base/token-complaint';
import { activeProfile, keyStatusOf } from '../../state/profiles-store';
import { useStore } from '../../state/use-store';
import { useApp } from './app-context';
import { FailureText } from './FailureText';
import { useOneAtATime } from './use-one-at-a-time';

interface KeyUnknownProps {
  /** The fingerprint of the promoted key. */
  readonly unknownKey: string;
  /** A button did what it says. */
  readonly onDone?: () => void;
}

/** The line's gateway does not know the promoted key yet: the sentence, and the way back. */
export function KeyUnknown({ unknownKey, onDone }: KeyUnknownProps) {
  const { profiles, phone } = useApp();
  const snapshot = useStore(profiles);
  const line = activeProfile(snapshot);
  const [failure, setFailure] = useState<Failure | null>(null);
  const { busy, alone } = useOneAtATime();
  const hasOldKey = snapshot !== null && line !== null && keyStatusOf(snapshot, line.id).former !== null;
  const back = (): Promise<void> =>
    alone(async () => {
      if (line === null) return;
      const result = await profiles.backToOldKey(line.id);
      setFailure(result.ok ? null : result.failure);
      if (result.ok) onDone?.();
    });
  if (failure !== null) return <FailureText failure={failure} profileId={line?.id} onRetry={() => void back()} />;
  return (
    <div className="failure-text failure-line">
      <p>{keyUnknownSentence(unknownKey)}</p>
      <div className="failure-buttons">
        <Button
          className="button compact"
          onPress={() => {
            onDone?.();
            phone.reconnectNow();
          }}
        >
          Try again
        </Button>
        {hasOldKey && (
          <Button className="button compact" isPending={busy} onPress={() => void back()}>
            Back to the old key
          </Button>
        )}
      </div>
    </div>
  );
}
