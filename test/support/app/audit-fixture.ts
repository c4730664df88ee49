/** An audit log whose keychain and clock are the test's, and what an attacker with a text editor does to its files. */
import { createSecretKey, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync, existsSync } from 'node:fs';
import { CHAIN_START } from '../../../src/main/audit/audit-chain';
import {
  AUDIT_FILES,
  createAuditLog,
  type AuditLogOptions,
  type NewAuditEntry,
} from '../../../src/main/audit/audit-log';
import { auditFileName, readAuditFile } from '../../../src/main/audit/audit-files';
import type { Seal, SealStore } from '../../../src/main/audit/audit-seal';
import { verifyAudit, type Verified } from '../../../src/main/audit/audit-verify';
import { createFakeClock } from '../fake-clock';

/** A keychain with one entry. `locked` says "not there" and takes nothing, as a locked one does. */
export interface TestSeals extends SealStore {
  mode: 'works' | 'locked' | 'gone';
  seal: Seal | null;
  writes: number;
}

export function memorySeals(): TestSeals {
  const seals: TestSeals = {
    mode: 'works',
    seal: null,
    writes: 0,
    read: () =>
      Promise.resolve(
        seals.mode === 'gone'
          ? { kind: 'withheld', sentence: 'No keychain answers.' }
          : seals.mode === 'locked' || seals.seal === null
            ? { kind: 'absent' }
            : { kind: 'found', seal: seals.seal },
      ),
    create: async () => {
      const seal: Seal = { key: createSecretKey(randomBytes(32)), end: CHAIN_START };
      return (await seals.write(seal)) ? seal : null;
    },
    write: (seal) => {
      if (seals.mode !== 'works') return Promise.resolve(false);
      seals.seal = seal;
      seals.writes += 1;
      return Promise.resolve(true);
    },
  };
  return seals;
}

export const refusal = (profileId: string): NewAuditEntry => ({
  what: 'refusal',
  profileId,
  purpose: 'sip',
  reason: 'rate-limited',
});

export const testClock = (fake = createFakeClock(1_000)) => ({
  wall: fake.now,
  monotonic: fake.now,
  after: fake.after,
});

export function auditLog(path: string, seals: SealStore, more: Partial<AuditLogOptions> = {}) {
  return createAuditLog({
    path,
    seals,
    clock: testClock(),
    onAppended: () => undefined,
    onProblem: (cause) => {
      throw cause instanceof Error ? cause : new Error(String(cause));
    },
    ...more,
  });
}

/** Writes these entries as one run of the program does. */
export async function writeRun(
  path: string,
  seals: SealStore,
  ids: readonly string[],
  more: Partial<AuditLogOptions> = {},
): Promise<void> {
  const log = auditLog(path, seals, more);
  for (const id of ids) log.append(refusal(id));
  await log.close();
}

export async function verified(path: string, seal: Seal | null): Promise<Verified> {
  if (seal === null) throw new Error('the keychain has no seal');
  const texts: string[] = [];
  for (let age = 0; age < AUDIT_FILES; age += 1) texts.push(await readAuditFile(path, age));
  return verifyAudit(texts, seal);
}

/** Lets `edit` loose on the lines of one file. */
export function tamper(path: string, edit: (lines: string[]) => readonly string[], age = 0): void {
  const name = auditFileName(path, age);
  const lines = existsSync(name)
    ? readFileSync(name, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
    : [];
  writeFileSync(
    name,
    edit(lines)
      .map((line) => `${line}\n`)
      .join(''),
  );
}
