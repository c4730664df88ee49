import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, appendFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AuditEntry } from '../../contracts/audit/audit';
import { createAuditLog, type NewAuditEntry } from './audit-log';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringfence-audit-'));
  path = join(folder, 'sub', 'audit.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const refusal = (profileId: string): NewAuditEntry => ({
  what: 'refusal',
  profileId,
  purpose: 'sip',
  reason: 'rate-limited',
});
const make = (
  more: {
    maxBytes?: number;
    maxFiles?: number;
    onAppended?: (entry: AuditEntry) => void;
    onProblem?: (cause: unknown) => void;
  } = {},
) =>
  createAuditLog({
    path,
    now: () => 1000,
    onAppended: () => undefined,
    onProblem: (cause) => expect.unreachable(String(cause)),
    ...more,
  });

describe('the audit log', () => {
  it('writes one JSON line for each entry, in order, with its time, and tells at once', async () => {
    const told: AuditEntry[] = [];
    const log = make({ onAppended: (entry) => told.push(entry) });
    for (const id of ['a', 'b', 'c']) log.append(refusal(id));
    expect(told.map((each) => each.profileId)).toEqual(['a', 'b', 'c']);
    await log.flush();
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual(
      ['a', 'b', 'c'].map((id) => ({ ...refusal(id), at: '1970-01-01T00:00:01.000Z' })),
    );
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('keeps nothing that is not declared', async () => {
    const log = make();
    const withToken = {
      what: 'mint' as const,
      profileId: 'a',
      purpose: 'sip' as const,
      fingerprint: '01234567',
      lifeS: 300,
      cause: 'asked' as const,
      token: 'undeclared',
    };
    log.append(withToken);
    await log.flush();
    expect(readFileSync(path, 'utf8')).not.toContain('undeclared');
  });

  it('gives the newest first, across files and runs, leaving out what is no entry', async () => {
    const log = make();
    log.append(refusal('a'));
    await log.flush();
    appendFileSync(path, 'cut off{"what":\n');
    const next = make();
    next.append(refusal('b'));
    expect((await next.recent(10)).map((each) => each.profileId)).toEqual(['b', 'a']);
    expect((await next.recent(1)).map((each) => each.profileId)).toEqual(['b']);
  });

  it('is rotated by size and keeps so many files', async () => {
    const log = make({ maxBytes: 300, maxFiles: 3 });
    for (let count = 0; count < 30; count += 1) log.append(refusal(`p${count}`));
    await log.flush();
    const files = readdirSync(join(folder, 'sub')).sort();
    expect(files).toEqual(['audit.jsonl', 'audit.jsonl.1', 'audit.jsonl.2']);
    for (const file of files) expect(statSync(join(folder, 'sub', file)).size).toBeLessThanOrEqual(300);
    const recent = (await log.recent(500)).map((each) => each.profileId);
    expect(recent.slice(0, 4)).toEqual(['p29', 'p28', 'p27', 'p26']);
    expect(recent.length).toBeGreaterThanOrEqual(4);
    expect(recent).not.toContain('p0');
  });

  it('that can not be written says so and goes on', async () => {
    writeFileSync(join(folder, 'sub'), 'a file where the folder should be');
    const problems = vi.fn();
    const log = make({ onProblem: problems });
    log.append(refusal('a'));
    await log.flush();
    expect(problems).toHaveBeenCalledOnce();
    rmSync(join(folder, 'sub'));
    log.append(refusal('b'));
    expect((await log.recent(5)).map((each) => each.profileId)).toEqual(['b']);
  });
});
