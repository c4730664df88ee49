import { LockKeyhole, LockKeyholeOpen } from 'lucide-react';
import { useEffect } from 'react';
import { Button } from 'react-aria-components/Button';
import type { AdminQuestion } from '../../../contracts/locks/locks';
import { useStore } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { clock } from '../kit/format';
import { sayFailure } from '../kit/notices';

/** Whether keys, profiles and policy are locked now, and the way to change that. The passphrase itself is typed into main's small window. */
export function AdminLockState() {
  const { admin } = useApp();
  const state = useStore(admin);
  useEffect(() => void admin.refresh(), [admin]);
  if (state === null) return null;

  async function ask(question: AdminQuestion): Promise<void> {
    const result = await admin.ask(question);
    if (!result.ok) sayFailure(result.failure);
  }
  const locked = state.configured && !state.unlocked;
  return (
    <div className="admin-lock" role="group" aria-label="Admin lock" data-locked={locked}>
      {locked ? <LockKeyhole size={16} aria-hidden="true" /> : <LockKeyholeOpen size={16} aria-hidden="true" />}
      <span className="admin-lock-words">
        {locked ? 'Locked' : state.until === null ? 'No passphrase is set' : `Unlocked until ${clock(state.until)}`}
      </span>
      {locked && (
        <Button className="button compact" onPress={() => void ask('unlock')}>
          Unlock
        </Button>
      )}
      {state.unlocked && (
        <Button className="button compact" onPress={() => void admin.lock()}>
          Lock now
        </Button>
      )}
      {!locked && (
        <Button className="button compact" onPress={() => void ask('set-passphrase')}>
          {state.configured ? 'Change passphrase...' : 'Set passphrase...'}
        </Button>
      )}
    </div>
  );
}
