/**
 * What has to reach a gateway goes there over the clipboard: a key that was made here, for a minute, and the public half of a private one. No window sees the key; but a page
 * that was taken over can copy a key of its own over it. So main looks again, and again, whether the clipboard still holds what it put there.
 */
import { clipboard } from 'electron';
import { KEY_ON_CLIPBOARD_MS } from '../../contracts/profile/key-handover';
import type { Clock } from '../base/clock';
import { fingerprintOf, type Secret } from './secret';

/** How often main looks, ms. */
export const CHECK_EVERY_MS = 1_000;

export interface KeyHandover {
  /** Puts the key on the clipboard, and takes it away after KEY_ON_CLIPBOARD_MS unless something else was copied meanwhile. */
  readonly copy: (secret: Secret) => Promise<void>;
  /** Puts the public half of the key with this fingerprint there; it stays. */
  readonly copyPublic: (text: string, fingerprint: string) => Promise<void>;
  /** Takes a key away now: Ringfence quits. */
  readonly clear: () => Promise<void>;
}

/**
 * `onReplaced` tells the person that the clipboard holds something else than what belongs to the key with this fingerprint; false: that can't be told now, and is told
 * a moment later.
 */
export function createKeyHandover(
  clock: Pick<Clock, 'after'>,
  onReplaced: (fingerprint: string) => Promise<boolean>,
): KeyHandover {
  // The hash of the text is enough to know it again, and no reason to keep the key.
  let copied: { readonly hash: string; readonly fingerprint: string; readonly isSecret: boolean } | null = null;
  let cancel = (): void => undefined;
  let cancelCheck = (): void => undefined;

  const clear = async (): Promise<void> => {
    cancel();
    cancelCheck();
    const last = copied;
    copied = null;
    if (last?.isSecret === true && fingerprintOf((await clipboard.readText()).trim()) === last.hash) clipboard.clear();
  };
  const check = async (): Promise<void> => {
    const looked = copied;
    if (looked === null) return;
    const text = (await clipboard.readText()).trim();
    // An empty clipboard gives nobody another key.
    const isReplaced = text !== '' && fingerprintOf(text) !== looked.hash;
    const isTold = isReplaced && (await onReplaced(looked.fingerprint));
    if (copied === looked && !isTold) cancelCheck = clock.after(CHECK_EVERY_MS, () => void check());
  };
  const put = async (text: string, fingerprint: string, isSecret: boolean): Promise<void> => {
    cancel();
    cancelCheck();
    copied = { hash: fingerprintOf(text.trim()), fingerprint, isSecret };
    await clipboard.writeText(text);
    cancel = clock.after(KEY_ON_CLIPBOARD_MS, () => void clear());
    cancelCheck = clock.after(CHECK_EVERY_MS, () => void check());
  };
  return {
    copy: (secret) =>
      put(
        secret.use((bytes) => Buffer.from(bytes).toString('utf8')),
        secret.fingerprint,
        true,
      ),
    copyPublic: (text, fingerprint) => put(text, fingerprint, false),
    clear,
  };
}
