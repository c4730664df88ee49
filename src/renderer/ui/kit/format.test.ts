import { describe, expect, it } from 'vitest';
import { clock, day, duration, initials, nameLength, partyName, partyNumber, spokenDuration, timer } from './format';

const party = (displayName: string, user: string) => ({ displayName, user, uri: `sip:${user}@pbx.example.com` });

describe('durations', () => {
  it.each([
    [-5, '0:00'],
    [999, '0:00'],
    [42_000, '0:42'],
    [762_000, '12:42'],
    [3_599_999, '59:59'],
    [3_727_000, '1:02:07'],
  ])('%i ms is %s', (ms, text) => expect(duration(ms)).toBe(text));

  it('the timer keeps two digits of minutes', () => {
    expect(timer(42_000)).toBe('00:42');
    expect(timer(762_000)).toBe('12:42');
    expect(timer(3_727_000)).toBe('1:02:07');
  });

  it('are spoken in words', () => {
    expect(spokenDuration(192_000)).toBe('3 minutes, 12 seconds');
    expect(spokenDuration(61_000)).toBe('1 minute, 1 second');
    expect(spokenDuration(120_000)).toBe('2 minutes');
    expect(spokenDuration(0)).toBe('0 seconds');
  });
});

describe('dates', () => {
  const now = new Date(2026, 10, 21, 0, 5).getTime();
  it('names days near and far', () => {
    expect(day(now, now)).toBe('today');
    expect(day(now - 10 * 60_000, now)).toBe('yesterday');
    expect(day(new Date(2026, 10, 3, 12).getTime(), now)).toBe('3 Nov');
    expect(day(new Date(2025, 8, 19, 12).getTime(), now)).toBe('19 Sep 2025');
  });
  it('writes the time of day', () => expect(clock(new Date(2026, 10, 21, 9, 2, 33).getTime())).toBe('09:02:33'));
});

describe('the far end', () => {
  it('is called what it calls itself, else by its number', () => {
    expect(partyName(party('Asha Njeri', '1001'))).toBe('Asha Njeri');
    expect(partyName(party('  ', '1001'))).toBe('1001');
    expect(partyName(party('', '+12015550123'))).toBe('+1 201 555 0123');
  });
  it('shows an escaped # as one, and a broken escape as it is', () => {
    expect(partyNumber(party('', '*21%23'))).toBe('*21#');
    expect(partyNumber(party('', '100%'))).toBe('100%');
  });
  it.each([
    ['Asha Njeri', 'AN'],
    ['Kamau wa Njoroge', 'KN'],
    ['echo', 'E'],
    ['call-me', 'CM'],
    ['\u00e9lodie', '\u00c9'],
    ['+254 722 000 001', ''],
    ['<img onerror>', 'O'],
    ['', ''],
  ])('%s has the initials %s', (name, letters) => expect(initials(name)).toBe(letters));
  it.each([
    ['', 'short'],
    ['Asha Njeri', 'short'],
    ['n'.repeat(16), 'short'],
    ['n'.repeat(17), 'middle'],
    ['n'.repeat(28), 'middle'],
    ['\u{1f600}'.repeat(16), 'short'],
    ['Wilhelmina Featherstonehaugh-Cholmondeley of Marjoribanks', 'long'],
  ])('%s is a %s name', (name, length) => expect(nameLength(name)).toBe(length));
});
