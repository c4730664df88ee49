import { describe, expect, it, vi } from 'vitest';
import { minted, profile, setUp, setUpLine, URL_NOW, type Replaced } from '../../../test/support/app/broker-fixture';
import { EXAMPLE_PROFILES } from '../../../test/support/app/example-profiles';
import { mintingProvider, refusingProvider } from '../../../test/support/servers/token-providers';
import { grant as grantSchema, type AnyGrant } from '../../contracts/profile/grant';
import { profile as profileSchema, type Profile } from '../../contracts/profile/profile';
import { fail, ok, type Result } from '../../contracts/base/result';
import type { BrokerPorts } from './broker';
import { fingerprintOf, Secret } from '../secrets/secret';

describe('the broker', () => {
  it('turns a request into a grant that fits its schema, and audits it by fingerprint', async () => {
    const { broker, audited } = setUp();
    const result = await broker.grant('practice', 'sip', 'asked');
    if (!result.ok) expect.unreachable();
    expect(grantSchema.parse(result.value)).toEqual(result.value);
    expect(result.value).toMatchObject({
      url: URL_NOW,
      presentation: { kind: 'query', parameter: 'token', token: 'token-1' },
      fingerprint: fingerprintOf('token-1'),
      expiresAt: 301_000,
    });
    expect(audited).toEqual([
      {
        what: 'mint',
        profileId: 'practice',
        purpose: 'sip',
        fingerprint: fingerprintOf('token-1'),
        lifeS: 300,
        cause: 'asked',
      },
    ]);
    expect(JSON.stringify(audited)).not.toContain('token-1');
  });

  it('makes another token when the key was promoted or replaced while the first was made', async () => {
    const [old, next] = [Secret.generate(), Secret.generate()];
    const signedWith: string[] = [];
    let signing = old;
    const { broker, audited } = setUp({
      keys: {
        active: () =>
          Promise.resolve(ok({ fingerprint: signing.fingerprint, open: () => Promise.resolve(ok(signing)) })),
        noteMint: () => undefined,
        untried: () => null,
        accepted: () => Promise.resolve(ok(null)),
      },
      providers: {
        'local-jwt': mintingProvider((_request, key) => {
          signedWith.push(key.fingerprint);
          // The old key may be out of reach already: that is no failure to tell.
          const result =
            signing === old
              ? fail('key-absent', 'It was changed.', 'retry')
              : ok({ kind: 'token' as const, token: `by-${key.fingerprint}`, issuedAt: 1000, expiresAt: 301_000 });
          signing = next;
          return Promise.resolve(result);
        }),
        'ephemeral-credentials': refusingProvider,
      },
    });
    expect(await broker.grant('practice', 'sip', 'renewal')).toMatchObject({
      value: { fingerprint: fingerprintOf(`by-${next.fingerprint}`) },
    });
    expect(signedWith).toEqual([old.fingerprint, next.fingerprint]);
    expect(audited).toHaveLength(1);
  });

  it('gives out no token of a key that was removed while it was made', async () => {
    const secret = Secret.generate();
    let there = true;
    const { broker, audited, minted } = setUp({
      keys: {
        active: () =>
          Promise.resolve(
            there
              ? ok({ fingerprint: secret.fingerprint, open: () => Promise.resolve(ok(secret)) })
              : fail('key-absent', 'No key.'),
          ),
        noteMint: () => undefined,
        untried: () => null,
        accepted: () => Promise.resolve(ok(null)),
      },
      providers: {
        'local-jwt': mintingProvider(() => {
          there = false;
          return Promise.resolve(
            ok({ kind: 'token' as const, token: 'of the removed key', issuedAt: 1000, expiresAt: 301_000 }),
          );
        }),
      },
    });
    expect(await broker.grant('practice', 'sip', 'asked')).toMatchObject({
      ok: false,
      failure: { reason: 'key-absent' },
    });
    expect(minted).toEqual([]);
    expect(audited).toEqual([{ what: 'refusal', profileId: 'practice', purpose: 'sip', reason: 'key-absent' }]);
  });

  it.each<[string, object | null, object]>([
    [
      'another identity',
      { identity: '1002@pbx.example.com' },
      { ok: true, value: { identity: '1002@pbx.example.com', url: 'wss://pbx.example.com/ws' } },
    ],
    [
      'another gateway',
      { gatewayUrl: 'wss://new.example.com/ws' },
      { ok: true, value: { identity: '1001@pbx.example.com', url: 'wss://new.example.com/ws' } },
    ],
    [
      'none of this purpose',
      { policy: { purposes: ['events'] } },
      { ok: false, failure: { reason: 'unknown-purpose' } },
    ],
    ['removed', null, { ok: false, failure: { reason: 'unknown-profile' } }],
  ])('gives out nothing of a profile that changed while it was made: %s', async (_what, change, expected) => {
    const made = {
      id: 'work',
      name: 'Work',
      environment: 'staging',
      provider: { kind: 'local-jwt', audience: 'pbx' },
      identity: '1001@pbx.example.com',
      gatewayUrl: 'wss://pbx.example.com/ws',
      presentation: { kind: 'query' },
      policy: {},
    };
    const before = profileSchema.parse(made);
    const after = change === null ? null : profileSchema.parse({ ...made, ...change });
    let saved = false;
    const mintedFor: string[] = [];
    const { broker, minted } = setUp({
      profiles: { find: () => (saved ? after : before), instanceId: () => '0a8f7a7e-0f4b-4a52-9c55-2f3d2f0c8a11' },
      gatewayUrl: (line) => Promise.resolve(ok(line.gatewayUrl)),
      providers: {
        'local-jwt': mintingProvider(({ profile: line }) => {
          mintedFor.push(`${line.identity} ${line.gatewayUrl}`);
          saved = true;
          return Promise.resolve(
            ok({ kind: 'token' as const, token: `token-${mintedFor.length}`, issuedAt: 1000, expiresAt: 301_000 }),
          );
        }),
      },
    });
    // The second one joins the flight of the first, as the renewal after a save does.
    const asked = broker.grant('work', 'sip', 'asked');
    const renewed = broker.grant('work', 'sip', 'renewal');
    expect(await asked).toMatchObject(expected);
    expect(await renewed).toMatchObject(expected);
    expect(mintedFor).toHaveLength('value' in expected ? 2 : 1);
    expect(minted).toHaveLength('value' in expected ? 1 : 0);
  });

  it('keeps the token in main where the profile wants that', async () => {
    const { broker, minted } = setUp({
      profiles: {
        find: () => ({ ...profile, presentation: { kind: 'main-injected' } }),
        instanceId: () => '0a8f7a7e-0f4b-4a52-9c55-2f3d2f0c8a11',
      },
    });
    const result = await broker.grant('practice', 'sip', 'asked');
    expect(result).toMatchObject({ ok: true, value: { presentation: { kind: 'main-injected' } } });
    expect(JSON.stringify(result)).not.toContain('token-1');
    expect(minted).toMatchObject([{ token: 'token-1' }]);
  });

  it('makes SIP credentials where the profile says so, and names them by the fingerprint of the password', async () => {
    const line = {
      ...profile,
      provider: { kind: 'ephemeral-credentials' as const },
      presentation: { kind: 'digest' as const, realm: '' },
    };
    const { broker, minted, audited } = setUp({
      profiles: { find: () => line, instanceId: () => '0a8f7a7e-0f4b-4a52-9c55-2f3d2f0c8a11' },
    });
    const result = await broker.grant('practice', 'sip', 'asked');
    if (!result.ok) expect.unreachable();
    expect(grantSchema.parse(result.value)).toMatchObject({
      presentation: { kind: 'digest', realm: 'practice.ringfence.local', username: '301:1001', password: 'password-1' },
      fingerprint: fingerprintOf('password-1'),
    });
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
    await broker.grant('practice', 'events', 'asked');
    for (let times = 0; times < 11; times += 1) await broker.grant('practice', 'sip', 'asked');
    expect(audited.filter((each) => each.what === 'refusal').map((each) => each.reason)).toEqual([
      'unknown-profile',
      'unknown-purpose',
      'rate-limited',
    ]);
    expect(mint).toHaveBeenCalledTimes(10);
  });

  it.each<[string, Replaced]>([
    [
      'key-absent',
      {
        keys: {
          active: () => Promise.resolve(fail('key-absent', 'No key.')),
          noteMint: () => undefined,
          untried: () => null,
          accepted: () => Promise.resolve(ok(null)),
        },
      },
    ],
    ['gateway-unavailable', { gatewayUrl: () => Promise.resolve(fail('gateway-unavailable', 'No gateway.')) }],
    ['provider-refused', { providers: { 'local-jwt': refusingProvider, 'ephemeral-credentials': refusingProvider } }],
  ])('passes %s on and audits it', async (reason, replaced) => {
    const { broker, audited, minted } = setUp(replaced);
    const result: Result<AnyGrant> = await broker.grant('practice', 'sip', 'asked');
    expect(result).toMatchObject({ ok: false, failure: { reason } });
    expect(audited).toEqual([{ what: 'refusal', profileId: 'practice', purpose: 'sip', reason }]);
    expect(minted).toEqual([]);
  });

  it('flies again after a flight that failed', async () => {
    const gatewayUrl = vi
      .fn<BrokerPorts['gatewayUrl']>()
      .mockResolvedValueOnce(fail('gateway-unavailable', 'No gateway.'))
      .mockResolvedValue(ok(URL_NOW));
    const { broker } = setUp({ gatewayUrl });
    expect((await broker.grant('practice', 'sip', 'asked')).ok).toBe(false);
    expect((await broker.grant('practice', 'sip', 'asked')).ok).toBe(true);
  });
});

