import { KeyRound } from 'lucide-react';
import { Button } from 'react-aria-components/Button';
import { isLive } from '../../state/call-views';
import { useSelected } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { sayFailure } from '../kit/notices';

interface FirstKeyNoticeProps {
  readonly profileId: string;
  /** What became of the key. */
  readonly sentence: string;
  readonly onDone: () => void;
}

/** A line has its first key: what is left to do is to use it. */
export function FirstKeyNotice({ profileId, sentence, onDone }: FirstKeyNoticeProps) {
  const { phone, profiles } = useApp();
  const inCall = useSelected(phone, ({ calls }) => calls.some(isLive));
  async function use(): Promise<void> {
    const selected = await profiles.select(profileId);
    if (selected.ok) onDone();
    else sayFailure(selected.failure);
  }
  return (
    <div className="failure-notice" data-tone="good" role="status" data-testid="first-key">
      <KeyRound className="failure-icon" size={20} aria-hidden="true" />
      <div className="failure-text failure-line">
        <p>
          {sentence}
          {inCall && ' You can use this line when your call is over.'}
        </p>
        <Button className="button compact" isDisabled={inCall} onPress={() => void use()}>
          Use this line
        </Button>
      </div>
    </div>
  );
}
