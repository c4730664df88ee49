/** The profile that a command names. */
import { PRACTICE_PROFILE_ID } from '../../contracts/profile/practice';
import type { Profile } from '../../contracts/profile/profile';
import { fail, ok, type Result } from '../../contracts/base/result';
import type { ProfileStore } from '../profiles/profile-store';

const MOST_NAMED = 12;

/** Fails with `unknown-profile`; what was asked for is not repeated, since it may be a key at the wrong place. The Practice line's keys are its own. */
export function profileForKeys(profiles: Pick<ProfileStore, 'find' | 'profiles'>, id: string): Result<Profile> {
  if (id === PRACTICE_PROFILE_ID)
    return fail(
      'profile-invalid',
      'The Practice line makes its keys itself, for its own gateway. Change them in the window.',
      'open-keys',
    );
  const found = profiles.find(id);
  if (found !== null) return ok(found);
  const ids = profiles.profiles().flatMap((each) => (each.id === PRACTICE_PROFILE_ID ? [] : [each.id]));
  const known =
    ids.length === 0
      ? 'There are none but the Practice line yet: ringfence profiles import FILE.'
      : `There are: ${ids.slice(0, MOST_NAMED).join(', ')}${ids.length > MOST_NAMED ? ` and ${ids.length - MOST_NAMED} more` : ''}.`;
  return fail('unknown-profile', `There is no profile with this id. ${known}`, 'open-profiles');
}
