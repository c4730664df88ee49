/** The profile that always exists: a line to the gateway on this computer, so that the phone works before anybody has a PBX. */
import { PRACTICE_PROFILE_ID } from '../../contracts/profile/practice';
import { profile, type Profile } from '../../contracts/profile/profile';

/** The SIP domain of the practice gateway. */
export const PRACTICE_DOMAIN = 'practice.ringfence.local';
export const PRACTICE_ISSUER = 'ringfence';
export const PRACTICE_AUDIENCE = 'practice';

/** Stands in the profile until the gateway listens; nothing can listen on port 0. */
const NO_URL_YET = 'ws://127.0.0.1:0/';

/**
 * The Practice line at `url` (null: it does not listen yet). Of `wishes`, which an admin may have saved, only what does not change
 * the line itself is taken: display name, presentation, policy, ICE servers.
 */
export function practiceProfile(url: string | null, wishes: Profile | null): Profile {
  const presentation = wishes?.presentation ?? { kind: 'query', parameter: 'token' };
  return profile.parse({
    ...(wishes === null ? {} : { displayName: wishes.displayName, iceServers: wishes.iceServers }),
    id: PRACTICE_PROFILE_ID,
    name: 'Practice line',
    environment: 'practice',
    provider:
      presentation.kind === 'digest'
        ? { kind: 'ephemeral-credentials' }
        : { kind: 'local-jwt', issuer: PRACTICE_ISSUER, audience: PRACTICE_AUDIENCE },
    identity: `1001@${PRACTICE_DOMAIN}`,
    gatewayUrl: url ?? NO_URL_YET,
    presentation,
    policy: wishes?.policy ?? {},
  });
}
