import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { isEmergency } from './dial-rules';
import { EMERGENCY_NUMBERS } from './emergency-numbers';

const uri = (digits: string): string => `sip:${digits}@pbx.example.com`;
const isIn = (country: string, digits: string): boolean =>
  isEmergency(uri(digits), { domain: 'pbx.example.com', country });

describe('emergency numbers by region', () => {
  it('are what libphonenumber knows, as are the calling codes', () => {
    const generator = fileURLToPath(new URL('../../../build/phone-metadata.mjs', import.meta.url));
    const made = z
      .record(z.string(), z.string())
      .parse(JSON.parse(execFileSync(process.execPath, [generator, '--print'], { encoding: 'utf8' })));
    expect(Object.keys(made)).toHaveLength(2);
    for (const [path, text] of Object.entries(made))
      expect(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')).toBe(text);
  }, 30_000);

  it('are known for each region, but for one that libphonenumber has none for', () => {
    expect(Object.keys(EMERGENCY_NUMBERS).length).toBeGreaterThanOrEqual(241);
    expect(Object.entries(EMERGENCY_NUMBERS).flatMap(([region, numbers]) => (numbers === '' ? [region] : []))).toEqual([
      'GN',
    ]);
  });

  it.each(Object.keys(EMERGENCY_NUMBERS))('in %s pass as such, and 112, 911 and 999 everywhere', (region) => {
    for (const digits of (EMERGENCY_NUMBERS[region] ?? '').split(' ').filter((one) => one !== ''))
      expect(isIn(region, digits), digits).toBe(true);
    for (const digits of ['112', '911', '999']) expect(isIn(region, digits)).toBe(true);
    expect(isIn(region, '')).toBe(false);
  });

  // What the table held before it was made from metadata.
  it.each([
    ['AE', '997 998'],
    ['AU', '000 106'],
    ['BR', '190 192 193'],
    ['CH', '117 118 144'],
    ['DE', '110'],
    ['EG', '122 123 180'],
    ['ES', '061 062 080 091'],
    ['FR', '15 17 18 114'],
    ['GR', '100 166 199'],
    ['IN', '100 101 102 108'],
    ['IT', '113 115 118'],
    ['JP', '110 118 119'],
    ['KE', '114'],
    ['MA', '15 19'],
    ['NZ', '111'],
    ['PE', '105 106 116'],
    ['PK', '15 16 1122'],
    ['RS', '192 193 194'],
    ['RU', '101 102 103'],
    ['SN', '15 17 18'],
    ['TH', '191 199 1669'],
    ['VN', '113 114 115'],
    ['ZA', '10111 10177'],
  ])('in %s include %s', (region, numbers) => {
    for (const digits of numbers.split(' ')) expect(isIn(region, digits)).toBe(true);
    expect(isIn('', numbers.split(' ')[0] ?? '')).toBe(false);
  });
});
