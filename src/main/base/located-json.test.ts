import { describe, expect, it } from 'vitest';
import { parseLocatedJson } from './located-json';

const TEXT = `{
  "all": {
    "tokenLifeS": 60,
    "dial": { "allow": ["+254*", 7],
      "deny": [] }
  },
  "n": [1, -2.5e3, true, null, "a\\u00e9\\n"]
}
`;

describe('JSON with lines', () => {
  it('reads what JSON.parse reads', () => {
    const read = parseLocatedJson(TEXT);
    expect(read).toMatchObject({ ok: true, value: JSON.parse(TEXT) as unknown });
    for (const text of ['{}', '[]', '1', '"x"', 'null', ' [ ] ', '[[],{}]', '\ufeff{"a":{"__proto__":1}}'])
      expect(parseLocatedJson(text).ok, text).toBe(true);
  });

  it('knows the line of each value, and of the nearest one above what is missing', () => {
    const read = parseLocatedJson(TEXT);
    if (!read.ok) expect.unreachable();
    expect(read.placeOf(['all', 'tokenLifeS'])).toEqual({ line: 3, column: 5 });
    expect(read.placeOf(['all', 'dial', 'allow', 1])).toEqual({ line: 4, column: 34 });
    expect(read.placeOf(['all', 'dial', 'deny', 0])).toEqual({ line: 5, column: 7 });
    expect(read.placeOf(['nothing', 'here'])).toEqual({ line: 1, column: 1 });
  });

  it.each([
    ['', 1, 1, 'the file ends too soon'],
    ['{\n  "a": 1,\n}', 3, 1, 'here a name in quotes is wanted'],
    ['{\n  "a": 1\n  "b": 2\n}', 3, 3, 'here a comma or a closing brace is wanted'],
    ['{\n  "a" 1\n}', 2, 7, 'here a colon is wanted'],
    ['{ "a": 1,\n  "a": 2 }', 2, 3, '"a" stands here for the second time'],
    ['{ "a": tru }', 1, 8, 'here a value is wanted'],
    ['{ "a": 01 }', 1, 8, 'here a value is wanted'],
    ["{ 'a': 1 }", 1, 3, 'here a name in quotes is wanted'],
    ['{ "a": "x\n" }', 1, 8, 'this text has no closing quote on its line, or a backslash too many'],
    ['{ "a": [1 2] }', 1, 11, 'here a comma or a closing bracket is wanted'],
    ['{} x', 1, 4, 'here the file should end'],
    ['{ "a": [1,\n', 2, 1, 'the file ends too soon'],
    ['// no comments\n{}', 1, 1, 'here a value is wanted'],
  ])('says where %j stops being JSON', (text, line, column, problem) => {
    expect(parseLocatedJson(text)).toEqual({ ok: false, place: { line, column }, problem });
    expect(text.includes('second') || text.includes('"a": 2') || !parsesNatively(text)).toBe(true);
  });

  it('is not drowned by nesting', () => {
    expect(parseLocatedJson('['.repeat(100_000))).toMatchObject({ ok: false, problem: 'it is nested too deep' });
  });
});

function parsesNatively(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
