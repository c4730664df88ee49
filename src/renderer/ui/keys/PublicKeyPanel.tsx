import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { KeySlot, KeyStatus, Profile } from '../../../contracts/profile/profile';
import type { Failure } from '../../../contracts/base/result';
import { useApp } from '../kit/app-context';
import { FailureNotice } from '../kit/FailureNotice';
import { useOneAtATime } from '../kit/use-one-at-a-time';
import { hasPublicKey } from './key-messages';
import '../public-key.css';

/** Opens main's box with what a line's gateway verifies with, for each of its private keys; nothing for other lines. */
export function PublicKeyPanel({ profile, status }: { readonly profile: Profile; readonly status: KeyStatus }) {
  if (!hasPublicKey(profile)) return null;
  return (['active', 'next'] as const).map((slot) => {
    const record = status[slot];
    return record === null ? null : (
      <PublicKeyOf
        key={`${profile.id} ${record.fingerprint}`}
        profile={profile}
        slot={slot}
        fingerprint={record.fingerprint}
      />
    );
  });
}

function PublicKeyOf({
  profile,
  slot,
  fingerprint,
}: {
  readonly profile: Profile;
  readonly slot: KeySlot;
  readonly fingerprint: string;
}) {
  const { profiles } = useApp();
  const [failure, setFailure] = useState<Failure | null>(null);
  const { busy, alone } = useOneAtATime();

  const show = (): void =>
    void alone(async () => {
      setFailure(null);
      const result = await profiles.showPublicKey(profile.id, slot);
      if (!result.ok) setFailure(result.failure);
    });

  return (
    <section className="settings-card public-key" aria-label={`Public key of ${profile.name}, ${slot}`}>
      {failure !== null && <FailureNotice failure={failure} onRetry={show} onDismiss={() => setFailure(null)} />}
      <p className="panel-text">
        The gateway verifies this line&apos;s tokens with the public half of its {slot} key, <code>{fingerprint}</code>.
        A box of the system shows and copies it. Compare the fingerprint with the one that the gateway shows.
      </p>
      <div className="public-key-actions">
        <Button className="button" isPending={busy} onPress={show}>
          Show public key...
        </Button>
      </div>
    </section>
  );
}
