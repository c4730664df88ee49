/** Tokens by a private key, end to end: main's own signing, the phone engine, and a gateway that knows the public half alone. */
import { WebSocket } from 'ws';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Profile } from '../../src/contracts/profile/profile';
import { ok } from '../../src/contracts/base/result';
import type { Grant } from '../../src/contracts/profile/grant';
import { FlowTokens } from '../../src/gateway/flow-token';
import { startGateway, type GatewayHandle } from '../../src/gateway/index';
import type { GatewayKey } from '../../src/gateway/verifying-key';
import { makeKey, publicKeyOf } from '../../src/main/secrets/key-kinds';
import { createLocalJwt } from '../../src/main/providers/local-jwt';
import { fingerprintOf, type Secret } from '../../src/main/secrets/secret';
import { installFakeWebRtc } from '../support/phones/fake-peer-connection';
import { createTestPhone, type TestPhone } from '../support/phones/phone';
import { TEST_DOMAIN } from '../support/phones/test-tokens';
import { exampleProfile } from '../support/app/example-profile';

type PublicAlgorithm = 'RS256' | 'ES256' | 'EdDSA';
const provider = createLocalJwt(() => Date.now());
const line = (user: string, algorithm: PublicAlgorithm, policy: object = {}, meta: object = {}): Profile =>
  exampleProfile({
    id: 'signed',
    name: 'Signed',
    environment: 'staging',
    provider: { kind: 'local-jwt', audience: 'practice', algorithm, keyId: '{fingerprint}', meta },
    identity: `${user}@${TEST_DOMAIN}`,
    gatewayUrl: 'wss://pbx.example.com',
    policy,
  });

async function newKey(algorithm: PublicAlgorithm): Promise<{
  readonly secret: Secret;
  readonly asPem: GatewayKey;
  readonly asJwk: GatewayKey;
  readonly fingerprint: string;
}> {
  const secret = await makeKey(line('1001', algorithm));
  const shown = secret.ok ? publicKeyOf(secret.value, line('1001', algorithm)) : secret;
  if (!secret.ok || !shown.ok) throw new Error('no key');
  const { pem, jwk, fingerprint } = shown.value;
  return {
    secret: secret.value,
    asPem: { algorithm, publicKey: pem },
    asJwk: { algorithm, publicKey: jwk },
    fingerprint,
  };
}

let lines: string[] = [];
async function gatewayWith(active: GatewayKey, next?: GatewayKey): Promise<GatewayHandle> {
  const started = await startGateway({
    port: 0,
    domain: TEST_DOMAIN,
    keys: { active, ...(next === undefined ? {} : { next }) },
    log: (one) => lines.push(one),
  });
  if (!started.ok) throw new Error(started.failure.sentence);
  onTestFinished(started.value.close);
  return started.value;
}

async function mint(profile: Profile, { secret }: { readonly secret: Secret }, url: string): Promise<Grant> {
  const minted = await provider.mint(
    { profile, purpose: 'sip', lifeS: 300 },
    { fingerprint: secret.fingerprint, open: () => Promise.resolve(ok(secret)) },
  );
  if (!minted.ok || minted.value.kind !== 'token') throw new Error('no token');
  const { token, issuedAt, expiresAt } = minted.value;
  return {
    profileId: profile.id,
    purpose: 'sip',
    issuedAt,
    expiresAt,
    fingerprint: fingerprintOf(token),
    presentation: { kind: 'query', parameter: 'token', token },
    url,
    identity: profile.identity,
    displayName: '',
    instanceId: '6f1f6a8e-53a0-4a4e-9f0b-000000001001',
    iceServers: [],
  };
}

/** The engine's real code; its grants come from main's own signing. */
async function phoneOf(profile: Profile, key: { readonly secret: Secret }, url: string): Promise<TestPhone> {
  const granted = await mint(profile, key, url);
  const phone = createTestPhone({ WebSocket, mint: () => granted });
  onTestFinished(() => phone.agent.stop());
  phone.agent.start();
  return phone;
}

let uninstall = (): void => undefined;
beforeEach(() => {
  lines = [];
  uninstall = installFakeWebRtc();
});
afterEach(() => uninstall());

