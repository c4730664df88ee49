/** A program of its own: writes the audit log onto a disk that it fills itself (its argument is a folder there), makes room again, and prints what came of it as JSON. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../../src/main/base/clock';
import { auditLog, memorySeals, refusal, verified } from './audit-fixture';

const folder = process.argv[2] ?? '';
const path = join(folder, 'audit.jsonl');
const filler = join(folder, 'filler');
const seals = memorySeals();
const codes: unknown[] = [];
const log = auditLog(path, seals, {
  clock: systemClock,
  onProblem: (cause) => codes.push(cause instanceof Error && 'code' in cause ? cause.code : cause),
});
const LINES = 600;

log.append(refusal('before'));
await log.flush();
// All that is left but a piece smaller than the lines below.
let block = 64 * 1024;
let size = 0;
while (block >= 4096) {
  try {
    await writeFile(filler, Buffer.alloc(size + block));
    size += block;
  } catch {
    block /= 2;
  }
}
await writeFile(filler, Buffer.alloc(size));
for (let n = 0; n < LINES; n += 1) log.append(refusal(`p${n}`));
const full = await log.settled();
const atFull = await readFile(path, 'utf8');
await rm(filler);
const after = await log.settled();
await log.close();
const text = await readFile(path, 'utf8');
const kept = text
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as { profileId: string; what: string; change?: string });
process.stdout.write(
  JSON.stringify({
    codes,
    full: full.unwritten,
    wholeLines: atFull.endsWith('\n') && atFull.includes('before'),
    after: after.unwritten,
    ids: kept.filter(({ what }) => what === 'refusal').map(({ profileId }) => profileId),
    told: kept.filter(({ what }) => what === 'log').map(({ change }) => change),
    findings: (await verified(path, seals.seal)).findings,
  }),
);
