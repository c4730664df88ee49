/** What a keychain that gives nothing out means, each with a sentence of its own. Pure. */
import { fail, type Failure } from '../../contracts/base/result';

type Refusal = { readonly ok: false; readonly failure: Failure };

const DETAILS_LENGTH = 300;
/** How long a line waits after a refusal before it asks again, ms. People answer a dialog that comes back soon without reading it. */
const ASK_AGAIN_AFTER_MS = 600_000;

/** No keychain at all, or none that answers; what to do depends on the platform. */
export function absent(platform: string, details: string): Refusal {
  const sentence =
    platform === 'linux'
      ? "No keychain answers on this computer, so keys can't be kept. Install gnome-keyring (or KWallet) and sign in again."
      : "The keychain of this computer does not answer, so keys can't be kept. Sign out, sign in again and retry.";
  return fail('keychain-unavailable', sentence, 'install-keychain', { details: details.slice(0, DETAILS_LENGTH) });
}

export const locked = (details: string): Refusal =>
  fail('key-locked', 'The keychain is locked. Unlock it with your sign-in password and try again.', 'unlock-keychain', {
    details: details.slice(0, DETAILS_LENGTH),
  });

/** Its dialog is open, as far as its silence tells. */
export const asks = (): Refusal =>
  fail(
    'keychain-asks',
    'The keychain asks for a password or a permission, or is slow. Answer its dialog: Ringfence goes on by itself then.',
    'unlock-keychain',
  );

export const refused = (details: string): Refusal =>
  fail(
    'keychain-refused',
    'The keychain refused: its dialog was closed, or it lets Ringfence have no key. Try again, and answer its dialog.',
    'unlock-keychain',
    { details: details.slice(0, DETAILS_LENGTH), retryAfterMs: ASK_AGAIN_AFTER_MS },
  );

export const removed = (): Refusal =>
  fail('key-removed', 'The key is no longer in the keychain: somebody removed it there. Add it again.', 'open-keys');

export const damaged = (details: string): Refusal =>
  fail('key-unusable', "The keychain's entry is damaged: what it holds is no key. Add the key again.", 'open-keys', {
    details: details.slice(0, DETAILS_LENGTH),
  });

/** Keytar passes on the system's words alone, without their codes. Those of a locked collection come before those of a refusal: "denied because it is locked" is locked. */
const MEANINGS: readonly (readonly [RegExp, (details: string) => Refusal])[] = [
  [/locked/i, locked],
  [/denied|den(?:y|ies)|not (?:allowed|permitted|authori[sz]ed)|prevents|cancel|dismiss|authori[sz]ation/i, refused],
  // GLib: the answer has another signature than the interface; libsecret: it can't be decoded.
  [/returned type|invalid (?:secret|utf-?8)|couldn.t (?:decode|decrypt)|malformed|received an invalid/i, damaged],
];

/** What an error of keytar's means. */
export function meaningOf(message: string, platform: string): Refusal {
  const [, made] = MEANINGS.find(([pattern]) => pattern.test(message)) ?? [];
  return made?.(message) ?? absent(platform, message);
}
