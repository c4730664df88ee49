/** The real practice gateway with the engine's real phones around it, for one test; everything it opens, it closes. */
import { createHash } from 'node:crypto';
import { WebSocket } from 'ws';
import type { Grant } from '../../../src/contracts/profile/grant';
import { startGateway, type GatewayHandle } from '../../../src/gateway/index';
import { installFakeWebRtc, type FakeSettings } from '../phones/fake-peer-connection';
import { createTestPhone, type TestPhone } from '../phones/phone';
import { mintToken, TEST_DOMAIN, TEST_KEY } from '../phones/test-tokens';

export interface PracticeFixture {
  readonly gateway: () => GatewayHandle;
  /** A phone for this user, not started; `lifeS` is its tokens' life in seconds. */
  readonly phone: (user: string, lifeS?: number) => TestPhone;
  /** A grant as main would mint it. */
  readonly grant: (user: string, lifeS?: number) => Grant;
  /** Breaks something through the fault port. */
  readonly fault: (path: string, body?: object) => Promise<void>;
  /** Ends the gateway as a crash would, and starts another one on the same port. */
  readonly kill: () => Promise<void>;
  readonly restart: () => Promise<void>;
  readonly leave: () => Promise<void>;
}

/** Opens a room. */
export async function openPracticeFixture(settings: Partial<FakeSettings> = {}): Promise<PracticeFixture> {
  const uninstall = installFakeWebRtc(settings);
  const phones: TestPhone[] = [];
  const start = async (port: number): Promise<GatewayHandle> => {
    const started = await startGateway({ port, keys: { active: TEST_KEY }, domain: TEST_DOMAIN, faults: true });
    if (!started.ok) throw new Error(started.failure.sentence);
    return started.value;
  };
  let gateway = await start(0);
  const { port } = gateway;
  const grant = (user: string, lifeS = 300): Grant => {
    const now = Date.now();
    const token = mintToken({ sub: user, lifeS });
    return {
      profileId: 'practice',
      purpose: 'sip',
      issuedAt: now,
      expiresAt: now + lifeS * 1000,
      fingerprint: createHash('sha256').update(token).digest('hex').slice(0, 8),
      presentation: { kind: 'query', parameter: 'token', token },
      url: `ws://127.0.0.1:${port}/`,
      identity: `${user}@${TEST_DOMAIN}`,
      displayName: '',
      instanceId: `6f1f6a8e-53a0-4a4e-9f0b-0d2a4d7c${user.padStart(4, '0').slice(-4)}`,
      iceServers: [],
    };
  };
  return {
    gateway: () => gateway,
    grant,
    phone: (user, lifeS) => {
      const phone = createTestPhone({ WebSocket, mint: () => grant(user, lifeS) });
      phones.push(phone);
      return phone;
    },
    fault: async (path, body = {}) => {
      const response = await fetch(new URL(path, gateway.faultUrl ?? ''), {
        method: 'POST',
        body: JSON.stringify(body),
      });
      if (!response.ok) throw new Error(`the fault port refused ${path}: ${response.status}`);
    },
    kill: () => gateway.close(),
    restart: async () => {
      gateway = await start(port);
    },
    leave: async () => {
      await Promise.all(phones.map((phone) => phone.agent.stop()));
      await gateway.close();
      uninstall();
    },
  };
}
