/** A SIP server that wants the token in one certain way, and phones that present it so: the practice gateway, or the lab's Kamailio. */
import { createHash, createHmac } from 'node:crypto';
import type { Grant, GrantPresentation } from '../../../src/contracts/profile/grant';
import type { Presentation } from '../../../src/contracts/profile/profile';
import { startGateway } from '../../../src/gateway/index';
import { startLab } from '../../lab/lab';
import { installFakeWebRtc } from './fake-peer-connection';
import { createTestPhone, type TestPhone } from './phone';
import { SipClient } from './sip-client';
import { mintToken, TEST_DOMAIN, TEST_KEY } from './test-tokens';
import { tapWebSockets, type TappedSocket } from './tapped-web-socket';

/** What a grant is made with; `key` and `lifeS` (default 300) may make it useless. */
export interface MintParts {
  readonly key?: string;
  readonly lifeS?: number;
}

export interface PresentingServer {
  readonly url: string;
  readonly domain: string;
  /** A JWT, or the password of this SIP user. */
  readonly token: (user: string, parts: MintParts) => string;
  readonly password: (username: string, parts: MintParts) => string;
  /** Tokens that were seen where they do not belong; null: this server does not count them. */
  readonly strays: () => number | null;
  readonly close: () => Promise<void>;
}

/** The ways in, as a gateway is configured for them. */
export interface Way {
  readonly name: string;
  readonly presentation: Presentation;
}

export const WAYS: readonly Way[] = [
  { name: 'query', presentation: { kind: 'query', parameter: 'token' } },
  { name: 'subprotocol', presentation: { kind: 'subprotocol', template: 'bearer.<token>' } },
  { name: 'bearer', presentation: { kind: 'bearer', header: 'Authorization', realm: '' } },
  { name: 'bearer in a header of its own', presentation: { kind: 'bearer', header: 'X-Own-Token', realm: '' } },
  { name: 'digest', presentation: { kind: 'digest', realm: '' } },
  { name: 'main-injected', presentation: { kind: 'main-injected' } },
];

const passwordOf = (key: string, username: string): string => createHmac('sha1', key).update(username).digest('base64');
const headerOption = (presentation: Presentation): { readonly bearerHeader?: string } =>
  presentation.kind === 'bearer' ? { bearerHeader: presentation.header } : {};

/** The practice gateway, taking this presentation and no other. */
export async function presentingGateway({ presentation }: Way): Promise<PresentingServer> {
  const started = await startGateway({
    port: 0,
    keys: { active: TEST_KEY },
    domain: TEST_DOMAIN,
    accepts: [presentation.kind],
    ...headerOption(presentation),
  });
  if (!started.ok) throw new Error(started.failure.sentence);
  const gateway = started.value;
  return {
    url: gateway.url,
    domain: TEST_DOMAIN,
    token: (sub, parts) => mintToken({ sub, ...parts }),
    password: (username, { key = TEST_KEY }) => passwordOf(key, username),
    strays: () => gateway.stats().strayTokens,
    close: gateway.close,
  };
}

/** The lab's Kamailio, configured for this presentation. */
export async function presentingKamailio({ presentation }: Way): Promise<PresentingServer> {
  const lab = await startLab({ presentation: presentation.kind, ...headerOption(presentation) });
  return {
    url: lab.url,
    domain: lab.domain,
    token: (sub, parts) => lab.mint({ sub, ...parts }),
    password: (username, { key = lab.activeKey }) => passwordOf(key, username),
    strays: () => null,
    close: lab.close,
  };
}

export interface PresentingPhone extends TestPhone {
  readonly user: string;
  /** Raw: what the gateway and everybody on the way can see. */
  readonly sockets: readonly TappedSocket[];
  /** The secrets that were minted for it, oldest first. */
  readonly secrets: readonly string[];
  /** Main renews ahead of expiry. */
  readonly renewNow: () => void;
}

export interface PresentingFixture {
  /** A phone of a user of its own, not started; `parts` say for each grant (counted from 0) what it is made with. */
  readonly phone: (parts?: (count: number) => MintParts) => PresentingPhone;
  /** A raw client that is registered with the token in its REGISTER. For `bearer` only. */
  readonly client: () => Promise<SipClient>;
  readonly leave: () => Promise<void>;
}

let users = 2000;

