import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { getHeapSnapshot } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { needlesOf, searchTexts } from './leak-search';
import { snapshotStrings } from './heap-snapshot';

describe('snapshotStrings', () => {
  it('finds a canary that lives in a heap, and nothing that does not', async () => {
    const canary = randomBytes(24).toString('hex');
    const holder = { kept: `${canary}!` };
    const strings = snapshotStrings(await text(getHeapSnapshot()));
    expect(strings.length).toBeGreaterThan(1000);
    expect(searchTexts(needlesOf(canary), strings, 'the heap').hits).not.toEqual([]);
    expect(searchTexts(needlesOf(randomBytes(24)), strings, 'the heap').hits).toEqual([]);
    expect(holder.kept).toHaveLength(49);
  });

  it('does not take anything else for a snapshot', () => {
    expect(() => snapshotStrings('{}')).toThrow('no heap snapshot');
    expect(() => snapshotStrings('{"strings":3}')).toThrow('no heap snapshot');
  });
});
