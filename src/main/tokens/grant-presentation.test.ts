import { describe, expect, it } from 'vitest';
import type { Profile } from '../../contracts/profile/profile';
import { presentMinted } from './grant-presentation';
import { practiceProfile } from '../profiles/practice-profile';
import type { Minted } from '../providers/token-provider';

const line = (presentation: Profile['presentation'], identity = '1001@PBX.example.com:5061'): Profile => ({
  ...practiceProfile(null, null),
  identity,
  presentation,
});
const token: Minted = { kind: 'token', token: 'T', issuedAt: 0, expiresAt: 1 };
const credentials: Minted = { kind: 'credentials', username: '1:1001', password: 'P', issuedAt: 0, expiresAt: 1 };

describe('what was minted is presented', () => {
  it.each<[Profile['presentation'], Minted, object]>([
    [{ kind: 'query', parameter: 'jwt' }, token, { kind: 'query', parameter: 'jwt', token: 'T' }],
    [
      { kind: 'subprotocol', template: 'bearer.<token>' },
      token,
      { kind: 'subprotocol', template: 'bearer.<token>', token: 'T' },
    ],
    [
      { kind: 'bearer', header: 'X-Jwt', realm: 'voice.example.com' },
      token,
      { kind: 'bearer', header: 'X-Jwt', realm: 'voice.example.com', token: 'T' },
    ],
    [
      { kind: 'bearer', header: 'Authorization', realm: '' },
      token,
      { kind: 'bearer', header: 'Authorization', realm: 'pbx.example.com', token: 'T' },
    ],
    [
      { kind: 'digest', realm: '' },
      credentials,
      { kind: 'digest', realm: 'pbx.example.com', username: '1:1001', password: 'P' },
    ],
    [{ kind: 'main-injected' }, token, { kind: 'main-injected' }],
  ])('%j', (presentation, minted, expected) => {
    expect(presentMinted(line(presentation), minted)).toEqual({ ok: true, value: expected });
  });

  it.each<[Profile['presentation'], Minted]>([
    [{ kind: 'digest', realm: '' }, token],
    [{ kind: 'query', parameter: 'token' }, credentials],
    [{ kind: 'main-injected' }, credentials],
  ])('not as %j when it is the other kind', (presentation, minted) => {
    const result = presentMinted(line(presentation), minted);
    expect(result).toMatchObject({ ok: false, failure: { reason: 'profile-invalid' } });
    expect(JSON.stringify(result)).not.toMatch(/"T"|"P"/);
  });
});
