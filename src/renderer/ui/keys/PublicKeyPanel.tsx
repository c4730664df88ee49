import { ChevronDown, ChevronRight, Copy } from 'lucide-react';
import { useId, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { KeySlot, KeyStatus, Profile } from '../../../contracts/profile/profile';
import type { PublicKey } from '../../../contracts/profile/public-key';
import type { Failure } from '../../../contracts/base/result';
import { useApp } from '../kit/app-context';
import { copyText } from '../kit/copy-text';
import { FailureNotice } from '../kit/FailureNotice';
import { hasPublicKey } from './key-messages';
import { saySentence } from '../kit/notices';
import '../public-key.css';

/** What a line's gateway verifies with, for each of its private keys; nothing for other lines. */
export function PublicKeyPanel({ profile, status }: { readonly profile: Profile; readonly status: KeyStatus }) {
  if (!hasPublicKey(profile)) return null;
  return (['active', 'next'] as const).map((slot) => {
    const record = status[slot];
    // Another key is another disclosure: what was shown of the one before goes.
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
  const id = useId();
  const [open, setOpen] = useState(false);
  const [shown, setShown] = useState<PublicKey | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);

  async function load(): Promise<void> {
    setFailure(null);
    const result = await profiles.publicKey(profile.id, slot);
    if (result.ok) setShown(result.value);
    else setFailure(result.failure);
  }
  function toggle(): void {
    setOpen(!open);
    if (!open && shown === null) void load();
  }
  function copy(what: string, text: string): void {
    saySentence(
      copyText(text)
        ? `Copied the public key as ${what}.`
        : 'Nothing could be copied: the clipboard is closed to this window.',
    );
  }

  return (
    <section className="settings-card public-key" aria-label={`Public key of ${profile.name}, ${slot}`}>
      <Button className="public-key-toggle" aria-expanded={open} aria-controls={id} onPress={toggle}>
        {open ? <ChevronDown size={16} aria-hidden="true" /> : <ChevronRight size={16} aria-hidden="true" />}
        Public key
        <span className="quiet">
          {slot} key of {profile.name}, <code>{fingerprint}</code>
        </span>
      </Button>
      <div id={id} hidden={!open}>
        {failure !== null && (
          <FailureNotice failure={failure} onRetry={() => void load()} onDismiss={() => setFailure(null)} />
        )}
        {shown !== null && (
          <>
            <p className="panel-text">
              The gateway verifies this line&apos;s tokens with it. It is no secret; the private key stays in the
              keychain.
            </p>
            <pre className="public-key-text">{shown.pem}</pre>
            <div className="public-key-actions">
              <Button className="button" onPress={() => copy('PEM', shown.pem)}>
                <Copy size={16} aria-hidden="true" />
                Copy PEM
              </Button>
              <Button className="button" onPress={() => copy('JWK', JSON.stringify(shown.jwk, null, 2))}>
                <Copy size={16} aria-hidden="true" />
                Copy JWK
              </Button>
            </div>
          </>
        )}
      </div>
    </section>
  );
}
