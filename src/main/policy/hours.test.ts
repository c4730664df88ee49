import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hoursInWords, isWithin, nextChange } from './hours';

/** 2026-11-16 is a Monday; local time. */
const at = (day: number, time: string): Date => new Date(`2026-11-${15 + day}T${time}`);
const office = [{ days: [1, 2, 3, 4, 5], from: '08:30', to: '17:00' }];
const night = [{ days: [5, 7], from: '22:00', to: '06:00' }];

describe('hours', () => {
  it.each([
    [office, 1, '08:29:59', false],
    [office, 1, '08:30:00', true],
    [office, 5, '16:59:59', true],
    [office, 5, '17:00:00', false],
    [office, 6, '12:00:00', false],
    [night, 5, '21:59:00', false],
    [night, 5, '22:00:00', true],
    [night, 6, '05:59:00', true],
    [night, 6, '06:00:00', false],
    [night, 6, '22:00:00', false],
    [night, 5, '05:00:00', false],
    [night, 7, '23:00:00', true],
    // Sunday's night ends on Monday.
    [night, 1, '05:59:00', true],
    [night, 1, '06:00:00', false],
    [[{ days: [3], from: '09:00', to: '09:00' }], 3, '09:00:00', true],
    [[{ days: [3], from: '09:00', to: '09:00' }], 4, '08:59:00', true],
    [[{ days: [3], from: '09:00', to: '09:00' }], 4, '09:00:00', false],
    [[], 7, '03:00:00', true],
  ])('%j on day %i at %s: %s', (spans, day, time, expected) => {
    expect(isWithin(spans, at(day, time))).toBe(expected);
  });

  it.each([
    [office, 1, '08:00:00', at(1, '08:30:00')],
    [office, 1, '08:30:00', at(1, '17:00:00')],
    [office, 5, '17:00:00', at(8, '08:30:00')],
    [night, 5, '23:00:00', at(6, '06:00:00')],
    // Two spans that join are one.
    [[...office, { days: [1], from: '17:00', to: '19:00' }], 1, '09:00:00', at(1, '19:00:00')],
    [[{ days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '00:00' }], 3, '12:00:00', null],
    [[], 3, '12:00:00', null],
  ])('%j on day %i at %s: the next change is %s', (spans, day, time, expected) => {
    expect(nextChange(spans, at(day, time))).toEqual(expected);
  });

  describe('where clocks are set for the summer (Europe/Berlin)', () => {
    const before = process.env['TZ'];
    beforeAll(() => {
      process.env['TZ'] = 'Europe/Berlin';
    });
    afterAll(() => {
      if (before === undefined) delete process.env['TZ'];
      else process.env['TZ'] = before;
    });
    const early = [{ days: [7], from: '02:00', to: '03:00' }];
    const saturdayNight = [{ days: [6], from: '22:00', to: '06:00' }];

    it.each([
      // 2026-03-29: 01:59 is followed by 03:00. An hour that is left out is nobody's.
      [early, '2026-03-29T00:59:00Z', false],
      [early, '2026-03-29T01:00:00Z', false],
      [saturdayNight, '2026-03-28T21:00:00Z', true],
      [saturdayNight, '2026-03-29T03:59:00Z', true],
      [saturdayNight, '2026-03-29T04:00:00Z', false],
      // 2026-10-25: 02:59 is followed by 02:00. An hour that comes twice counts twice.
      [early, '2026-10-25T00:00:00Z', true],
      [early, '2026-10-25T01:59:00Z', true],
      [early, '2026-10-25T02:00:00Z', false],
      [saturdayNight, '2026-10-24T20:00:00Z', true],
      [saturdayNight, '2026-10-25T04:59:00Z', true],
      [saturdayNight, '2026-10-25T05:00:00Z', false],
    ])('%j at %s: %s, by what the clock on the wall says', (spans, time, expected) => {
      expect(isWithin(spans, new Date(time))).toBe(expected);
    });
  });

  it('read as people write them', () => {
    expect(hoursInWords([...office, { days: [7, 6], from: '09:00', to: '12:00' }])).toBe(
      'Mon-Fri 08:30-17:00; Sat, Sun 09:00-12:00',
    );
    expect(hoursInWords([{ days: [5, 1, 3, 2], from: '00:00', to: '12:00' }])).toBe('Mon-Wed, Fri 00:00-12:00');
    expect(hoursInWords(Array.from({ length: 14 }, () => office[0] ?? expect.unreachable()))).toMatch(/; and 9 more$/);
  });
});
