import { describe, expect, it, vi } from 'vitest';
import { grant as grantSchema, type Grant } from '../contracts/grant';
import { fail, ok, type Result } from '../contracts/result';
import type { NewAuditEntry } from './audit-log';
import { createBroker, type BrokerPorts } from './broker';
import { createGrantPolicy } from './policy';
import { practiceProfile } from './practice-profile';
import type { TokenProvider } from './providers/token-provider';
import { fingerprintOf, Secret } from './secrets/secret';

const profile = practiceProfile(null, null);
const URL_NOW = 'ws://127.0.0.1:4000/';

const provider = (mint: TokenProvider['mint']): TokenProvider => ({ mint, prepare: () => Promise.resolve(), forget: () => undefined });
const refusing = provider(() => Promise.resolve(fail('provider-refused', 'No.')));

function setUp(replaced: Partial<BrokerPorts> = {}) {
  const audited: NewAuditEntry[] = [];
  const minted: { grant: Grant; token: string | null }[] = [];
  let count = 0;
  const mint = vi.fn<TokenProvider['mint']>(() => {
    count += 1;
    return Promise.resolve(ok({ kind: 'token' as const, token: `token-${count}`, issuedAt: 1000, expiresAt: 301_000 }));
  });
  const secret = Secret.generate();
  const broker = createBroker({
    profiles: { find: (id) => (id === 'practice' ? profile : null), instanceId: () => '0a8f7a7e-0f4b-4a52-9c55-2f3d2f0c8a11' },
    policy: createGrantPolicy(() => 0),
    keys: { active: () => Promise.resolve(ok({ fingerprint: secret.fingerprint, open: () => Promise.resolve(ok(secret)) })), noteMint: () => undefined },
    providers: { 'local-jwt': provider(mint), 'ephemeral-credentials': provider(() => Promise.resolve(ok({ kind: 'credentials', username: '301:1001', password: 'password-1', issuedAt: 1000, expiresAt: 301_000 }))) },
    gatewayUrl: () => Promise.resolve(ok(URL_NOW)),
    audit: (entry) => audited.push(entry),
    onMinted: (grant, token) => minted.push({ grant, token }),
    ...replaced,
  });
  return { broker, audited, minted, mint };
}

