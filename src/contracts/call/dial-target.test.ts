import { describe, expect, it } from 'vitest';
import { DIAL_CASES } from './dial-target.cases';
import { parseTarget } from './dial-target';
import { REFUSED_CASES } from './refused-target.cases';

const DOMAIN = 'pbx.example.com';
const inWords = (typed: string): string => {
  const target = parseTarget(typed, DOMAIN);
  if ('problem' in target) return `!${target.problem}`;
  const uri = target.uri.replace(/^sip:/, '').replace(/@pbx\.example\.com$/, '');
  return [
    uri,
    ...target.after.map(({ digits, when, waitS }) => `${when === 'ask' ? 'ask' : `${waitS}s`}:${digits}`),
  ].join(' ');
};

describe('what people type, paste and click', () => {
  it.each(DIAL_CASES)('%j calls %s', (typed, wanted) => {
    expect(inWords(typed)).toBe(wanted);
  });
  it.each(REFUSED_CASES)('%j is refused: %s', (typed, problem) => {
    expect(parseTarget(typed, DOMAIN)).toEqual({ problem });
  });

  it('is a table of 200 spellings and more, none of them twice', () => {
    const typed = [...DIAL_CASES, ...REFUSED_CASES].map(([text]) => text);
    expect(DIAL_CASES.length).toBeGreaterThan(200);
    expect(new Set(typed).size).toBe(typed.length);
  });
});
