import { mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memorySeals, refusal, testClock } from '../../../test/support/app/audit-fixture';
import { createFakeClock } from '../../../test/support/fake-clock';
import { createAuditTrail, type AuditTrail } from './audit-trail';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringfence-trail-'));
  path = join(folder, 'audit.jsonl');
});
const open: AuditTrail[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((trail) => trail.close()));
  rmSync(folder, { recursive: true, force: true });
});

function setUp(audit: 'optional' | 'required') {
  const seals = memorySeals();
  const time = createFakeClock(1_000);
  const notices: (string | null)[] = [];
  const trail = createAuditTrail({
    path,
    seals,
    clock: testClock(time),
    random: () => 0,
    sender: { hostname: '-', processId: 1, version: '0' },
    authorities: () => Promise.resolve([]),
    demands: { audit: () => audit, auditExport: () => null },
    onAppended: () => undefined,
    onProblem: () => undefined,
    onNotice: (notice) => notices.push(notice),
  });
  open.push(trail);
  return { trail, seals, time, notices };
}

describe('a log that can not be written', () => {
  it('is told to the person, and tokens are given out all the same where no policy wants more', async () => {
    mkdirSync(path);
    const { trail, notices } = setUp('optional');
    trail.append(refusal('a'));
    await trail.flush();
    expect(notices).toEqual([
      "The audit log can't be written: the disk answers EISDIR. Its lines are kept in memory until that is put right.",
    ]);
    expect(trail.notice()).toBe(notices[0]);
    expect((await trail.kept()).ok).toBe(true);
    rmdirSync(path);
    await trail.flush();
    expect(trail.notice()).toBeNull();
  });

  it('lets no token out where the policy wants every line kept, from the first line on and until all are written', async () => {
    mkdirSync(path);
    const { trail } = setUp('required');
    trail.append(refusal('a'));
    expect(await trail.kept()).toMatchObject({
      failure: {
        reason: 'audit-unwritten',
        sentence: expect.stringMatching(/^No tokens are given out now\. .*EISDIR/) as string,
      },
    });
    expect(trail.notice()).toMatch(/No tokens are given out meanwhile\.$/);
    rmdirSync(path);
    expect((await trail.kept()).ok).toBe(true);
    expect(await trail.recent(5)).toMatchObject([{ change: 'late', count: 1 }, { profileId: 'a' }]);
  });
});

describe('a log that can not be chained', () => {
  it('lets no token out where the policy wants every line kept, and does as soon as the keychain is open', async () => {
    const { trail, seals, time } = setUp('required');
    seals.mode = 'locked';
    expect(await trail.kept()).toMatchObject({ failure: { reason: 'audit-unwritten' } });
    seals.mode = 'works';
    await time.advance(60_000);
    expect((await trail.kept()).ok).toBe(true);
  });

  it('lets tokens out at once where the keychain asked and is known to be open', async () => {
    const { trail, seals } = setUp('required');
    seals.mode = 'locked';
    expect((await trail.kept()).ok).toBe(false);
    seals.mode = 'works';
    expect((await trail.kept()).ok).toBe(false);
    trail.keychainOpens();
    expect((await trail.kept()).ok).toBe(true);
  });

  it("is none of the person's business otherwise: the window speaks of the keychain already", async () => {
    const { trail, seals, notices } = setUp('optional');
    seals.mode = 'gone';
    trail.append(refusal('a'));
    await trail.flush();
    expect(notices).toEqual([]);
    expect((await trail.kept()).ok).toBe(true);
  });
});