describe('a token for voice', () => {
  const voice = { provider: { kind: 'openai-realtime' }, identity: '', policy: { purposes: ['voice'] } };
  const made = mintingProvider(() => Promise.resolve(ok({ kind: 'token' as const, token: 'V', ...minted })));

  it('is for main alone: no window gets a grant for it, whatever the profile says', async () => {
    const { broker, audited, minted: given } = setUpLine(voice, made);
    expect(await broker.grant('work', 'voice', 'asked')).toMatchObject({ failure: { reason: 'unknown-purpose' } });
    expect(await broker.grant('work', 'voice', 'renewal')).toMatchObject({ ok: false });
    expect(audited.map(({ what }) => what)).toEqual(['refusal', 'refusal']);
    expect(given).toEqual([]);
  });
  it('is made for main, audited by its fingerprint, and told to no renewal', async () => {
    const { broker, audited, minted: given } = setUpLine(voice, made);
    expect(await broker.voiceToken('work')).toMatchObject(
      ok({ profile: { id: 'work' }, token: 'V', ...minted, fingerprint: fingerprintOf('V') }),
    );
    expect(audited).toEqual([
      {
        what: 'mint',
        profileId: 'work',
        purpose: 'voice',
        fingerprint: fingerprintOf('V'),
        lifeS: 300,
        cause: 'asked',
      },
    ]);
    expect(given).toEqual([]);
  });
  it('is refused and audited like a grant', async () => {
    const { broker, audited } = setUp();
    expect(await broker.voiceToken('nobody')).toMatchObject({ failure: { reason: 'unknown-profile' } });
    expect(await broker.voiceToken('practice')).toMatchObject({ failure: { reason: 'unknown-purpose' } });
    expect(audited).toHaveLength(2);
  });
});

