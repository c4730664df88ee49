/**
 * Shows the public half of a line's key in the system's own box, and copies it from there: a page that was taken over would draw, or copy, the half of a key
 * of its own, and the gateway would believe that one.
 */
import { dialog, type BrowserWindow } from 'electron';
import type { KeySlot, Profile } from '../../contracts/profile/profile';
import type { PublicKey } from '../../contracts/profile/public-key';
import { ok, type Result } from '../../contracts/base/result';
import { notShown, type NativeDialogs } from '../desktop/native-dialogs';
import { shownName } from './shown-text';

/** Fails with `cancelled` where no box can be shown now. `copy` hears what the person chose to copy. */
export async function showPublicKey(
  parent: BrowserWindow | null,
  dialogs: NativeDialogs,
  { id, name }: Pick<Profile, 'id' | 'name'>,
  slot: KeySlot,
  { pem, jwk, fingerprint }: PublicKey,
  copy: (text: string, fingerprint: string) => Promise<void>,
): Promise<Result<null>> {
  const options: Electron.MessageBoxOptions = {
    type: 'info',
    title: 'Public key',
    message: `The ${slot} key of ${shownName(name)} (${id}) has the fingerprint ${fingerprint}.`,
    detail: `${pem.trim()}\n\nThe gateway verifies this line's tokens with it. It is no secret. Once it is there, compare the fingerprint that the gateway shows with this one.`,
    buttons: ['Close', 'Copy PEM', 'Copy JWK'],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
    normalizeAccessKeys: false,
  };
  const answered = await dialogs.show(
    () => (parent === null ? dialog.showMessageBox(options) : dialog.showMessageBox(parent, options)),
    ({ response }) => response === 0,
  );
  if (answered === null) return notShown();
  if (answered.response === 1) await copy(pem.trim(), fingerprint);
  if (answered.response === 2) await copy(JSON.stringify(jwk, null, 2), fingerprint);
  return ok(null);
}
