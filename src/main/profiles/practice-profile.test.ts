import { expect, it } from 'vitest';
import type { Profile } from '../../contracts/profile/profile';
import { practiceProfile } from './practice-profile';

const practice = practiceProfile('ws://127.0.0.1:4000/', null);
it.each<[Profile['presentation'], Profile['provider']['kind']]>([
  [{ kind: 'query', parameter: 'jwt' }, 'local-jwt'],
  [{ kind: 'subprotocol', template: 'bearer.<token>' }, 'local-jwt'],
  [{ kind: 'bearer', header: 'X-Jwt', realm: '' }, 'local-jwt'],
  [{ kind: 'digest', realm: '' }, 'ephemeral-credentials'],
  [{ kind: 'main-injected' }, 'local-jwt'],
])('the Practice line takes the wish to present by %j, and mints what goes with it', (presentation, provider) => {
  const line = practiceProfile('ws://127.0.0.1:4000/', { ...practice, presentation });
  expect(line).toMatchObject({ presentation, provider: { kind: provider }, identity: practice.identity });
});
