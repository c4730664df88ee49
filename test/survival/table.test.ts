import { expect, it } from 'vitest';
import { brokenBounds, survivalTable, type SurvivalRow } from './table';

const row: SurvivalRow = { what: 'cut', backMs: 900, backWithinMs: 1_000, gapMs: 50, gapWithinMs: 100, kept: 'yes' };

it('a row within its bounds holds', () => {
  expect(brokenBounds(row)).toEqual([]);
  expect(brokenBounds({ ...row, backMs: null, backWithinMs: null, gapMs: null, gapWithinMs: null })).toEqual([]);
});

it.each<[string, Partial<SurvivalRow>]>([
  ['late', { backMs: 1_001 }],
  ['never back', { backMs: null }],
  ['back before it went', { backMs: -1 }],
  ['not measured', { backMs: NaN }],
  ['silent for too long', { gapMs: 101 }],
  ['a gap that nobody measured', { gapMs: null }],
])('%s breaks it', (_, broken) => {
  expect(brokenBounds({ ...row, ...broken })).toHaveLength(1);
});

it('prints what was measured beside what is asked for', () => {
  expect(survivalTable([row])).toContain('| cut          | 900 ms (<= 1000)  | 50 ms (<= 100) | yes       |');
});
