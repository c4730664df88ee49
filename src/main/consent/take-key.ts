/** Takes a key for a line, after the person's word: from the clipboard, from a file, or made here. */
import { PRACTICE_PROFILE_ID } from '../../contracts/profile/practice';
import type { KeyRecord, KeySlot, KeyStatus, Profile } from '../../contracts/profile/profile';
import { ok, type FailureReason, type Result } from '../../contracts/base/result';
import type { NewAuditEntry } from '../audit/audit-log';
import type { Keys } from '../keys/keys';
import { unknownProfile } from '../policy/policy';
import type { ProfileStore } from '../profiles/profile-store';
import { makeKey } from '../secrets/key-kinds';
import type { ClipboardKey } from '../secrets/key-sources';
import { madeKey, type OfferedKey } from '../secrets/offered-key';
import type { Secret } from '../secrets/secret';
import type { KeyQuestion } from './key-question';

export interface TakeKeyPorts {
  readonly profiles: Pick<ProfileStore, 'find'>;
  readonly keys: Pick<Keys, 'put'>;
  readonly keyFromClipboard: () => Promise<ClipboardKey>;
  readonly keyFromFile: () => Promise<Result<OfferedKey>>;
  readonly keyQuestion: Pick<KeyQuestion, 'agreeThen'>;
  /** Puts a key that was made here where the admin can take it to its gateway. */
  readonly handOverKey: (secret: Secret) => Promise<void>;
  readonly audit: (entry: NewAuditEntry) => void;
}

type Take = (profileId: string, slot: KeySlot) => Promise<Result<KeyStatus>>;

export interface TakeKey {
  /** The clipboard is emptied once the person agreed. */
  readonly paste: Take;
  readonly load: Take;
  /** Without a question for the Practice line. */
  readonly generate: Take;
}

/** Failures after which the same key may be tried again. */
const PUT_BACK: ReadonlySet<FailureReason> = new Set<FailureReason>([
  'key-locked',
  'keychain-asks',
  'keychain-refused',
  'keychain-unavailable',
  'file-unreadable',
]);

export function createTakeKey({
  profiles,
  keys,
  keyFromClipboard,
  keyFromFile,
  keyQuestion,
  handOverKey,
  audit,
}: TakeKeyPorts): TakeKey {
  const known = (profileId: string): Result<Profile> => {
    const profile = profiles.find(profileId);
    return profile === null ? unknownProfile(profileId) : ok(profile);
  };

  const putKey = async (
    profileId: string,
    slot: KeySlot,
    origin: KeyRecord['origin'],
    secret: Secret,
  ): Promise<Result<KeyStatus>> => {
    const put = await keys.put(profileId, slot, secret, origin);
    if (put.ok || origin !== 'clipboard' || !PUT_BACK.has(put.failure.reason)) return put;
    // The clipboard was emptied; a key that could not be kept may be nowhere else, and "Try again" reads it from there.
    await handOverKey(secret);
    return {
      ok: false,
      failure: { ...put.failure, sentence: `${put.failure.sentence} The key is back on the clipboard for a minute.` },
    };
  };

  const paste = async (profileId: string, slot: KeySlot): Promise<Result<KeyStatus>> => {
    const profile = known(profileId);
    if (!profile.ok) return profile;
    let offered: ClipboardKey | null = null;
    const read = async (): Promise<Result<OfferedKey>> => (offered = await keyFromClipboard()).key;
    return keyQuestion.agreeThen(profile.value, slot, 'clipboard', read, async (key) => {
      await offered?.take();
      return key.ok ? putKey(profileId, slot, 'clipboard', key.value) : key;
    });
  };

  const load = async (profileId: string, slot: KeySlot): Promise<Result<KeyStatus>> => {
    const profile = known(profileId);
    if (!profile.ok) return profile;
    const offered = await keyFromFile();
    if (!offered.ok) return offered;
    return keyQuestion.agreeThen(
      profile.value,
      slot,
      'file',
      () => Promise.resolve(offered),
      async (key) => (key.ok ? putKey(profileId, slot, 'file', key.value) : key),
    );
  };

  const generate = async (profileId: string, slot: KeySlot): Promise<Result<KeyStatus>> => {
    const profile = known(profileId);
    if (!profile.ok) return profile;
    const make = (): Promise<Result<Secret>> => makeKey(profile.value);
    const offer = async (): Promise<Result<OfferedKey>> => {
      const made = await make();
      return made.ok ? ok(madeKey(made.value)) : made;
    };
    const keep = async (made: Result<Secret>): Promise<Result<KeyStatus>> => {
      if (!made.ok) return made;
      const secret = made.value;
      const put = await keys.put(profileId, slot, secret, 'generated');
      // The Practice line's gateway gets it from main; any other could never learn it. Of a private key only the public half goes there (keys.publicKey).
      if (put.ok && secret.kind === 'text' && profileId !== PRACTICE_PROFILE_ID) {
        await handOverKey(secret);
        audit({ what: 'key', profileId, slot, change: 'copied', fingerprint: secret.fingerprint });
      }
      return put;
    };
    return profileId === PRACTICE_PROFILE_ID
      ? keep(await make())
      : keyQuestion.agreeThen(profile.value, slot, 'generated', offer, keep);
  };

  return { paste, load, generate };
}
