/** A program of its own: mints over and over under a policy file, each line in a chained audit log (both in the folder that is its argument), and prints how long each took, and beside it a bare signature with a bare line (ms, as JSON). A test runner's own bookkeeping makes each promise several times slower. */
import { webcrypto } from 'node:crypto';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {} from '../../src/contracts/profile/profile';
import { ok } from '../../src/contracts/base/result';
import { createBroker } from '../../src/main/tokens/broker';
import { systemClock } from '../../src/main/base/clock';
import { createAuditTrail } from '../../src/main/audit/audit-trail';
import { openManagedPolicy } from '../../src/main/policy/managed-policy';
import { createGrantPolicy } from '../../src/main/policy/policy';
import { createLocalJwt } from '../../src/main/providers/local-jwt';
import { createAuditSeals } from '../../src/main/secrets/audit-seals';
import { createMemoryStore } from '../../src/main/secrets/memory-store';
import { Secret } from '../../src/main/secrets/secret';
import { providersOf } from '../support/servers/token-providers';
import { exampleProfile } from '../support/app/example-profile';

const MINTS = 2_000;
const WARM_MINTS = 500;

const profile = exampleProfile({
  id: 'line',
  name: 'Line',
  environment: 'staging',
});
const secret = Secret.generate();
const key = ok({ fingerprint: secret.fingerprint, open: () => Promise.resolve(ok(secret)) });
const folder = process.argv[2] ?? '';
const policyFile = join(folder, 'policy.json');
const rules = { maxCallS: 3600, purposes: ['sip'], dial: { deny: ['+254900*'] }, hours: [] };
await writeFile(policyFile, JSON.stringify({ version: 1, audit: 'required', all: rules }));
const complain = (problem: unknown): never => {
  throw new Error(String(problem));
};
const managed = await openManagedPolicy({
  place: { path: policyFile, owners: [0, process.getuid?.() ?? 0] },
  onProblem: complain,
});
const audit = createAuditTrail({
  path: join(folder, 'audit.jsonl'),
  seals: createAuditSeals(createMemoryStore(), () => Promise.resolve('bench'), systemClock),
  clock: systemClock,
  random: Math.random,
  sender: { hostname: '-', processId: process.pid, version: '0' },
  authorities: () => Promise.resolve([]),
  demands: { audit: () => 'optional', auditExport: managed.auditExport },
  onAppended: () => undefined,
  onProblem: complain,
  onNotice: complain,
});
const broker = createBroker({
  profiles: { find: () => managed.apply(profile), instanceId: () => '0a8f7a7e-0f4b-4a52-9c55-2f3d2f0c8a11' },
  policy: createGrantPolicy(systemClock, managed.purposes),
  keys: {
    active: () => Promise.resolve(key),
    noteMint: () => undefined,
    untried: () => null,
    accepted: () => Promise.resolve(ok(null)),
  },
  providers: providersOf({ 'local-jwt': createLocalJwt(Date.now) }),
  gatewayUrl: () => Promise.resolve(ok(profile.gatewayUrl)),
  // Each a line of its own: a flood is folded before it gets here.
  audit: audit.unfolded,
  auditKept: audit.kept,
  onMinted: () => undefined,
  now: Date.now,
});

/** The least that a mint can take here: WebCrypto signs, and one line goes to a file. What this computer does meanwhile is in both figures. */
const bareKey = await webcrypto.subtle.importKey('raw', Buffer.alloc(32, 1), { name: 'HMAC', hash: 'SHA-256' }, false, [
  'sign',
]);
const bareFile = await open(join(folder, 'bare'), 'a');
const bareLine = `${'x'.repeat(250)}\n`;
const bare = async (): Promise<void> => {
  await webcrypto.subtle.sign('HMAC', bareKey, Buffer.from(bareLine));
  await bareFile.appendFile(bareLine);
};

const took = { mint: [] as number[], bare: [] as number[] };
for (let run = 0; run < WARM_MINTS + MINTS; run += 1) {
  const began = performance.now();
  // As main renews: no window's rate is counted.
  const made = await broker.grant('line', 'sip', 'renewal');
  if (!made.ok) throw new Error(made.failure.sentence);
  const minted = performance.now();
  await bare();
  if (run < WARM_MINTS) continue;
  took.mint.push(minted - began);
  took.bare.push(performance.now() - minted);
}
await bareFile.close();
await audit.close();
managed.stop();
process.stdout.write(JSON.stringify(took));
