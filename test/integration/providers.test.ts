/** Providers against real servers: what the vendor's own client says of the fake and of our token, and what the engine's real code does with a token of a system that nobody has heard of. */
import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Profile, ProfileInput } from '../../src/contracts/profile/profile';
import { ok, type Result } from '../../src/contracts/base/result';
import type { Grant } from '../../src/contracts/profile/grant';
import { startGateway, type GatewayHandle, type StartOptions } from '../../src/gateway/index';
import type { NewAuditEntry } from '../../src/main/audit/audit-log';
import { createBroker, type Broker } from '../../src/main/tokens/broker';
import { systemClock } from '../../src/main/base/clock';
import { createGrantPolicy } from '../../src/main/policy/policy';
import { createGenericHttp } from '../../src/main/providers/generic-http';
import { createHttpClient } from '../../src/main/providers/http';
import { createSautikit } from '../../src/main/providers/sautikit';
import { FakePeerConnection, installFakeWebRtc } from '../support/phones/fake-peer-connection';
import { openFakeSautikit } from '../support/servers/fake-sautikit';
import {
  answerJson,
  openHttpServer,
  type Answer,
  type HttpServerUnderTest,
} from '../support/servers/hostile-http-server';
import { createTestPhone } from '../support/phones/phone';
import { lineOf, testKey } from '../support/servers/provider-fixture';
import { mintToken, TEST_DOMAIN, TEST_KEY } from '../support/phones/test-tokens';
import { tapWebSockets } from '../support/phones/tapped-web-socket';
import { providersOf } from '../support/servers/token-providers';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});
const opened = async <T extends HttpServerUnderTest>(server: Promise<T>): Promise<T> => {
  const one = await server;
  cleanUp.push(one.close);
  return one;
};
const newHttp = () => createHttpClient({ clock: systemClock, random: Math.random });

interface Line {
  readonly profile: Profile;
  readonly broker: Broker;
  readonly audited: NewAuditEntry[];
}

/** A broker with one line, its key, and the providers that ask servers. */
function lineWith(profile: Profile, { key }: ReturnType<typeof testKey>): Line {
  const http = newHttp();
  const audited: NewAuditEntry[] = [];
  const broker = createBroker({
    profiles: {
      find: (id) => (id === profile.id ? profile : null),
      instanceId: () => '6f1f6a8e-53a0-4a4e-9f0b-000000001001',
    },
    policy: createGrantPolicy(systemClock),
    keys: {
      active: () => Promise.resolve(ok(key)),
      noteMint: () => undefined,
      untried: () => null,
      accepted: () => Promise.resolve(ok(null)),
    },
    providers: providersOf({ sautikit: createSautikit(http), 'generic-http': createGenericHttp(http) }),
    gatewayUrl: ({ gatewayUrl }) => Promise.resolve(ok(gatewayUrl)),
    audit: (entry) => audited.push(entry),
    auditKept: () => Promise.resolve(ok(null)),
    onMinted: () => undefined,
    now: systemClock.wall,
  });
  return { profile, broker, audited };
}

async function practiceGateway(options: Partial<StartOptions> = {}): Promise<GatewayHandle> {
  const started = await startGateway({ port: 0, keys: { active: TEST_KEY }, domain: TEST_DOMAIN, ...options });
  if (!started.ok) throw new Error(started.failure.sentence);
  cleanUp.push(started.value.close);
  return started.value;
}

/** The engine's real code with grants of this line's broker; resolves when it has registered. */
async function registeredPhone({ broker, profile }: Line) {
  cleanUp.push(installFakeWebRtc());
  const grants: Grant[] = [];
  const phone = createTestPhone({
    WebSocket: tapWebSockets(() => ({})).WebSocket,
    mint: async (): Promise<Result<Grant>> => {
      const granted = await broker.grant(profile.id, 'sip', 'asked');
      if (!granted.ok) return granted;
      if (granted.value.purpose !== 'sip') throw new Error('a grant for another purpose');
      grants.push(granted.value);
      return ok(granted.value);
    },
  });
  cleanUp.push(() => phone.agent.stop());
  phone.agent.start();
  await phone.registered();
  return { phone, grants };
}

