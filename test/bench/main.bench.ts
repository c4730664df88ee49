/** What main does for a window and for an admin, measured in Node: the same code on the same engine, without a window's round trip. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'vite';
import type { AuditEntry } from '../../src/contracts/audit/audit';
import { type Profile } from '../../src/contracts/profile/profile';
import { chainLine } from '../../src/main/audit/audit-chain';
import { createAuditLog } from '../../src/main/audit/audit-log';
import type { SealStore } from '../../src/main/audit/audit-seal';
import { queryAudit } from '../../src/main/audit/audit-scan';
import { systemClock } from '../../src/main/base/clock';
import { createJsonFile } from '../../src/main/base/json-file';
import {
  openProfileStore,
  profileMigrations,
  profilesDocument,
  PROFILES_VERSION,
} from '../../src/main/profiles/profile-store';
import { auditAccount, createAuditSeals } from '../../src/main/secrets/audit-seals';
import { createMemoryStore } from '../../src/main/secrets/memory-store';
import { expect, test } from '../support/app/app';
import { createReport } from './report';
import { exampleProfile } from '../support/app/example-profile';

const LINES = 100_000;
const PROFILES = 500;
const QUERIES = 9;
const LOADS = 9;

const report = createReport();

const entryAt = (index: number): AuditEntry => {
  const at = new Date(Date.UTC(2026, 0, 1) + index * 60_000).toISOString();
  if (index % 7 === 0)
    return { what: 'refusal', at, profileId: `line-${index % 40}`, purpose: 'sip', reason: 'provider-refused' };
  if (index % 101 === 0)
    return {
      what: 'key',
      at,
      profileId: `line-${index % 40}`,
      slot: 'next',
      change: 'added',
      fingerprint: (index * 2_654_435_761).toString(16).padStart(8, '0').slice(-8),
    };
  return {
    what: 'mint',
    at,
    profileId: `line-${index % 40}`,
    purpose: 'sip',
    fingerprint: (index * 40_503).toString(16).padStart(8, '0').slice(-8),
    lifeS: 300,
    cause: index % 2 === 0 ? 'renewal' : 'asked',
  };
};

/** Writes them as rotation leaves them, and keeps none of them: the garbage of a hundred thousand texts would be a part of what is measured. */
async function writeLines(path: string, seals: SealStore): Promise<void> {
  const seal = await seals.create();
  if (seal === null) throw new Error('no seal');
  let end = seal.end;
  const all = Array.from({ length: LINES }, (_, index) => {
    const made = chainLine(seal.key, end, JSON.stringify(entryAt(index)));
    end = made.end;
    return `${made.line}\n`;
  });
  await seals.write({ key: seal.key, end });
  await mkdir(dirname(path), { recursive: true });
  const newest = all.splice(60_000);
  await writeFile(`${path}.1`, all.join(''));
  await writeFile(path, newest.join(''));
}

test('100,000 lines of the audit log, looked through', async ({ folder }) => {
  const path = join(folder, 'audit.jsonl');
  const seals = createAuditSeals(createMemoryStore(), () => Promise.resolve(auditAccount('bench')), systemClock);
  await writeLines(path, seals);
  const log = createAuditLog({
    path,
    seals,
    clock: systemClock,
    onAppended: () => undefined,
    onProblem: (cause) => expect(cause, 'the log is readable').toBeUndefined(),
  });
  for (const [name, filter] of [
    ['by a word', { text: 'refused' }],
    ['by a fingerprint', { text: 'c01d77ae' }],
    [
      'by kind, line and days',
      { what: 'refusal', profileId: 'line-7', from: '2026-01-20T00:00:00Z', to: '2026-02-20T00:00:00Z' },
    ],
    ['without a filter', {}],
  ] as const) {
    const took: number[] = [];
    for (let run = 0; run < QUERIES; run += 1) {
      const began = performance.now();
      const page = queryAudit(await log.all(), { ...filter, limit: 200 });
      took.push(performance.now() - began);
      expect(page.kept).toBe(LINES);
    }
    report.add(`100,000 audit lines ${name}`, 'ms', took, 100);
  }
});

test('500 profiles from disk', async ({ folder }) => {
  const path = join(folder, 'profiles.json');
  const make = (index: number): Profile =>
    exampleProfile({
      id: `line-${index}`,
      name: `Line ${index}`,
      environment: 'staging',
      identity: `${1000 + index}@pbx.example.com`,
      policy: { dial: { allow: ['+254*'] } },
    });
  const options = {
    path,
    schema: profilesDocument,
    version: PROFILES_VERSION,
    migrations: profileMigrations,
    holds: 'profiles',
    now: Date.now,
  } as const;
  const seed = await openProfileStore(createJsonFile(options));
  const made = Array.from({ length: PROFILES }, (_, index) => make(index));
  await createJsonFile(options).save({
    version: PROFILES_VERSION,
    installId: seed.installId,
    activeProfileId: 'line-1',
    profiles: made,
    keyRecords: Object.fromEntries(
      made.map(({ id }) => [
        id,
        { active: { fingerprint: '01234567', addedAt: 0, origin: 'clipboard' }, next: null, retired: null },
      ]),
    ),
    instanceIds: {},
  });
  const took: number[] = [];
  for (let run = 0; run < LOADS; run += 1) {
    const began = performance.now();
    const store = await openProfileStore(createJsonFile(options));
    expect(store.profiles()).toHaveLength(PROFILES + 1);
    took.push(performance.now() - began);
  }
  report.add('500 profiles load', 'ms', took, 50);
});

test('a mint by local signing, within the broker, under a policy, and in the chained audit log', async ({ folder }) => {
  await mkdir(folder, { recursive: true });
  await build({
    configFile: false,
    logLevel: 'silent',
    root: import.meta.dirname,
    build: {
      ssr: join(import.meta.dirname, 'mint-loop.ts'),
      outDir: folder,
      emptyOutDir: false,
      minify: false,
      target: 'node20',
    },
    ssr: { noExternal: true },
  });
  const [program] = (await readdir(folder)).filter((name) => /\.m?js$/.test(name));
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, program ?? ''), folder], {
    maxBuffer: 4_000_000,
  });
  const { mint, bare } = JSON.parse(stdout) as { readonly mint: readonly number[]; readonly bare: readonly number[] };
  const inMicroseconds = (times: readonly number[]): number[] => times.map((ms) => ms * 1000);
  const took = inMicroseconds(mint);
  report.add('mint with policy and chained audit', 'us', took, 180);
  report.add('a bare signature and a bare line', 'us', inMicroseconds(bare));
  const log = await readFile(join(folder, 'audit.jsonl'), 'utf8');
  expect(log.match(/"mac":/g), 'each mint has its chained line').toHaveLength(took.length + 500);
});

test.afterAll(() => report.finish());
