/** How the renderer will present what was minted: the profile's wish, with the token or the credentials in it. */
import type { GrantPresentation } from '../../contracts/profile/grant';
import type { Profile } from '../../contracts/profile/profile';
import { fail, ok, type Result } from '../../contracts/base/result';
import type { Minted } from '../providers/token-provider';
import { identityParts } from '../../contracts/profile/identity';

/** The domain of a `user@domain[:port]`, in lower case. */
const domainOf = (identity: string): string => identityParts(identity).host;

/** Fails with `profile-invalid` where the profile presents a token and has credentials, or the other way round. */
export function presentMinted({ name, presentation, identity }: Profile, minted: Minted): Result<GrantPresentation> {
  // A profile that names no realm means its own domain: what it may send never goes to any other.
  const realm = 'realm' in presentation && presentation.realm !== '' ? presentation.realm : domainOf(identity);
  if (presentation.kind === 'digest') {
    if (minted.kind === 'credentials')
      return ok({ kind: 'digest', realm, username: minted.username, password: minted.password });
  } else if (minted.kind === 'token') {
    const { token } = minted;
    if (presentation.kind === 'bearer') return ok({ kind: 'bearer', header: presentation.header, realm, token });
    if (presentation.kind === 'query') return ok({ kind: 'query', parameter: presentation.parameter, token });
    if (presentation.kind === 'subprotocol') return ok({ kind: 'subprotocol', template: presentation.template, token });
    return ok({ kind: 'main-injected' });
  }
  return fail(
    'profile-invalid',
    `What "${name}" is given can't be presented the way it says: SIP credentials go with digest, tokens with the others.`,
    'open-profiles',
  );
}