describe('a system that nobody has heard of', () => {
  const profileFor = (
    url: string,
    parts: Partial<Extract<ProfileInput['provider'], { kind: 'generic-http' }>> = {},
    more: Partial<ProfileInput> = {},
  ): Profile =>
    lineOf(
      {
        kind: 'generic-http',
        url: `${url}/issue?for=phones`,
        headers: [{ name: 'X-Issuer-Key', value: 'Key <key>' }],
        body: '{"subject": "{user}", "domain": "{domain}", "seconds": "{life}"}',
        token: '/result/0/jwt',
        expiresAt: '/result/0/until',
        gatewayUrl: '/gateway',
        iceServers: '/ice',
        ...parts,
      },
      { identity: `1001@${TEST_DOMAIN}`, gatewayUrl: '', ...more },
    );

  /** Signs for the practice gateway, as a company's own token service would. */
  const issuer =
    (keyText: string, gatewayUrl: string): Answer =>
    (seen, response) => {
      const { subject, seconds } = z.object({ subject: z.string(), seconds: z.number() }).parse(JSON.parse(seen.body));
      const answer =
        seen.headers['x-issuer-key'] !== `Key ${keyText}`
          ? answerJson(401, { why: seen.headers['x-issuer-key'] })
          : answerJson(200, {
              result: [
                { jwt: mintToken({ sub: subject, lifeS: seconds }), until: Math.floor(Date.now() / 1000) + seconds },
              ],
              gateway: gatewayUrl,
              ice: [
                { urls: 'turn:127.0.0.1:3478', username: 'u', credential: 'for minutes' },
                { urls: ['https://evil.example', 'turn:127.0.0.1:3479'] },
              ],
            });
      answer(seen, response);
    };

  it('registers the engine at the gateway that the answer names, with the token from there', async () => {
    const key = testKey();
    const gateway = await practiceGateway();
    const server = await opened(openHttpServer(issuer(key.text, gateway.url)));
    const line = lineWith(profileFor(server.url), key);
    const { phone, grants } = await registeredPhone(line);
    expect(gateway.stats()).toMatchObject({ flows: 1, bindings: 1, acceptedBy: { active: 1, next: 0 } });
    expect(server.requests).toMatchObject([
      {
        method: 'POST',
        path: '/issue?for=phones',
        body: JSON.stringify({ subject: '1001', domain: TEST_DOMAIN, seconds: 300 }),
      },
    ]);
    expect(grants).toMatchObject([
      { url: gateway.url, iceServers: [{ urls: ['turn:127.0.0.1:3478'], username: 'u', credential: 'for minutes' }] },
    ]);
    expect(phone.events.filter(({ kind }) => kind === 'token-minted')).toMatchObject([
      {
        detail: expect.stringMatching(
          /ICE addresses left out: 1 no browser takes, 1 without a user or a credential$/,
        ) as unknown,
      },
    ]);
    // The key went to the server's header, and to nothing that a window or a log sees.
    expect(JSON.stringify([grants, line.audited, phone.trace, phone.events])).not.toContain(key.text);
    expect(line.audited).toMatchObject([{ what: 'mint', profileId: 'line-1', purpose: 'sip', cause: 'asked' }]);
  });

  it('registers by digest where it gives a user and a password', async () => {
    const key = testKey();
    const gateway = await practiceGateway({ accepts: ['digest'] });
    const username = `${Math.floor(Date.now() / 1000) + 120}:1001`;
    const password = createHmac('sha1', TEST_KEY).update(username).digest('base64');
    const server = await opened(openHttpServer(answerJson(200, { username, password, expires_in: 120 })));
    const profile = profileFor(
      server.url,
      {
        token: '',
        username: '/username',
        password: '/password',
        expiresAt: '/expires_in',
        gatewayUrl: '',
        iceServers: '',
      },
      { gatewayUrl: gateway.url, presentation: { kind: 'digest' } },
    );
    const { grants } = await registeredPhone(lineWith(profile, key));
    expect(gateway.stats()).toMatchObject({ bindings: 1, acceptedBy: { active: 1 } });
    expect(grants).toMatchObject([{ presentation: { kind: 'digest', username } }]);
  });

  it('is asked once by two who ask at the same time, and not again after it refused the key', async () => {
    const key = testKey();
    const server = await opened(openHttpServer(issuer(key.text, 'ws://127.0.0.1:1/')));
    const line = lineWith(profileFor(server.url), key);
    const [one, two] = await Promise.all([
      line.broker.grant('line-1', 'sip', 'asked'),
      line.broker.grant('line-1', 'sip', 'renewal'),
    ]);
    expect(one.ok && one).toBe(two);
    expect(server.requests).toHaveLength(1);

    const stranger = lineWith(profileFor(server.url), testKey());
    for (let count = 0; count < 3; count += 1)
      expect(await stranger.broker.grant('line-1', 'sip', 'asked')).toMatchObject({
        ok: false,
        failure: { reason: 'provider-refused', action: 'open-keys' },
      });
    expect(server.requests).toHaveLength(2);
  });

  it('can not lead a token to a gateway that the profile does not allow', async () => {
    const key = testKey();
    const server = await opened(openHttpServer(issuer(key.text, 'wss://evil.example.com/')));
    expect(await lineWith(profileFor(server.url), key).broker.grant('line-1', 'sip', 'asked')).toMatchObject({
      ok: false,
      failure: { reason: 'answer-invalid' },
    });
  });
});

