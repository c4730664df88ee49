import { describe, expect, it } from 'vitest';
import { parseStrictJson } from './strict-json';

const parse = (text: string): unknown => {
  const parsed = parseStrictJson(Buffer.from(text, 'utf8'));
  return parsed.ok ? parsed.value : parsed.problem;
};
const TWICE = 'it has a name twice in one object';

describe('JSON of a server', () => {
  it.each([
    '{}',
    '[]',
    '"a"',
    '{"a":{"a":1},"b":[{"a":1},{"a":2}]}',
    '[{"a":"a"},"a","a"]',
    '{"a":"\\"a\\":1,","b":"{\\"a\\":1,\\"a\\":2}"}',
    '{"a":[1,"b"],"b":["a","a",{"a":1}],"c":"a"}',
    ' { "a" : 1 , "A" : 2 } ',
  ])('%s is read as it is', (text) => {
    expect(parse(text)).toEqual(JSON.parse(text));
  });

  it.each([
    '{"a":1,"a":1}',
    '{"a":1,"b":2,"a":3}',
    '{"x":{"a":1,"b":[],"a":2}}',
    '[{"a":[{}],"a":1}]',
    '{"a":1,"\\u0061":2}',
    '{"a" :1 ,\n"a": 2}',
    '{"a":{"b":1},"a":2}',
    '{"__proto__":1,"__proto__":2}',
  ])('%s has a name twice', (text) => {
    expect(parse(text)).toBe(TWICE);
  });

  it.each(['', '{', '{"a":NaN}', "{'a':1}", '<html>', '{"a":1}{"a":1}', '{"a":1,}'])('%s is no JSON', (text) => {
    expect(parse(text)).toBe('it is no JSON');
  });

  it('wants UTF-8', () => {
    expect(parseStrictJson(Uint8Array.of(0x22, 0xff, 0x22))).toEqual({ ok: false, problem: 'it is no JSON' });
  });

  it('is not felled by depth: what has more than 64 levels is refused', () => {
    const nested = (levels: number, [open, close]: readonly [string, string] = ['[', ']']): unknown =>
      parse(`${open.repeat(levels)}0${close.repeat(levels)}`);
    expect(JSON.stringify(nested(64))).toHaveLength(129);
    for (const levels of [65, 30_000]) {
      expect(nested(levels)).toBe('it has too many levels');
      expect(nested(levels, ['{"a":', '}'])).toBe('it has too many levels');
    }
  });
});
