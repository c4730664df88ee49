/** `ringfence keys rotate`: the next key becomes the active one, the one before comes back, or a rotation is finished. */
import type { KeyStatus, Profile } from '../../contracts/profile/profile';
import { fail, ok, type Result } from '../../contracts/base/result';
import type { NewAuditEntry } from '../audit/audit-log';
import type { Command } from './command-line';
import type { Keys } from '../keys/keys';
import type { ProfileStore } from '../profiles/profile-store';
import { done, failed, type Answer } from './answer';
import { profileForKeys } from './known-profile';

export interface RotateKeyPorts {
  readonly profiles: Pick<ProfileStore, 'find' | 'profiles'>;
  readonly keys: Pick<Keys, 'status' | 'promote' | 'finishRotation' | 'back'>;
  readonly audit: (entry: NewAuditEntry) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

type Rotate = Extract<Command, { readonly name: 'keys rotate' }>;

/** What the rotation panel asks before it promotes: the retired key is gone, and the next one is known at the gateway for one token life. */
function mayPromote(
  { next, retired }: KeyStatus,
  { id, name, policy }: Profile,
  step: Rotate['step'],
  now: number,
): Result<null> {
  if (next === null)
    return fail(
      'key-absent',
      `"${name}" has no next key to promote. Add it first: ringfence keys set --profile ${id} --slot next < FILE`,
      'open-keys',
    );
  if (retired !== null)
    return fail(
      'key-unusable',
      `${retired.fingerprint} is still to be removed at the gateway of "${name}". Do that, then: ringfence keys rotate --profile ${id} --finish`,
      'open-keys',
    );
  const leftS = Math.ceil((next.addedAt - now) / 1000) + policy.tokenLifeS;
  if (leftS > 0 && step !== 'promote-early')
    return fail(
      'key-unusable',
      `${next.fingerprint} came less than one token life (${policy.tokenLifeS} s) ago. Try again in ${Math.min(leftS, policy.tokenLifeS)} s, or add --early where the gateway accepts it already.`,
      'retry',
    );
  return ok(null);
}

export async function rotateKey(
  { profiles, keys, audit, now }: RotateKeyPorts,
  { profileId, step }: Pick<Rotate, 'profileId' | 'step'>,
): Promise<Answer> {
  const known = profileForKeys(profiles, profileId);
  const refuse = (refused: Extract<Result<unknown>, { readonly ok: false }>): Answer => {
    audit({ what: 'refusal', profileId: known.ok ? profileId : '', purpose: 'key', reason: refused.failure.reason });
    return failed(refused.failure);
  };
  if (!known.ok) return refuse(known);
  const { name, policy } = known.value;
  if (step === 'finish') {
    const { retired } = keys.status(profileId);
    const finished = await keys.finishRotation(profileId);
    if (!finished.ok) return refuse(finished);
    if (retired === null) return done(`"${name}" has no retired key: nothing is left to do.\n`);
    const older = finished.value.retired;
    return done(
      older === null
        ? `The rotation of "${name}" is finished: ${retired.fingerprint} is forgotten here too.\n`
        : `${retired.fingerprint} is forgotten here too. ${older.fingerprint}, retired before it, is still to be removed at the gateway; then once more: ringfence keys rotate --profile ${profileId} --finish\n`,
    );
  }
  if (step === 'back') {
    const back = await keys.back(profileId);
    if (!back.ok) return refuse(back);
    const { active, next } = back.value;
    return done(
      `The active key of "${name}" is ${active?.fingerprint ?? 'unknown'} again, and ${next?.fingerprint ?? 'the other one'} its next key.\n`,
    );
  }
  const may = mayPromote(keys.status(profileId), known.value, step, now());
  const promoted = may.ok ? await keys.promote(profileId) : may;
  if (!promoted.ok) return refuse(promoted);
  const { active, retired, former } = promoted.value;
  const lines = [`The active key of "${name}" is ${active?.fingerprint ?? 'unknown'} now.`];
  if (retired !== null) {
    const until = new Date(retired.retiredAt + policy.tokenLifeS * 1000).toISOString();
    lines.push(
      `The gateway must go on accepting ${retired.fingerprint} until its tokens have run out (${policy.tokenLifeS} s, ${until}); then remove it there.`,
      `After that: ringfence keys rotate --profile ${profileId} --finish`,
      ...(former === null
        ? []
        : [
            `Until the gateway has accepted a token of the new key, ${former.fingerprint} stays in the keychain and can be brought back: ringfence keys rotate --profile ${profileId} --back`,
          ]),
    );
  }
  return done(`${lines.join('\n')}\n`);
}