describe('Sautikit', () => {
  it('registers the engine at the endpoint of the answer', async () => {
    const key = testKey();
    const gateway = await practiceGateway();
    const fake = await opened(
      openFakeSautikit({ key: key.text, mint: () => mintToken({ sub: '1001' }), gatewayUrl: gateway.url }),
    );
    const profile = lineOf(
      { kind: 'sautikit', baseUrl: fake.url, generation: 'webrtc' },
      { identity: `1001@${TEST_DOMAIN}`, gatewayUrl: '' },
    );
    const { grants } = await registeredPhone(lineWith(profile, key));
    expect(gateway.stats()).toMatchObject({ flows: 1, bindings: 1 });
    expect(grants[0]?.iceServers).toHaveLength(2);
  });

  it('each call has the ICE servers of the newest grant: what an older one brought has ended', async () => {
    const key = testKey();
    const gateway = await practiceGateway();
    let made = 0;
    const turnServer = (): object => ({
      iceServers: [{ urls: 'turn:127.0.0.1:3478', username: 'u', credential: `made-${made}` }],
    });
    const server = await opened(
      openHttpServer((seen, response) => {
        made += 1;
        answerJson(200, {
          token: mintToken({ sub: '1001' }),
          endpoint: gateway.url,
          expiresIn: 300,
          turnServer: turnServer(),
        })(seen, response);
      }),
    );
    const line = lineWith(
      lineOf(
        { kind: 'sautikit', baseUrl: server.url, generation: 'webrtc' },
        { identity: `1001@${TEST_DOMAIN}`, gatewayUrl: '' },
      ),
      key,
    );
    const { phone } = await registeredPhone(line);
    const credentialOfNext = async (): Promise<unknown> => {
      const placed = await phone.agent.place('echo');
      if (!placed.ok) expect.unreachable(placed.failure.sentence);
      await expect.poll(() => phone.agent.snapshot().calls.at(-1)?.phase).not.toBe('dialing');
      phone.agent.act(placed.value, { verb: 'end' });
      return FakePeerConnection.all.at(-1)?.configuration;
    };
    expect(await credentialOfNext()).toMatchObject({ iceServers: [{ credential: 'made-1' }] });
    const renewed = await line.broker.grant('line-1', 'sip', 'renewal');
    if (!renewed.ok || renewed.value.purpose !== 'sip') expect.unreachable();
    phone.renew(renewed.value);
    await expect.poll(() => gateway.stats().acceptedBy.active).toBe(2);
    await expect.poll(credentialOfNext).toMatchObject({ iceServers: [{ credential: 'made-2' }] });
  });
});
