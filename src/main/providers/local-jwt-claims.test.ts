/** What is in a token besides its key: algorithm, kid, the template's claims, and the limits of the policy. */
import { createPublicKey, createSecretKey } from 'node:crypto';
import { compactVerify, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { work } from '../../../test/support/app/key-fixture';
import type { JwtAlgorithm } from '../../contracts/profile/provider';
import { profile as profileSchema, type Profile } from '../../contracts/profile/profile';
import { ok, type Failure } from '../../contracts/base/result';
import { makeKey } from '../secrets/key-kinds';
import { Secret } from '../secrets/secret';
import { createLocalJwt } from './local-jwt';

const NOW = 1_800_000_000_750;
const line = (provider: object = {}, more: object = {}): Profile =>
  profileSchema.parse({
    ...work,
    displayName: 'Asha "A" {user}',
    ...more,
    provider: { kind: 'local-jwt', audience: 'pbx', ...provider },
  });
const handle = (secret: Secret) => ({ fingerprint: secret.fingerprint, open: () => Promise.resolve(ok(secret)) });
const provider = createLocalJwt(() => NOW);

async function tokenOf(profile: Profile, secret: Secret): Promise<string | Failure> {
  const minted = await provider.mint({ profile, purpose: 'sip', lifeS: 300 }, handle(secret));
  if (!minted.ok) return minted.failure;
  return minted.value.kind === 'token' ? minted.value.token : '';
}
async function claimsOf(profile: Profile, secret = Secret.generate()): Promise<Readonly<Record<string, unknown>>> {
  const token = await tokenOf(profile, secret);
  if (typeof token !== 'string') throw new Error(token.sentence);
  const { payload } = await jwtVerify(
    token,
    secret.use((bytes) => createSecretKey(bytes)),
    { algorithms: ['HS256'], issuer: 'ringfence', audience: 'pbx', currentDate: new Date(NOW) },
  );
  return payload;
}

describe.each(['HS256', 'RS256', 'ES256', 'EdDSA'] as const)('a token with %s', (algorithm) => {
  const others: readonly JwtAlgorithm[] = (['HS256', 'RS256', 'ES256', 'EdDSA'] as const).filter(
    (one) => one !== algorithm,
  );

  it('is one that jose verifies with the public half (or the text), and with that algorithm alone', async () => {
    const key = await makeKey(line({ algorithm }));
    if (!key.ok) expect.unreachable();
    const token = await tokenOf(line({ algorithm, keyId: '2026-{fingerprint}' }), key.value);
    if (typeof token !== 'string') expect.unreachable(token.sentence);
    expect(decodeProtectedHeader(token)).toEqual({ alg: algorithm, typ: 'JWT', kid: `2026-${key.value.fingerprint}` });
    const verifier =
      algorithm === 'HS256'
        ? key.value.use((bytes) => createSecretKey(bytes))
        : key.value.use((bytes) => createPublicKey(Buffer.from(bytes)));
    const { payload } = await jwtVerify(token, verifier, {
      algorithms: [algorithm],
      issuer: 'ringfence',
      audience: 'pbx',
      currentDate: new Date(NOW),
    });
    expect(payload).toEqual({
      iss: 'ringfence',
      sub: '1001',
      aud: 'pbx',
      iat: 1_800_000_000,
      exp: 1_800_000_300,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
      max_calls: 8,
    });
    await expect(compactVerify(token, verifier, { algorithms: [...others] })).rejects.toThrow();
  }, 30_000);

  it('is not made with a key of another kind: the profile was changed after its key was added', async () => {
    for (const other of others) {
      const key = await makeKey(line({ algorithm: other }));
      if (!key.ok) expect.unreachable();
      expect(await tokenOf(line({ algorithm }), key.value)).toMatchObject({
        reason: 'key-unusable',
        action: 'open-keys',
        sentence: `"Work" signs with ${algorithm}, and its key is one for ${other}. Add a key for ${algorithm}.`,
      });
    }
  }, 30_000);
});

it('no token is signed with the short key of a system that the line was changed from', async () => {
  const short = Secret.fromText('k'.repeat(31));
  if (!short.ok) expect.unreachable();
  expect(await tokenOf(line(), short.value)).toMatchObject({
    reason: 'key-unusable',
    action: 'open-keys',
    sentence:
      'The key of this line is too short to sign with: it has 31 characters, and 32 are needed. Add another key.',
  });
});

describe('the template', () => {
  it('fills the placeholders in texts, once, and in texts alone', async () => {
    const claims = { account: '{profile}/{user}@{domain}', who: '{agent}', n: 7, yes: true, brace: '{other} {user' };
    expect(await claimsOf(line({ subject: '{user}.{profile}', claims }))).toMatchObject({
      sub: '1001.work',
      account: 'work/1001@pbx.example.com',
      who: 'Asha "A" {user}',
      n: 7,
      yes: true,
      brace: '{other} {user',
    });
  });

  it('never sets what Ringfence sets', async () => {
    const profile = line();
    if (profile.provider.kind !== 'local-jwt') expect.unreachable();
    for (const name of [
      'iss',
      'sub',
      'aud',
      'iat',
      'exp',
      'nbf',
      'jti',
      'max_call_s',
      'max_calls',
      'calls_until',
      'dial',
      'dial_deny',
      'emergency',
      'meta',
    ]) {
      expect(() => line({ claims: { [name]: 'x' } })).toThrow();
      expect(
        await tokenOf({ ...profile, provider: { ...profile.provider, claims: { [name]: 'x' } } }, Secret.generate()),
      ).toMatchObject({
        reason: 'profile-invalid',
        sentence: `"Work" may not set the claim "${name}": Ringfence sets it itself.`,
      });
    }
  });

  it('is refused without an identity that it names, and without a subject', async () => {
    const events = { identity: '', policy: { purposes: ['events'] } };
    expect(await tokenOf(line({}, events), Secret.generate())).toMatchObject({ reason: 'profile-invalid' });
    expect(
      await tokenOf(line({ subject: 'desk', claims: { at: '{domain}' } }, events), Secret.generate()),
    ).toMatchObject({ reason: 'profile-invalid' });
    expect(await claimsOf(line({ subject: 'desk' }, events))).toMatchObject({ sub: 'desk' });
    expect(await tokenOf(line({ subject: '{agent}' }, { displayName: '' }), Secret.generate())).toMatchObject({
      reason: 'profile-invalid',
      sentence: expect.stringContaining('subject') as unknown,
    });
  });
});

describe('limits', () => {
  it('are in the token as the policy has them', async () => {
    const policy = { maxCallS: 600, maxCalls: 3, dial: { allow: ['+254*', '10??'], deny: ['+254900*'] } };
    expect(await claimsOf(line({ meta: { team: 'sales' } }, { policy }))).toMatchObject({
      max_call_s: 600,
      max_calls: 3,
      dial: ['+254*', '10??'],
      dial_deny: ['+254900*'],
      meta: { team: 'sales' },
    });
  });

  const now = new Date(NOW);
  /** A span of every day, from and to so many minutes from now; none runs past midnight here. */
  const span = (from: number, to: number) => {
    const time = (minutes: number): string => {
      const at = new Date(now.getTime() + minutes * 60_000);
      return `${String(at.getHours()).padStart(2, '0')}:${String(at.getMinutes()).padStart(2, '0')}`;
    };
    return { days: [1, 2, 3, 4, 5, 6, 7], from: time(from), to: time(to) };
  };
  const inMinutes = (minutes: number): number => Math.floor((NOW + minutes * 60_000) / 60_000) * 60;
  it.each([
    ['none', [], {}, 300],
    ['within', [span(-60, 60)], { calls_until: inMinutes(60) }, 300],
    ['within two that join', [span(-60, 30), span(30, 90)], { calls_until: inMinutes(90) }, 300],
    ['a minute before the end', [span(-60, 1)], { calls_until: inMinutes(1) }, 300],
    ['outside', [span(60, 120)], { calls_until: inMinutes(0) }, 300],
    ['just before they begin: a token no longer than that', [span(2, 120)], { calls_until: inMinutes(0) }, 120],
  ])('hours: %s', async (_, hours, wanted, lifeS) => {
    const claims = await claimsOf(line({}, { policy: { hours } }));
    const { calls_until: until, iat, exp } = claims as { calls_until?: number; iat: number; exp: number };
    expect([until, exp - iat]).toEqual(['calls_until' in wanted ? wanted.calls_until : undefined, lifeS]);
  });

  it.each([
    ['DE', { emergency: '110' }],
    ['CH', { emergency: '117 118 144' }],
    ['US', {}],
    ['', {}],
  ])(
    'name the emergency numbers of where this computer is, which none of them holds for: %s',
    async (country, wanted) => {
      const minted = await createLocalJwt(
        () => NOW,
        () => country,
      ).mint({ profile: line(), purpose: 'sip', lifeS: 300 }, handle(Secret.generate()));
      if (!minted.ok || minted.value.kind !== 'token') expect.unreachable();
      const { emergency } = decodeJwt(minted.value.token);
      expect(emergency === undefined ? {} : { emergency }).toEqual(wanted);
    },
  );

  it('are not there when there are none, but for the calls at a time', async () => {
    const names = ['aud', 'exp', 'iat', 'iss', 'jti', 'max_calls', 'sub'];
    expect(Object.keys(await claimsOf(line())).sort()).toEqual(names);
  });

  it('that make a token too long for a gateway are refused, not cut', async () => {
    const long = Array.from({ length: 20 }, (_, i) => `${'x'.repeat(60)}${i + 10}@${'y'.repeat(99)}`);
    expect(await tokenOf(line({}, { policy: { dial: { allow: long, deny: long } } }), Secret.generate())).toMatchObject(
      { reason: 'profile-invalid', sentence: expect.stringContaining('too long') as unknown },
    );
  });
});
