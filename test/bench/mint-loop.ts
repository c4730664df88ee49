/** A program of its own: mints over and over, prints how long each took (ms, as JSON). A test runner's own bookkeeping makes each promise several times slower. */
import { profile as profileSchema } from '../../src/contracts/profile/profile';
import { ok } from '../../src/contracts/base/result';
import { createBroker } from '../../src/main/tokens/broker';
import { systemClock } from '../../src/main/base/clock';
import { createGrantPolicy } from '../../src/main/policy/policy';
import { createLocalJwt } from '../../src/main/providers/local-jwt';
import { Secret } from '../../src/main/secrets/secret';
import { providersOf } from '../support/servers/token-providers';

const MINTS = 2_000;
const WARM_MINTS = 500;

const profile = profileSchema.parse({
  id: 'line',
  name: 'Line',
  environment: 'staging',
  provider: { kind: 'local-jwt', audience: 'pbx' },
  identity: '1001@pbx.example.com',
  gatewayUrl: 'wss://pbx.example.com/ws',
  presentation: { kind: 'query' },
  policy: {},
});
const secret = Secret.generate();
const key = ok({ fingerprint: secret.fingerprint, open: () => Promise.resolve(ok(secret)) });
const broker = createBroker({
  profiles: { find: () => profile, instanceId: () => '0a8f7a7e-0f4b-4a52-9c55-2f3d2f0c8a11' },
  policy: createGrantPolicy(systemClock),
  keys: { active: () => Promise.resolve(key), noteMint: () => undefined },
  providers: providersOf({ 'local-jwt': createLocalJwt(Date.now) }),
  gatewayUrl: () => Promise.resolve(ok(profile.gatewayUrl)),
  audit: () => undefined,
  onMinted: () => undefined,
  now: Date.now,
});

const took: number[] = [];
for (let run = 0; run < WARM_MINTS + MINTS; run += 1) {
  const began = performance.now();
  // As main renews: no window's rate is counted.
  const made = await broker.grant('line', 'sip', 'renewal');
  if (!made.ok) throw new Error(made.failure.sentence);
  if (run >= WARM_MINTS) took.push(performance.now() - began);
}
process.stdout.write(JSON.stringify(took));
