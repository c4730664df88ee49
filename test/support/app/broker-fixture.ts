/** A broker among stand-ins. */
import { vi } from 'vitest';
import type { AnyGrant } from '../../../src/contracts/profile/grant';
import {} from '../../../src/contracts/profile/profile';
import { ok } from '../../../src/contracts/base/result';
import type { NewAuditEntry } from '../../../src/main/audit/audit-log';
import { createBroker, type BrokerPorts } from '../../../src/main/tokens/broker';
import { createGrantPolicy } from '../../../src/main/policy/policy';
import { practiceProfile } from '../../../src/main/profiles/practice-profile';
import type { TokenProvider } from '../../../src/main/providers/token-provider';
import { Secret } from '../../../src/main/secrets/secret';
import { mintingProvider, providersOf } from '../servers/token-providers';
import { exampleProfile } from './example-profile';

/** The Practice line. */
export const profile = practiceProfile(null, null);
/** Where its gateway is now. */
export const URL_NOW = 'ws://127.0.0.1:4000/';

/** Ports that stand in for the usual ones. */
export type Replaced = Partial<Omit<BrokerPorts, 'providers'>> & {
  readonly providers?: Partial<BrokerPorts['providers']>;
};

/** A broker of the Practice line, with what it audited and told. */
export function setUp({ providers, ...replaced }: Replaced = {}) {
  const audited: NewAuditEntry[] = [];
  const minted: { grant: AnyGrant; token: string | null }[] = [];
  let count = 0;
  const mint = vi.fn<TokenProvider['mint']>(() => {
    count += 1;
    return Promise.resolve(ok({ kind: 'token' as const, token: `token-${count}`, issuedAt: 1000, expiresAt: 301_000 }));
  });
  const secret = Secret.generate();
  const broker = createBroker({
    profiles: {
      find: (id) => (id === 'practice' ? profile : null),
      instanceId: () => '0a8f7a7e-0f4b-4a52-9c55-2f3d2f0c8a11',
    },
    policy: createGrantPolicy({ monotonic: () => 0, wall: () => 0 }),
    keys: {
      active: () => Promise.resolve(ok({ fingerprint: secret.fingerprint, open: () => Promise.resolve(ok(secret)) })),
      noteMint: () => undefined,
      untried: () => null,
      accepted: () => Promise.resolve(ok(null)),
    },
    providers: providersOf(
      providers ?? {
        'local-jwt': mintingProvider(mint),
        'ephemeral-credentials': mintingProvider(() =>
          Promise.resolve(
            ok({
              kind: 'credentials',
              username: '301:1001',
              password: 'password-1',
              issuedAt: 1000,
              expiresAt: 301_000,
            }),
          ),
        ),
      },
    ),
    gatewayUrl: () => Promise.resolve(ok(URL_NOW)),
    audit: (entry) => audited.push(entry),
    auditKept: () => Promise.resolve(ok(null)),
    onMinted: (grant, token) => minted.push({ grant, token }),
    now: () => 1000,
    ...replaced,
  });
  return { broker, audited, minted, mint };
}

const ID = '0a8f7a7e-0f4b-4a52-9c55-2f3d2f0c8a11';
/** The life of a token. */
export const minted = { issuedAt: 1000, expiresAt: 301_000 };
/** A broker over one line of this kind. */
export function setUpLine(wanted: object, made: TokenProvider, replaced: Replaced = {}) {
  const line = exampleProfile({
    environment: 'staging',
    gatewayUrl: '',
    ...wanted,
  });
  return setUp({
    profiles: { find: (id) => (id === 'work' ? line : null), instanceId: () => ID },
    providers: { [line.provider.kind]: made },
    gatewayUrl: (profile) => Promise.resolve(ok(profile.gatewayUrl)),
    ...replaced,
  });
}
