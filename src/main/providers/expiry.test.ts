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
    ['exactly a day, by a server that took a moment', '2026-11-22T12:00:01Z', 86_401_000],
    ['a day in seconds of the epoch, by a server that took a moment', SENT / 1000 + 86_402, 86_402_000],
    ['an HTTP date', 'Sat, 21 Nov 2026 12:05:00 GMT', 300_000],
    ['an HTTP date of RFC 850', 'Saturday, 21-Nov-26 12:05:00 GMT', 300_000],
    ['an HTTP date of asctime', 'Sat Nov 21 12:05:00 2026', 300_000],
    ['a date of mail', 'Sat, 21 Nov 2026 12:05:00 +0000', 300_000],
    ['a date of mail, in another zone', 'Sat, 21 Nov 2026 15:05:00 +0300', 300_000],
    ['a zone named once more', '2026-11-21T12:05:00Z[UTC]', 300_000],
    ['a zone named once more behind an offset', '2026-11-21T13:05:00.5+01:00[Europe/Berlin]', 300_500],
    ['a zone in words', '2026-11-21 12:05:00 UTC', 300_000],
    ['an offset of hours', '2026-11-21 13:05:00+01', 300_000],
    ['an offset without a colon', '2026-11-21T13:05:00+0100', 300_000],
    ['7200s', '7200s', 7_200_000],
    ['7200.5s', '7200.5s', 7_200_500],
    ['1h30m', '1h30m', 5_400_000],
    ['1h0m0s', '1h0m0s', 3_600_000],
    ['PT2H', 'PT2H', 7_200_000],
    ['PT5M', 'PT5M', 300_000],
    ['P1D', 'P1D', 86_400_000],
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
    ['an HTTP date that is none', 'Sat, 32 Nov 2026 12:05:00 GMT'],
    ['a zone without an offset', '2026-11-21T12:05:00[UTC]'],
    ['units alone', 's'],
    ['P', 'P'],
    ['PT', 'PT'],
    ['0s', '0s'],
    ['-7200s', '-7200s'],
    ['what is over', '2026-11-21T11:59:59Z'],
    ['now', SENT],
    ['1979', 3e8],
    ['more than a day', '2026-11-22T12:01:01Z'],
    ['a day and more', 86_461],
    ['a week', 604_800],
    ['a week in seconds as text', '604800'],
    ['a week with its unit', '604800s'],
    ['a week, ISO', 'P7D'],
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

  it.each([604_800, '604800', '604800s', 'P7D', 2_592_000, '2026-11-28T12:00:00Z', 'Sat, 28 Nov 2026 12:00:00 GMT'])(
    '%s is too long, rather than over',
    (value) => {
      expect(parseExpiry(value, { sentAt: SENT, aheadMs: 0 })).toMatchObject({
        failure: { sentence: expect.stringMatching(/longer than a day/) as unknown },
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
