import { describe, expect, it } from 'vitest';
import { fixture, work } from '../../../test/support/app/key-fixture';
import { ok, type Result } from '../../contracts/base/result';
import type { PublicKey } from '../../contracts/profile/public-key';
import { makeKey } from '../secrets/key-kinds';
import { createPublicKeyHandlers } from './public-key-handlers';

const line = {
  ...work,
  provider: {
    kind: 'local-jwt' as const,
    issuer: 'ringfence',
    audience: 'pbx',
    algorithm: 'ES256' as const,
    keyId: '',
    issuedBackS: 0,
    subject: '{user}',
    claims: {},
    meta: {},
  },
};

const shown: (PublicKey & { slot: string })[] = [];
const showPublicKey = (_profile: unknown, slot: string, key: PublicKey): Promise<Result<null>> => {
  shown.push({ ...key, slot });
  return Promise.resolve(ok(null));
};

describe('keys.publicKey', () => {
  it('shows either key of a line, and says what is missing', async () => {
    const { keys, profiles, keychain } = await fixture();
    await profiles.save(line);
    const { 'keys.publicKey': publicKey } = createPublicKeyHandlers({ profiles, keys, showPublicKey });
    const next = await makeKey(line);
    if (!next.ok) expect.unreachable();
    await keys.put('work', 'next', next.value, 'generated');
    // Nothing of it is in the answer: a page that was taken over can draw, and copy, no half of its own in its place.
    expect(await publicKey({ profileId: 'work', slot: 'next' })).toEqual(ok(null));
    expect(shown).toMatchObject([
      { slot: 'next', fingerprint: next.value.fingerprint, jwk: { kty: 'EC', crv: 'P-256' } },
    ]);
    expect(await publicKey({ profileId: 'work', slot: 'active' })).toMatchObject({
      ok: false,
      failure: { reason: 'key-absent' },
    });
    expect(await publicKey({ profileId: 'nobody', slot: 'active' })).toMatchObject({
      ok: false,
      failure: { reason: 'unknown-profile' },
    });
    keychain.mode = 'locked';
    expect(await publicKey({ profileId: 'work', slot: 'next' })).toMatchObject({
      ok: false,
      failure: { reason: 'key-locked' },
    });
  });

  it('shows nothing of a text', async () => {
    const { keys, profiles } = await fixture();
    const { 'keys.publicKey': publicKey } = createPublicKeyHandlers({ profiles, keys, showPublicKey });
    const text = await makeKey(work);
    if (!text.ok) expect.unreachable();
    await keys.put('work', 'active', text.value, 'clipboard');
    expect(await publicKey({ profileId: 'work', slot: 'active' })).toMatchObject({
      ok: false,
      failure: { reason: 'key-unusable' },
    });
  });
});
