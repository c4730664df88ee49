import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  truncateSync,
  appendFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { auditLog, memorySeals, refusal, testClock, verified } from '../../../test/support/app/audit-fixture';
import { createFakeClock } from '../../../test/support/fake-clock';
import type { AuditEntry } from '../../contracts/audit/audit';
import type { AuditLog, AuditLogOptions, AuditState } from './audit-log';

let folder = '';
let path = '';
let seals = memorySeals();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringfence-audit-'));
  path = join(folder, 'sub', 'audit.jsonl');
  seals = memorySeals();
});
const open: AuditLog[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((log) => log.close()));
  rmSync(folder, { recursive: true, force: true });
});

const make = (more: Partial<AuditLogOptions> = {}): AuditLog => {
  const log = auditLog(path, seals, more);
  open.push(log);
  return log;
};
const written = (): readonly Record<string, unknown>[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('the audit log', () => {
  it('writes one JSON line for each entry, in order, with its time, number and MAC, and tells at once', async () => {
    const told: AuditEntry[] = [];
    const log = make({ onAppended: (entry) => told.push(entry) });
    for (const id of ['a', 'b', 'c']) log.append(refusal(id));
    expect(told.map((each) => each.profileId)).toEqual(['a', 'b', 'c']);
    await log.flush();
    expect(written()).toEqual(
      ['a', 'b', 'c'].map((id, index) => ({
        ...refusal(id),
        at: '1970-01-01T00:00:01.000Z',
        n: index + 1,
        mac: expect.stringMatching(/^[\w-]{22}$/) as string,
      })),
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

  it('gives the newest first, across files and runs, and chains on after what is no entry', async () => {
    const log = make();
    log.append(refusal('a'));
    await log.close();
    appendFileSync(path, 'cut off{"what":\n');
    const next = make();
    next.append(refusal('b'));
    expect((await next.recent(10)).map((each) => (each.what === 'log' ? each.change : each.profileId))).toEqual([
      'b',
      'unreadable',
      'adopted',
      'a',
    ]);
    expect((await next.recent(1)).map((each) => each.profileId)).toEqual(['b']);
  });

  it('is rotated by size, keeps so many files, and what is kept can be verified', async () => {
    const log = make({ maxBytes: 900, maxFiles: 3 });
    for (let count = 0; count < 40; count += 1) log.append(refusal(`p${count}`));
    await log.close();
    const files = readdirSync(join(folder, 'sub')).sort();
    expect(files).toEqual(['audit.jsonl', 'audit.jsonl.1', 'audit.jsonl.2']);
    for (const file of files) expect(statSync(join(folder, 'sub', file)).size).toBeLessThanOrEqual(900);
    const recent = (await log.recent(500)).flatMap((each) => (each.what === 'refusal' ? [each.profileId] : []));
    expect(recent.slice(0, 4)).toEqual(['p39', 'p38', 'p37', 'p36']);
    expect(recent).not.toContain('p0');
    const { findings, first, good } = await verified(path, seals.seal);
    expect(findings).toEqual([]);
    expect(first).toBeGreaterThan(1);
    expect(good).toBeGreaterThanOrEqual(recent.length);
  });
});

describe('an audit log that can not be written', () => {
  const unwritable = () => mkdirSync(path, { recursive: true });
  const writable = () => rmdirSync(path);

  it('keeps its lines, says so once, tries again by itself and then writes all of them', async () => {
    unwritable();
    const time = createFakeClock(1_000);
    const onProblem = vi.fn();
    const states: AuditState[] = [];
    const log = make({ clock: testClock(time), onProblem, onState: (state) => states.push(state) });
    log.append(refusal('a'));
    await log.flush();
    log.append(refusal('b'));
    expect((await log.settled()).unwritten).toEqual({ code: 'EISDIR', count: 2 });
    expect(onProblem).toHaveBeenCalledOnce();
    expect(states.at(-1)?.unwritten).not.toBeNull();
    writable();
    await time.advance(5_000);
    await vi.waitFor(() => expect(states.at(-1)?.unwritten).toBeNull());
    expect(written()).toMatchObject([
      { profileId: 'a' },
      { profileId: 'b' },
      { what: 'log', change: 'late', count: 2 },
    ]);
    await log.close();
    expect((await verified(path, seals.seal)).findings).toEqual([]);
  });

  it('counts what is more than memory is to hold', async () => {
    unwritable();
    const log = make({ onProblem: () => undefined, maxWaiting: 3 });
    for (const id of ['a', 'b', 'c', 'd', 'e']) log.append(refusal(id));
    await log.flush();
    writable();
    await log.flush();
    expect(written().slice(0, 4)).toMatchObject([
      { profileId: 'a' },
      { profileId: 'b' },
      { profileId: 'c' },
      { what: 'log', change: 'lost', count: 2 },
    ]);
  });
});

describe('a file that somebody else takes while it is written', () => {
  it('that may not be written any more takes no line, and has each once when it may', async () => {
    const time = createFakeClock(1_000);
    const states: AuditState[] = [];
    const log = make({
      clock: testClock(time),
      onProblem: () => undefined,
      onState: (state) => states.push(state),
    });
    log.append(refusal('a'));
    await log.flush();
    renameSync(path, `${path}.kept`);
    mkdirSync(path);
    log.append(refusal('b'));
    expect(await log.settled()).toMatchObject({ unwritten: { code: 'EISDIR', count: 1 } });
    rmdirSync(path);
    renameSync(`${path}.kept`, path);
    expect(await log.settled()).toMatchObject({ unwritten: null });
    expect(written().map(({ profileId, change }) => change ?? profileId)).toEqual(['a', 'b', 'late']);
  });

  it.each<[string, () => void]>([
    ['moved away', () => renameSync(path, `${path}.elsewhere`)],
    ['removed', () => rmSync(path)],
    [
      'replaced by a copy',
      () => {
        copyFileSync(path, `${path}.copy`);
        renameSync(`${path}.copy`, path);
      },
    ],
  ])('%s: the next line is in the file of that name all the same', async (name, take) => {
    const log = make();
    log.append(refusal('a'));
    await log.flush();
    take();
    for (const id of ['b', 'c']) {
      log.append(refusal(id));
      await log.flush();
    }
    expect(written().map(({ profileId }) => profileId)).toEqual(
      name === 'replaced by a copy' ? ['a', 'b', 'c'] : ['b', 'c'],
    );
    const { texts } = await log.all();
    expect(texts[0]).toBe(readFileSync(path, 'utf8'));
  });

  it('cut by somebody: what follows stands at its end', async () => {
    const log = make();
    for (const id of ['a', 'b']) log.append(refusal(id));
    await log.flush();
    truncateSync(path, readFileSync(path, 'utf8').indexOf('\n') + 1);
    log.append(refusal('c'));
    await log.flush();
    expect(written().map(({ profileId }) => profileId)).toEqual(['a', 'c']);
  });
});

describe('the seal in the keychain', () => {
  it('follows the first line at once, then every two seconds at most, and the last one at the end', async () => {
    const time = createFakeClock(1_000);
    const log = make({ clock: testClock(time) });
    log.append(refusal('a'));
    await log.flush();
    await vi.waitFor(() => expect(seals.seal?.end.n).toBe(1));
    const { writes } = seals;
    for (let count = 0; count < 500; count += 1) {
      log.append(refusal(`p${count}`));
      if (count % 50 === 0) await log.flush();
    }
    await log.flush();
    expect(seals).toMatchObject({ writes, seal: { end: { n: 1 } } });
    await time.advance(2_000);
    await vi.waitFor(() => expect(seals.seal?.end.n).toBe(501));
    log.append(refusal('z'));
    await log.close();
    expect(seals.seal?.end.n).toBe(502);
    expect(seals.writes - writes).toBe(2);
  });

  it('that the keychain does not take is tried again, and the lines go on', async () => {
    const time = createFakeClock(1_000);
    const log = make({ clock: testClock(time) });
    log.append(refusal('a'));
    await log.flush();
    await vi.waitFor(() => expect(seals.seal?.end.n).toBe(1));
    seals.mode = 'locked';
    log.append(refusal('b'));
    await log.flush();
    await time.advance(2_000);
    expect(seals.seal?.end.n).toBe(1);
    seals.mode = 'works';
    expect(await verified(path, seals.seal)).toMatchObject({ findings: [], unsealed: 1 });
    await vi.waitFor(async () => {
      await time.advance(30_000);
      expect(seals.seal?.end.n).toBe(2);
    });
  });
});