describe('the broker', () => {
  it('turns a request into a grant that fits its schema, and audits it by fingerprint', async () => {
    const { broker, audited } = setUp();
    const result = await broker.grant('practice', 'sip', 'asked');
    if (!result.ok) expect.unreachable();
    expect(grantSchema.parse(result.value)).toEqual(result.value);
    expect(result.value).toMatchObject({ url: URL_NOW, presentation: { kind: 'query', parameter: 'token', token: 'token-1' }, fingerprint: fingerprintOf('token-1'), expiresAt: 301_000 });
    expect(audited).toEqual([{ what: 'mint', profileId: 'practice', purpose: 'sip', fingerprint: fingerprintOf('token-1'), lifeS: 300, cause: 'asked' }]);
    expect(JSON.stringify(audited)).not.toContain('token-1');
  });

  it('makes another token when the key was promoted or replaced while the first was made', async () => {
    const [old, next] = [Secret.generate(), Secret.generate()];
    const signedWith: string[] = [];
    let signing = old;
    const { broker, audited } = setUp({
      keys: { active: () => Promise.resolve(ok({ fingerprint: signing.fingerprint, open: () => Promise.resolve(ok(signing)) })), noteMint: () => undefined },
      providers: {
        'local-jwt': provider((_request, key) => {
          signedWith.push(key.fingerprint);
          // The old key may be out of reach already: that is no failure to tell.
          const result = signing === old ? fail('key-absent', 'It was changed.', 'retry') : ok({ kind: 'token' as const, token: `by-${key.fingerprint}`, issuedAt: 1000, expiresAt: 301_000 });
          signing = next;
          return Promise.resolve(result);
        }),
        'ephemeral-credentials': refusing,
      },
    });
    expect(await broker.grant('practice', 'sip', 'renewal')).toMatchObject({ value: { fingerprint: fingerprintOf(`by-${next.fingerprint}`) } });
    expect(signedWith).toEqual([old.fingerprint, next.fingerprint]);
    expect(audited).toHaveLength(1);
  });

  it('keeps the token in main where the profile wants that', async () => {
    const { broker, minted } = setUp({ profiles: { find: () => ({ ...profile, presentation: { kind: 'main-injected' } }), instanceId: () => '0a8f7a7e-0f4b-4a52-9c55-2f3d2f0c8a11' } });
    const result = await broker.grant('practice', 'sip', 'asked');
    expect(result).toMatchObject({ ok: true, value: { presentation: { kind: 'main-injected' } } });
    expect(JSON.stringify(result)).not.toContain('token-1');
    expect(minted).toMatchObject([{ token: 'token-1' }]);
  });

  it('makes SIP credentials where the profile says so, and names them by the fingerprint of the password', async () => {
    const line = { ...profile, provider: { kind: 'ephemeral-credentials' as const }, presentation: { kind: 'digest' as const, realm: '' } };
    const { broker, minted, audited } = setUp({ profiles: { find: () => line, instanceId: () => '0a8f7a7e-0f4b-4a52-9c55-2f3d2f0c8a11' } });
    const result = await broker.grant('practice', 'sip', 'asked');
    if (!result.ok) expect.unreachable();
    expect(grantSchema.parse(result.value)).toMatchObject({ presentation: { kind: 'digest', realm: 'practice.ringfence.local', username: '301:1001', password: 'password-1' }, fingerprint: fingerprintOf('password-1') });
    expect(minted).toMatchObject([{ token: null }]);
    expect(JSON.stringify(audited)).not.toContain('password-1');
  });

  it('makes a fresh token for each request that follows another', async () => {
    const { broker } = setUp();
    const [one, two] = [await broker.grant('practice', 'sip', 'asked'), await broker.grant('practice', 'sip', 'asked')];
    expect(one.ok && two.ok && one.value.fingerprint !== two.value.fingerprint).toBe(true);
  });

  it('flies once for requests that meet', async () => {
    const { broker, mint, audited } = setUp();
    const results = await Promise.all(Array.from({ length: 50 }, () => broker.grant('practice', 'sip', 'asked')));
    expect(mint).toHaveBeenCalledOnce();
    expect(audited).toHaveLength(1);
    expect(new Set(results.map((each) => each.ok && each.value.fingerprint)).size).toBe(1);
  });

  it('audits each refusal, once', async () => {
    const { broker, audited, mint } = setUp();
    await broker.grant('nobody', 'sip', 'asked');
    await broker.grant('practice', 'voice', 'asked');
    for (let times = 0; times < 11; times += 1) await broker.grant('practice', 'sip', 'asked');
    expect(audited.filter((each) => each.what === 'refusal').map((each) => each.reason)).toEqual(['unknown-profile', 'unknown-purpose', 'rate-limited']);
    expect(mint).toHaveBeenCalledTimes(10);
  });

  it.each<[string, Partial<BrokerPorts>]>([
    ['key-absent', { keys: { active: () => Promise.resolve(fail('key-absent', 'No key.')), noteMint: () => undefined } }],
    ['gateway-unavailable', { gatewayUrl: () => Promise.resolve(fail('gateway-unavailable', 'No gateway.')) }],
    ['provider-refused', { providers: { 'local-jwt': refusing, 'ephemeral-credentials': refusing } }],
  ])('passes %s on and audits it', async (reason, replaced) => {
    const { broker, audited, minted } = setUp(replaced);
    const result: Result<Grant> = await broker.grant('practice', 'sip', 'asked');
    expect(result).toMatchObject({ ok: false, failure: { reason } });
    expect(audited).toEqual([{ what: 'refusal', profileId: 'practice', purpose: 'sip', reason }]);
    expect(minted).toEqual([]);
  });

  it('flies again after a flight that failed', async () => {
    const gatewayUrl = vi.fn<BrokerPorts['gatewayUrl']>().mockResolvedValueOnce(fail('gateway-unavailable', 'No gateway.')).mockResolvedValue(ok(URL_NOW));
    const { broker } = setUp({ gatewayUrl });
    expect((await broker.grant('practice', 'sip', 'asked')).ok).toBe(false);
    expect((await broker.grant('practice', 'sip', 'asked')).ok).toBe(true);
  });
});
