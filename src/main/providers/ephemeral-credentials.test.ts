import { createHmac } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { fail, ok } from '../../contracts/base/result';
import {} from '../../contracts/profile/profile';
import { Secret } from '../secrets/secret';
import { createEphemeralCredentials } from './ephemeral-credentials';
import { exampleProfile } from '../../../test/support/app/example-profile';

const NOW = 1_800_000_000_750;
const profile = exampleProfile({
  provider: { kind: 'ephemeral-credentials' },
  presentation: { kind: 'digest' },
});
const request = { profile, purpose: 'sip' as const, lifeS: 300 };

function keyOf(secret: Secret): {
  fingerprint: string;
  open: ReturnType<typeof vi.fn<() => Promise<{ ok: true; value: Secret }>>>;
} {
  return { fingerprint: secret.fingerprint, open: vi.fn(() => Promise.resolve(ok(secret))) };
}

describe('SIP credentials that expire', () => {
  it('are a user that names their end and its HMAC, verifiable with the text of the key', async () => {
    const secret = Secret.generate();
    const minted = await createEphemeralCredentials(() => NOW).mint(request, keyOf(secret));
    const password = secret.use((bytes) => createHmac('sha1', bytes).update('1800000300:1001').digest('base64'));
    expect(minted).toEqual(
      ok({
        kind: 'credentials',
        username: '1800000300:1001',
        password,
        issuedAt: 1_800_000_000_000,
        expiresAt: 1_800_000_300_000,
      }),
    );
  });

  it('cost one reading of the key, ahead of the first when told to prepare, and another when told to forget', async () => {
    const provider = createEphemeralCredentials(() => NOW);
    const key = keyOf(Secret.generate());
    await provider.prepare(key);
    expect((await provider.mint(request, key)).ok).toBe(true);
    expect((await provider.mint(request, key)).ok).toBe(true);
    expect(key.open).toHaveBeenCalledOnce();
    provider.forget(key.fingerprint);
    await provider.mint(request, key);
    expect(key.open).toHaveBeenCalledTimes(2);
  });

  it('are refused as the key is, and for an identity without a user', async () => {
    const provider = createEphemeralCredentials(() => NOW);
    const secret = Secret.generate();
    const locked = fail('key-locked', 'The keychain is locked.', 'unlock-keychain');
    expect(
      await provider.mint(request, { fingerprint: secret.fingerprint, open: () => Promise.resolve(locked) }),
    ).toEqual(locked);
    expect((await provider.mint(request, keyOf(secret))).ok).toBe(true);
    expect(
      await provider.mint({ ...request, profile: { ...profile, identity: 'nobody' } }, keyOf(secret)),
    ).toMatchObject({ ok: false, failure: { reason: 'profile-invalid' } });
  });
});
