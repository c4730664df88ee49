import { describe, expect, it } from 'vitest';
import { parseExpiry, serverAheadMs } from './expiry';

const SENT = Date.parse('2026-11-21T12:00:00Z');
const read = (value: unknown, aheadMs = 0): unknown => {
  const parsed = parseExpiry(value, { sentAt: SENT, aheadMs });
  return parsed.ok ? parsed.value - SENT : parsed.failure.reason;
};

describe('an expiry', () => {
  it.each([
    ['ISO, UTC', '2026-11-21T12:05:00Z', 300_000],
    ['ISO with parts of a second', '2026-11-21T12:05:00.250Z', 300_250],
    ['ISO with microseconds', '2026-11-21T12:05:00.250999+00:00', 300_250],
    ['ISO with an offset', '2026-11-21T15:05:00+03:00', 300_000],
    ['ISO without a zone means UTC', '2026-11-21T12:05:00', 300_000],
    ['ISO with a space', '2026-11-21 12:05:00Z', 300_000],
    ['seconds', SENT / 1000 + 300, 300_000],
    ['seconds with a fraction', SENT / 1000 + 300.5, 300_500],
    ['milliseconds', SENT + 300_000, 300_000],
    ['seconds as text', String(SENT / 1000 + 300), 300_000],
    ['milliseconds as text', String(SENT + 300_000), 300_000],
    ['a life in seconds', 300, 300_000],
    ['a life of a day', 86_400, 86_400_000],
  ])('%s is understood', (_name, value, lifeMs) => {
    expect(read(value)).toBe(lifeMs);
  });

  it.each([
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['1e30', 1e30],
    ['1e30 as text', '1e30'],
    ['30 digits', '9'.repeat(30)],
    ['a negative number', -1_800_000_000],
    ['a negative text', '-300'],
    ['zero', 0],
    ['nothing', null],
    ['left out', undefined],
    ['true', true],
    ['a list', [SENT]],
    ['an object', { seconds: 300 }],
    ['words', 'tomorrow'],
    ['empty', ''],
    ['a day without time', '2026-11-21'],
    ['a month that is none', '2026-13-21T12:05:00Z'],
    ['an HTTP date', 'Sat, 21 Nov 2026 12:05:00 GMT'],
    ['what is over', '2026-11-21T11:59:59Z'],
    ['now', SENT],
    ['1970', 100_000],
    ['more than a day', '2026-11-22T12:00:01Z'],
    ['the year 9999', '9999-12-31T23:59:59Z'],
  ])('%s is refused', (_name, value) => {
    expect(read(value)).toBe('answer-invalid');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -300, 0, 'tomorrow'])(
    '%s is no expiry, rather than one that is over',
    (value) => {
      expect(parseExpiry(value, { sentAt: SENT, aheadMs: 0 })).toMatchObject({
        failure: { sentence: expect.stringMatching(/does not say when/) as unknown },
      });
    },
  );

  it('is read by the clock of whoever wrote it', () => {
    expect(read('2026-11-21T13:05:00Z', 3_600_000)).toBe(300_000);
    expect(read('2026-11-21T11:05:00Z', -3_600_000)).toBe(300_000);
    expect(read(300, 3_600_000)).toBe(300_000);
  });
});

describe('the clock of a server', () => {
  const at = (offsetMs: number): string => new Date(SENT + offsetMs).toUTCString();

  it.each([
    ['agrees', at(0), 0],
    ['agrees: its second began before ours', at(-1000), 0],
    ['agrees: it answered a second later', at(1000), 0],
    ['is an hour ahead', at(3_600_000), 3_599_950],
    ['is an hour behind', at(-3_600_000), -3_600_050],
    ['is not told', undefined, 0],
    ['is garbage', 'soon', 0],
  ])('%s', (_name, date, aheadMs) => {
    expect(serverAheadMs(date, SENT - 50, SENT + 1150)).toBe(aheadMs);
  });
});
