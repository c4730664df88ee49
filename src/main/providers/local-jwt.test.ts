import { createHmac } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { fail, ok } from '../../contracts/base/result';
import { practiceProfile } from '../profiles/practice-profile';
import { Secret } from '../secrets/secret';
import { createLocalJwt } from './local-jwt';

const profile = practiceProfile(null, null);
const request = { profile, purpose: 'sip' as const, lifeS: 300 };
const NOW = 1_800_000_000_750;

function keyOf(secret: Secret): {
  fingerprint: string;
  open: ReturnType<typeof vi.fn<() => Promise<{ ok: true; value: Secret }>>>;
} {
  return { fingerprint: secret.fingerprint, open: vi.fn(() => Promise.resolve(ok(secret))) };
}
const claimsOf = (token: string): Record<string, unknown> =>
  z.record(z.string(), z.unknown()).parse(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()));

describe('local signing', () => {
  it('makes an HS256 token with the claims of the profile, verifiable with the text of the key', async () => {
    const secret = Secret.generate();
    const minted = await createLocalJwt(() => NOW).mint(request, keyOf(secret));
    if (!minted.ok || minted.value.kind !== 'token') expect.unreachable();
    const { token, issuedAt, expiresAt } = minted.value;
    const [header = '', payload = '', signature] = token.split('.');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(claimsOf(token)).toEqual({
      iss: 'ringfence',
      sub: '1001',
      aud: 'practice',
      iat: 1_800_000_000,
      exp: 1_800_000_300,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
      max_calls: 8,
    });
    expect({ issuedAt, expiresAt }).toEqual({ issuedAt: 1_800_000_000_000, expiresAt: 1_800_000_300_000 });
    expect(secret.use((bytes) => createHmac('sha256', bytes).update(`${header}.${payload}`).digest('base64url'))).toBe(
      signature,
    );
  });

  it.each([1, 3600])('keeps to a life of %i s', async (lifeS) => {
    const minted = await createLocalJwt(() => NOW).mint({ ...request, lifeS }, keyOf(Secret.generate()));
    expect(minted.ok && (minted.value.expiresAt - minted.value.issuedAt) / 1000).toBe(lifeS);
  });

  it.each([
    [0, 300, 0, 300],
    [5, 300, -5, 295],
    [30, 3600, -30, 3570],
    // Half of the life is left.
    [30, 20, -10, 10],
    [30, 1, 0, 1],
  ])('lets iat lie %i s back in a life of %i s', async (issuedBackS, lifeS, iat, exp) => {
    const { provider } = profile;
    if (provider.kind !== 'local-jwt') expect.unreachable();
    const line = { ...profile, provider: { ...provider, issuedBackS } };
    const minted = await createLocalJwt(() => NOW).mint(
      { profile: line, purpose: 'sip', lifeS },
      keyOf(Secret.generate()),
    );
    if (!minted.ok || minted.value.kind !== 'token') expect.unreachable();
    expect(claimsOf(minted.value.token)).toMatchObject({ iat: 1_800_000_000 + iat, exp: 1_800_000_000 + exp });
    // The clock of the renewal begins now.
    expect(minted.value).toMatchObject({ issuedAt: 1_800_000_000_000, expiresAt: (1_800_000_000 + exp) * 1000 });
  });

  it('never makes the same token twice and reads the key once', async () => {
    const provider = createLocalJwt(() => NOW);
    const key = keyOf(Secret.generate());
    const [one, two] = [await provider.mint(request, key), await provider.mint(request, key)];
    if (!one.ok || !two.ok || one.value.kind !== 'token' || two.value.kind !== 'token') expect.unreachable();
    expect(one.value.token).not.toBe(two.value.token);
    expect(key.open).toHaveBeenCalledOnce();
  });

  it('reads the key ahead of the first mint when it is told to prepare', async () => {
    const provider = createLocalJwt(() => NOW);
    const key = keyOf(Secret.generate());
    await provider.prepare(key);
    expect(key.open).toHaveBeenCalledOnce();
    expect((await provider.mint(request, key)).ok).toBe(true);
    expect(key.open).toHaveBeenCalledOnce();
  });

  it('reads the key again when it was told to forget it', async () => {
    const provider = createLocalJwt(() => NOW);
    const key = keyOf(Secret.generate());
    await provider.mint(request, key);
    provider.forget(key.fingerprint);
    await provider.mint(request, key);
    expect(key.open).toHaveBeenCalledTimes(2);
  });

  it('makes none for a profile of another provider', async () => {
    const minted = await createLocalJwt(() => NOW).mint(
      { ...request, profile: { ...profile, provider: { kind: 'ephemeral-credentials' } } },
      keyOf(Secret.generate()),
    );
    expect(minted).toMatchObject({ ok: false, failure: { reason: 'profile-invalid' } });
  });

  it('passes on that the key is locked, and asks again next time', async () => {
    const provider = createLocalJwt(() => NOW);
    const secret = Secret.generate();
    const locked = fail('key-locked', 'The keychain is locked.', 'unlock-keychain');
    expect(
      await provider.mint(request, { fingerprint: secret.fingerprint, open: () => Promise.resolve(locked) }),
    ).toEqual(locked);
    expect((await provider.mint(request, keyOf(secret))).ok).toBe(true);
  });
});