/** Opens the room for one test. */
export function openPresentingFixture(server: PresentingServer, { presentation }: Way): PresentingFixture {
  const uninstall = installFakeWebRtc();
  const phones: TestPhone[] = [];
  const clients: SipClient[] = [];
  const nextUser = (): string => String((users += 1));

  const granted = (user: string, parts: MintParts): { readonly grant: Grant; readonly secret: string } => {
    const issuedAt = Date.now();
    const { lifeS = 300 } = parts;
    const username = `${Math.floor(issuedAt / 1000) + lifeS}:${user}`;
    const secret = presentation.kind === 'digest' ? server.password(username, parts) : server.token(user, parts);
    const realm = server.domain;
    const presented = (): GrantPresentation => {
      if (presentation.kind === 'digest') return { kind: 'digest', realm, username, password: secret };
      if (presentation.kind === 'bearer') return { kind: 'bearer', header: presentation.header, realm, token: secret };
      return presentation.kind === 'main-injected' ? presentation : { ...presentation, token: secret };
    };
    return {
      secret,
      grant: {
        profileId: 'presenting',
        purpose: 'sip',
        issuedAt,
        expiresAt: issuedAt + lifeS * 1000,
        fingerprint: createHash('sha256').update(secret).digest('hex').slice(0, 8),
        presentation: presented(),
        url: server.url,
        identity: `${user}@${server.domain}`,
        displayName: '',
        instanceId: `6f1f6a8e-53a0-4a4e-9f0b-${user.padStart(12, '0')}`,
        iceServers: [],
      },
    };
  };

  return {
    phone: (parts = () => ({})) => {
      const user = nextUser();
      const secrets: string[] = [];
      const mint = (): Grant => {
        const { grant, secret } = granted(user, parts(secrets.length));
        secrets.push(secret);
        return grant;
      };
      const tap = tapWebSockets(() =>
        presentation.kind === 'main-injected' ? { Authorization: `Bearer ${secrets.at(-1) ?? ''}` } : {},
      );
      const phone = createTestPhone({ WebSocket: tap.WebSocket, mint });
      phones.push(phone);
      return { ...phone, user, sockets: tap.sockets, secrets, renewNow: () => phone.renew(mint()) };
    },
    client: async () => {
      if (presentation.kind !== 'bearer') throw new Error('this client presents its token in REGISTER');
      const { header } = presentation;
      const user = nextUser();
      const token = server.token(user, {});
      const client = await SipClient.open(server.url, user, { bare: true, domain: server.domain });
      clients.push(client);
      const answer = await client.register(300, [
        { name: header, value: header === 'Authorization' ? `Bearer ${token}` : token },
      ]);
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

/**
 * Where secrets of this phone were: `query`, `subprotocol`, or `METHOD header` (within a dialog: `METHOD in dialog header`), once each, in
 * the order in which they were first there.
 */
export function secretPlaces({ sockets, secrets }: Pick<PresentingPhone, 'sockets' | 'secrets'>): string[] {
  const has = (text: string): boolean =>
    secrets.some((secret) => text.includes(secret) || decodeURIComponent(text).includes(secret));
  const places = sockets.flatMap(({ url, protocols, sent }) => [
    ...(secrets.some((secret) => new URL(url).searchParams.get('token') === secret)
      ? ['query']
      : has(url)
        ? ['elsewhere in the URL']
        : []),
    ...(protocols.some((name) => secrets.some((secret) => name.includes(secret))) ? ['subprotocol'] : []),
    ...sent.flatMap((text) =>
      text
        .split('\r\n')
        .flatMap((line) =>
          secrets.some((secret) => line.includes(secret))
            ? [
                `${/^(\S+)/.exec(text)?.[1] ?? ''}${/^To:.*;tag=/im.test(text) ? ' in dialog' : ''} ${line.slice(0, line.indexOf(':'))}`,
              ]
            : [],
        ),
    ),
  ]);
  return [...new Set(places)];
}

/** Whether this phone ever said who it is by digest, and in which requests. */
export function digestPlaces({ sockets }: Pick<PresentingPhone, 'sockets'>): string[] {
  const answers = sockets.flatMap(({ sent }) =>
    sent.filter((text) => /^(?:Proxy-)?Authorization: Digest /im.test(text)),
  );
  return [
    ...new Set(
      answers.map((text) => `${/^(\S+)/.exec(text)?.[1] ?? ''}${/^To:.*;tag=/im.test(text) ? ' in dialog' : ''}`),
    ),
  ];
}