describe('a trial', () => {
  it('is no grant of the line: nobody is told, nothing is counted, and its end takes back what it made alone', async () => {
    const revoked: string[] = [];
    let count = 0;
    const { broker, audited, minted } = setUp({
      providers: {
        'local-jwt': {
          ...mintingProvider(() => {
            count += 1;
            return Promise.resolve(
              ok({ kind: 'token' as const, token: `token-${count}`, issuedAt: 1000, expiresAt: 301_000 }),
            );
          }),
          revoke: (_profile, made) => {
            revoked.push(made.kind === 'credentials' ? made.password : made.token);
            return Promise.resolve(ok(null));
          },
        },
      },
    });
    // More than the rate allows.
    const trials = [];
    for (let n = 0; n < 30; n += 1) trials.push(await broker.trial('practice', 'sip'));
    expect(trials.every(({ ok: made }) => made)).toBe(true);
    expect(minted).toEqual([]);
    expect(audited[0]).toMatchObject({ what: 'mint', cause: 'test' });
    const [first] = trials;
    if (first?.ok !== true) expect.unreachable();
    else {
      expect(first.value.grant).toMatchObject({ purpose: 'sip', url: URL_NOW });
      await first.value.end();
      await first.value.end();
    }
    expect(revoked).toEqual(['token-1']);
  });

  it('is refused and audited as a grant is', async () => {
    const { broker, audited } = setUp();
    expect(await broker.trial('nobody', 'sip')).toMatchObject({ failure: { reason: 'unknown-profile' } });
    expect(await broker.trial('practice', 'voice')).toMatchObject({ failure: { reason: 'unknown-purpose' } });
    expect(audited.map(({ what }) => what)).toEqual(['refusal', 'refusal']);
  });
});

