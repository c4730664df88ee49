/** The line that tests use where any would do: a work line that signs its own tokens. They say what is different about theirs. */
import { profile, type Profile, type ProfileInput } from '../../../src/contracts/profile/profile';

const EXAMPLE: ProfileInput = {
  id: 'work',
  name: 'Work',
  environment: 'production',
  provider: { kind: 'local-jwt', audience: 'pbx' },
  identity: '1001@pbx.example.com',
  gatewayUrl: 'wss://pbx.example.com/ws',
  presentation: { kind: 'query' },
  policy: {},
};

/** Parsed, so that what is left out has its default. Throws where the whole is no profile. */
export function exampleProfile(change: object = {}): Profile {
  return profile.parse({ ...EXAMPLE, ...change });
}
