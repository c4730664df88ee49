/** A key that was made here has to reach its gateway once: over the clipboard, for a minute. No window sees it. */
import { clipboard } from 'electron';
import { KEY_ON_CLIPBOARD_MS } from '../../contracts/profile/key-handover';
import type { Clock } from '../base/clock';
import { fingerprintOf, type Secret } from './secret';

export interface KeyHandover {
  /** Puts the key on the clipboard, and takes it away after KEY_ON_CLIPBOARD_MS unless something else was copied meanwhile. */
  readonly copy: (secret: Secret) => Promise<void>;
  /** Takes it away now: Ringfence quits. */
  readonly clear: () => Promise<void>;
}

export function createKeyHandover(clock: Pick<Clock, 'after'>): KeyHandover {
  // The fingerprint is enough to know the key again, and no reason to keep the key.
  let copied: string | null = null;
  let cancel = (): void => undefined;

  const clear = async (): Promise<void> => {
    cancel();
    const fingerprint = copied;
    copied = null;
    if (fingerprint !== null && fingerprintOf((await clipboard.readText()).trim()) === fingerprint) clipboard.clear();
  };
  return {
    copy: async (secret) => {
      cancel();
      copied = secret.fingerprint;
      await clipboard.writeText(secret.use((bytes) => Buffer.from(bytes).toString('utf8')));
      cancel = clock.after(KEY_ON_CLIPBOARD_MS, () => void clear());
    },
    clear,
  };
}
