import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const sheet = readFileSync(new URL('./theme.css', import.meta.url), 'utf8');
const colours = new Map<string, { light: string; dark: string }>();
for (const [, name, light, dark] of sheet.matchAll(/--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)) {
  if (name !== undefined && light !== undefined && dark !== undefined) colours.set(name, { light, dark });
}

/** WCAG 2.2 relative luminance of #rrggbb. */
function luminance(hex: string): number {
  const channel = (from: number): number => {
    const value = parseInt(hex.slice(from, from + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}
function contrast(one: string, other: string): number {
  const [bright = 0, dim = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (bright + 0.05) / (dim + 0.05);
}
function colour(name: string, theme: 'light' | 'dark'): string {
  const found = colours.get(name)?.[theme];
  if (found === undefined) throw new Error(`theme.css has no colour ${name}`);
  return found;
}

const rooms = ['bg', 'surface', 'raised'];
/** Text, what it stands on, least contrast. */
const pairs: [string, string, number][] = [
  ...rooms.flatMap((fixture): [string, string, number][] => [
    ['text', fixture, 7],
    ['muted', fixture, 4.5],
    ['faint', fixture, 4.5],
    ['accent', fixture, 4.5],
    ['good', fixture, 4.5],
    ['warn', fixture, 4.5],
    ['bad', fixture, 4.5],
    ['line-strong', fixture, 3],
  ]),
  ['text', 'sunken', 7],
  ['text', 'sunken-hover', 7],
  ['muted', 'sunken', 4.5],
  ['muted', 'sunken-hover', 4.5],
  ['bad', 'sunken', 4.5],
  ['accent', 'accent-soft', 4.5],
  ['muted', 'accent-soft', 4.5],
  ['good-ink', 'good-soft', 4.5],
  ['warn-ink', 'warn-soft', 4.5],
  ['bad-ink', 'bad-soft', 4.5],
  ['text', 'bad-soft', 4.5],
  ['text', 'warn-soft', 4.5],
  ...['accent', 'good', 'bad'].flatMap((name): [string, string, number][] => [
    [`on-${name}`, name, 4.5],
    [`on-${name}`, `${name}-hover`, 4.5],
  ]),
  ...['practice', 'development', 'staging', 'production'].map((name): [string, string, number] => [
    `env-${name}`,
    `env-${name}-soft`,
    4.5,
  ]),
];

describe.each(['light', 'dark'] as const)('contrast in the %s theme', (theme) => {
  it.each(pairs)('%s on %s reaches %f:1', (ink, paper, least) => {
    expect(contrast(colour(ink, theme), colour(paper, theme))).toBeGreaterThanOrEqual(least);
  });
});

it('labels on the light buttons of the dark theme are dark', () => {
  for (const name of ['on-good', 'on-bad', 'on-accent']) expect(luminance(colour(name, 'dark'))).toBeLessThan(0.02);
});