describe('a broker whose every line must be kept', () => {
  const unkept = fail('audit-unwritten', 'No tokens are given out now.', 'retry');

  it('makes nothing while that is not so, and says why', async () => {
    const { broker, audited, mint, minted: given } = setUp({ auditKept: () => Promise.resolve(unkept) });
    expect(await broker.grant('practice', 'sip', 'asked')).toEqual(unkept);
    expect(await broker.grant('practice', 'sip', 'renewal')).toEqual(unkept);
    expect(await broker.trial('practice', 'sip')).toEqual(unkept);
    expect(mint).not.toHaveBeenCalled();
    expect(given).toEqual([]);
    expect(audited.map((entry) => entry.what === 'refusal' && entry.reason)).toEqual(Array(3).fill('audit-unwritten'));
  });

  it('gives out no token whose own line could not be kept, and takes it back', async () => {
    let asked = 0;
    const revoke = vi.fn(() => Promise.resolve(ok(null)));
    const {
      broker,
      audited,
      minted: given,
    } = setUp({
      auditKept: () => Promise.resolve((asked += 1) === 1 ? ok(null) : unkept),
      providers: {
        'local-jwt': {
          ...mintingProvider(() =>
            Promise.resolve(ok({ kind: 'token' as const, token: 'token-1', issuedAt: 1000, expiresAt: 301_000 })),
          ),
          revoke,
        },
      },
    });
    expect(await broker.grant('practice', 'sip', 'asked')).toEqual(unkept);
    expect(revoke).toHaveBeenCalledOnce();
    expect(given).toEqual([]);
    expect(audited.map(({ what }) => what)).toEqual(['mint', 'revoke', 'refusal']);
  });
});

describe('a key that took the place of another one', () => {
  const secret = Secret.generate();
  const { fingerprint } = secret;
  const setUpUntried = (untriedKey: string | null, line: Profile = profile, providers?: Replaced['providers']) => {
    const accepted: string[] = [];
    const made = setUp({
      profiles: { find: () => line, instanceId: () => '0a8f7a7e-0f4b-4a52-9c55-2f3d2f0c8a11' },
      keys: {
        active: () => Promise.resolve(ok({ fingerprint, open: () => Promise.resolve(ok(secret)) })),
        noteMint: () => undefined,
        untried: () => untriedKey,
        accepted: (_profileId, key) => {
          accepted.push(key);
          return Promise.resolve(ok(null));
        },
      },
      ...(providers === undefined ? {} : { providers }),
    });
    return { ...made, accepted };
  };

  it('is named in its grants and in the audit log until a token of it was accepted', async () => {
    const { broker, audited, accepted } = setUpUntried(fingerprint);
    expect(await broker.grant('practice', 'sip', 'asked')).toMatchObject({ value: { untriedKey: fingerprint } });
    expect(await broker.trial('practice', 'sip')).toMatchObject({ value: { grant: { untriedKey: fingerprint } } });
    expect(audited).toMatchObject([{ what: 'mint', untriedKey: fingerprint }, { untriedKey: fingerprint }]);
    expect(accepted).toEqual([]);
  });

  it.each([null, '01234567'])('is not named otherwise (%s is untried)', async (other) => {
    const { broker, audited } = setUpUntried(other);
    const granted = await broker.grant('practice', 'sip', 'asked');
    expect(granted.ok && granted.value).not.toHaveProperty('untriedKey');
    expect(audited[0]).not.toHaveProperty('untriedKey');
  });

  it('and that its own system issued is accepted with the token that it gave', async () => {
    const line = EXAMPLE_PROFILES.find(({ provider }) => provider.kind === 'sautikit');
    if (line === undefined) expect.unreachable();
    const minting = mintingProvider(() =>
      Promise.resolve(ok({ kind: 'token' as const, token: 't', issuedAt: 1000, expiresAt: 301_000 })),
    );
    const { broker, accepted } = setUpUntried(fingerprint, line, { sautikit: minting });
    const granted = await broker.grant(line.id, 'sip', 'asked');
    expect(granted.ok && granted.value).not.toHaveProperty('untriedKey');
    expect(accepted).toEqual([fingerprint]);
    const refusing = setUpUntried(fingerprint, line, { sautikit: refusingProvider });
    await refusing.broker.grant(line.id, 'sip', 'asked');
    expect(refusing.accepted).toEqual([]);
  });
});