describe.each(['ES256', 'EdDSA', 'RS256'] as const)('a line that signs with %s', (algorithm) => {
  it('registers and calls where the gateway has the public half, as PEM or as JWK', async () => {
    const key = await newKey(algorithm);
    for (const half of [key.asPem, key.asJwk]) {
      const gateway = await gatewayWith(half);
      const [asha, kamau] = await Promise.all([
        phoneOf(line('1001', algorithm), key, gateway.url),
        phoneOf(line('1002', algorithm), key, gateway.url),
      ]);
      await Promise.all([asha.registered(), kamau.registered()]);
      expect((await asha.agent.place('1002')).ok).toBe(true);
      await kamau.agent.act((await kamau.call('ringing')).id, { verb: 'answer' });
      const { id } = await asha.call('active');
      asha.agent.act(id, { verb: 'end' });
      await kamau.call('ended');
      expect(gateway.stats().acceptedBy).toEqual({ active: 2, next: 0 });
    }
  });

  it('is refused by a gateway with another public half, until that has this one as its next', async () => {
    const [key, other] = [await newKey(algorithm), await newKey(algorithm)];
    const gateway = await gatewayWith(other.asPem);
    const refused = await phoneOf(line('1001', algorithm), key, gateway.url);
    await refused.until(({ registration }) => registration.phase === 'waiting');
    expect(lines.join('\n')).toContain('handshake refused: signature');
    await refused.agent.stop();
    expect(gateway.setKeys({ active: other.asPem, next: key.asJwk }).ok).toBe(true);
    await (await phoneOf(line('1001', algorithm), key, gateway.url)).registered();
    expect(gateway.stats().acceptedBy).toEqual({ active: 0, next: 1 });
  });

  it('may call whom its policy says, for the gateway reads the same rules from the token, and logs its meta', async () => {
    const key = await newKey(algorithm);
    const gateway = await gatewayWith(key.asPem);
    const policy = { maxCallS: 600, dial: { allow: ['10??', 'echo'], deny: ['1003'] } };
    const [asha, kamau] = await Promise.all([
      phoneOf(line('1001', algorithm, policy, { team: 'sales' }), key, gateway.url),
      phoneOf(line('1003', algorithm), key, gateway.url),
    ]);
    await Promise.all([asha.registered(), kamau.registered()]);
    expect((await asha.agent.place('1003')).ok).toBe(true);
    expect(await asha.call('ended')).toMatchObject({
      cause: 'refused',
      details: expect.stringContaining('dial rule') as unknown,
    });
    expect(kamau.agent.snapshot().calls).toEqual([]);
    expect(lines.join('\n')).toContain('meta team=sales');
    expect(asha.grantsGiven()).toBe(1);
  });
});

it('the routes of dialogs are not signed with what everybody knows', async () => {
  const key = await newKey('EdDSA');
  const gateway = await gatewayWith(key.asPem);
  const [asha, kamau] = await Promise.all([
    phoneOf(line('1001', 'EdDSA'), key, gateway.url),
    phoneOf(line('1002', 'EdDSA'), key, gateway.url),
  ]);
  await Promise.all([asha.registered(), kamau.registered()]);
  await asha.agent.place('1002');
  await kamau.call('ringing');
  const [route = ''] = kamau.trace.flatMap(({ text }) => /Record-Route: <sip:([^@]+)@/.exec(text)?.[1] ?? []);
  expect(route).not.toBe('');
  const known = [
    key.fingerprint,
    '',
    JSON.stringify(key.asPem),
    ...[key.asPem, key.asJwk].map((one) =>
      typeof one === 'string' ? one : typeof one.publicKey === 'string' ? one.publicKey : JSON.stringify(one.publicKey),
    ),
  ];
  for (const text of known) expect(new FlowTokens(text).read(route)).toBeNull();
});

it('digest and a public key do not go together, and a private key is none for a gateway', async () => {
  const key = await newKey('ES256');
  const keys = { active: key.asPem };
  expect(await startGateway({ port: 0, keys, accepts: ['digest'] })).toMatchObject({
    ok: false,
    failure: { reason: 'key-unusable' },
  });
  const privatePem = key.secret.use((bytes) => Buffer.from(bytes).toString());
  const refused = await startGateway({ port: 0, keys: { active: { algorithm: 'ES256', publicKey: privatePem } } });
  expect(refused).toMatchObject({ ok: false, failure: { reason: 'key-unusable' } });
  expect(await startGateway({ port: 0, keys: { active: privatePem } })).toMatchObject({
    ok: false,
    failure: { reason: 'key-unusable' },
  });
});
