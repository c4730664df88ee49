/** Phones that visit a server for one test: the engine's real code, or a raw SIP client. Whoever came, leaves. */
import { createHash } from 'node:crypto';
import { WebSocket } from 'ws';
import { ok } from '../../src/contracts/base/result';
import type { Grant } from '../../src/contracts/profile/grant';
import { installFakeWebRtc, type FakeSettings } from '../support/phones/fake-peer-connection';
import { createTestPhone, type TestPhone } from '../support/phones/phone';
import { SipClient } from '../support/phones/sip-client';
import type { Duty, Proof, Numbers, ServerUnderTest } from './server-under-test';

/** More claims of a visitor's tokens. */
type Claims = Readonly<Record<string, unknown>>;

export interface Visitors {
  /** A user name that no other test has: a server may remember who left only a moment ago. */
  readonly user: () => string;
  readonly grant: (user: string, lifeS?: number, claims?: Claims) => Promise<Grant>;
  /** A phone that is registered. */
  readonly phone: (user?: string, claims?: Claims) => Promise<TestPhone & { readonly user: string }>;
  /** A raw client with an open flow; `lifeS` is its token's life in s. */
  readonly flow: (
    user?: string,
    options?: { readonly lifeS?: number; readonly instance?: string; readonly claims?: Claims },
  ) => Promise<SipClient>;
  /** A raw client that is registered. */
  readonly client: (user?: string, claims?: Claims) => Promise<SipClient>;
  readonly leave: () => Promise<void>;
}

let visits = 1000;

/** Opens the doors to `server`; fake WebRTC stands in for the browser until `leave`. */
export function welcome(
  server: Pick<ServerUnderTest, 'url' | 'domain' | 'mint'> & Partial<Pick<ServerUnderTest, 'password' | 'user'>>,
  settings: Partial<FakeSettings> = {},
): Visitors {
  const uninstall = installFakeWebRtc(settings);
  const phones: TestPhone[] = [];
  const clients: SipClient[] = [];
  const user = (): string => {
    const given = server.user?.();
    if (given !== undefined) return given;
    visits += 1;
    return String(visits);
  };
  /** What the user proves itself with, and how. */
  const proofOf = async (name: string, lifeS: number, claims: Claims, keep?: 'keep'): Promise<Proof> => {
    const password = await server.password?.(name, keep);
    if (password !== undefined)
      return { presentation: { kind: 'digest', realm: 'asterisk', username: name, password }, secret: password };
    const token = server.mint({ sub: name, lifeS, claims });
    return { presentation: { kind: 'query', parameter: 'token', token }, secret: token };
  };
  const grant = async (name: string, lifeS = 300, claims: Claims = {}): Promise<Grant> => {
    const now = Date.now();
    const { presentation, secret } = await proofOf(name, lifeS, claims);
    return {
      profileId: 'contract',
      purpose: 'sip',
      issuedAt: now,
      expiresAt: now + lifeS * 1000,
      fingerprint: createHash('sha256').update(secret).digest('hex').slice(0, 8),
      presentation,
      url: server.url,
      identity: `${name}@${server.domain}`,
      displayName: '',
      instanceId: `6f1f6a8e-53a0-4a4e-9f0b-${name.padStart(12, '0').slice(-12)}`,
      iceServers: [],
    };
  };
  const credentialsOf = async (name: string, lifeS: number, claims: Claims) => {
    const { presentation, secret } = await proofOf(name, lifeS, claims, 'keep');
    return presentation.kind === 'digest' ? { bare: true, password: secret } : { token: secret };
  };
  const flow: Visitors['flow'] = async (name = user(), { lifeS = 300, claims = {}, ...options } = {}) => {
    const client = await SipClient.open(server.url, name, {
      ...options,
      ...(await credentialsOf(name, lifeS, claims)),
      domain: server.domain,
    });
    clients.push(client);
    return client;
  };
  return {
    user,
    grant,
    flow,
    phone: async (name = user(), claims = {}) => {
      const phone = createTestPhone({ WebSocket, mint: async () => ok(await grant(name, 300, claims)) });
      phones.push(phone);
      phone.agent.start();
      await phone.registered();
      return { ...phone, user: name };
    },
    client: async (name = user(), claims = {}) => {
      const client = await flow(name, { claims });
      const answer = await client.register();
      if (answer.status !== 200) throw new Error(`REGISTER was answered with ${answer.status}`);
      return client;
    },
    leave: async () => {
      await Promise.all(phones.map((phone) => phone.agent.stop()));
      await Promise.all(clients.map((client) => client.drop()));
      uninstall();
    },
  };
}

/** What a part of the contract is given: the server, and the visitors of the test that runs. */
export interface ContractRoom {
  readonly server: () => ServerUnderTest;
  readonly visitors: () => Visitors;
  /** Whether the server takes this upon itself. */
  readonly has: (duty: Duty) => boolean;
  readonly numbers: Numbers;
}
