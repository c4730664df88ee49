import { describe, expect, it } from 'vitest';
import { shownAddress, shownChange, shownName, shownText } from './shown-text';

describe('a text of others', () => {
  it.each([
    ['Work', 'Work'],
    ['Zürich, Ærø, Łódź', 'Zürich, Ærø, Łódź'],
    ['Продажи', 'Продажи'],
    ['客服 1', '客服 1'],
    ['דלפק', 'דלפק'],
    ['Sаles', 'S{U+0430}les'],
    ['Ｓales', '{U+FF33}ales'],
    ['𝐒ales', '{U+1D412}ales'],
    ['a\nb\tc', 'a{U+000A}b{U+0009}c'],
    ['a\u200bb', 'a{U+200B}b'],
    ['a\u202eb', 'a{U+202E}b'],
    ['a\u3164b', 'a{U+3164}b'],
    ['a\ufe0fb', 'a{U+FE0F}b'],
    ['a\u00a0b', 'a{U+00A0}b'],
    ['a\ud800b', 'a{U+D800}b'],
    ['  Work ', 'Work'],
  ])('%j is shown as %s', (text, shown) => expect(shownText(text)).toBe(shown));

  it('as an address has no letter beyond ASCII', () =>
    expect(shownAddress('иван@пример.рф')).toMatch(/^(?:\{U\+[0-9A-F]{4}\}|[@.])+$/));
  it('as a name does not end its own quotes', () => expect(shownName('a" b\\')).toBe(String.raw`"a\" b\\"`));
});

describe('a change', () => {
  it.each([
    ['a', 'b', 'a -> b'],
    ['', 'b', 'nothing -> b'],
    ['a', '', 'a -> nothing'],
    ['x'.repeat(160), 'y'.repeat(160), `${'x'.repeat(160)} -> ${'y'.repeat(160)}`],
  ])('of short texts is shown whole: %s, %s', (before, after, shown) => expect(shownChange(before, after)).toBe(shown));

  const long = Array.from({ length: 300 }, (_, n) => `${n}`).join(' ');
  it.each([
    [
      'in the middle',
      long.replace(' 150 ', ' evil '),
      /^\.\.\. .*149 150 151.* \.\.\. -> \.\.\. .*149 evil 151.* \.\.\.$/,
    ],
    ['at the beginning', `evil ${long}`, /^0 1 2 .* \.\.\. -> evil 0 1 2 .* \.\.\.$/],
    ['at the end', `${long} evil`, /^\.\.\. .* 299 -> \.\.\. .* 299 evil$/],
    ['everywhere', 'e'.repeat(999), / \.\.\. \d+ characters \.\.\. .* -> e{120} \.\.\. 759 characters \.\.\. e{120}$/],
  ])('of long texts shows what differs: %s', (_where, after, shown) => expect(shownChange(long, after)).toMatch(shown));
});
