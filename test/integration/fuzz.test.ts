/**
 * Mutated messages against parser, repair and stack: no exception, no request without an answer, no stuck call, bounded
 * time. `npm test` plays few of them; `npm run matrix` plays RINGFENCE_FUZZ_MESSAGES. RINGFENCE_FUZZ=SEED:BATCH replays one
 * batch.
 */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { fuzz, fuzzBatch, type Finding, type FuzzReport } from '../support/fuzz/fuzz-run';
import { measured } from '../support/measured';
import { holdTime } from '../support/phones/played-phone';

const SEED = 2026;
const COUNT = Number(process.env['RINGFENCE_FUZZ_MESSAGES'] ?? '800');
/** Characters of a message that a failure shows. */
const SHOWN = 3_000;
const replay = /^(\d+):(\d+)$/.exec(process.env['RINGFENCE_FUZZ'] ?? '');

beforeEach(holdTime);
afterEach(() => {
  vi.useRealTimers();
});

it(
  `survives ${replay === null ? `${COUNT} mutated messages` : `batch ${replay[0]}`}`,
  async () => {
    const report: FuzzReport =
      replay === null ? await fuzz(SEED, COUNT) : await fuzzBatch(Number(replay[1]), Number(replay[2]));
    const { messages, owed, slowestMs, findings } = report;
    measured(`${messages} mutated messages, ${owed} owed an answer, the longest took ${slowestMs.toFixed(0)} ms`);
    const first = new Map<string, Finding & { times: number }>();
    for (const finding of findings) {
      const kind = finding.what.split('\n')[0] ?? '';
      first.set(kind, {
        ...(first.get(kind) ?? { ...finding, wire: finding.wire.slice(0, SHOWN) }),
        times: (first.get(kind)?.times ?? 0) + 1,
      });
    }
    expect([...first.values()], `${findings.length} findings; replay one with RINGFENCE_FUZZ=SEED:BATCH`).toEqual([]);
    if (replay === null) expect(owed).toBeGreaterThan(messages / 5);
  },
  // Real time: a loaded computer plays ten a second at least.
  Math.max(180_000, COUNT * 100),
);
