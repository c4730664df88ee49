import { describe, expect, it } from 'vitest';
import { reasonsIn } from './reason';

describe('reasonsIn', () => {
  it.each<[string | null, readonly [string, number | null, string][]]>([
    [null, []],
    ['', []],
    [' , ,', []],
    ['SIP;cause=200;text="Call completed elsewhere"', [['SIP', 200, 'Call completed elsewhere']]],
    ['sip ; Cause = 486 ; Text = "Busy, here; now"', [['SIP', 486, 'Busy, here; now']]],
    [
      'Q.850;cause=16;text="a, b;cause=3", SIP;cause=200',
      [
        ['Q.850', 16, 'a, b;cause=3'],
        ['SIP', 200, ''],
      ],
    ],
    ['SIP;text="a \\" b";cause=600', [['SIP', 600, 'a " b']]],
    ['SIP;cause="200"', [['SIP', 200, '']]],
    ['Q.850;cause=502;text=LOSE_RACE', [['Q.850', 502, 'LOSE_RACE']]],
    ['Q.850;cause=x', [['Q.850', null, '']]],
    ['Q.850;cause=12345', [['Q.850', null, '']]],
    ['Q.850', [['Q.850', null, '']]],
    ['SIP;cause=200;text="never closed', [['SIP', 200, 'never closed']]],
    ['SIP;causes=600;xcause=603', [['SIP', null, '']]],
  ])('%s', (header, expected) => {
    expect(reasonsIn(header).map(({ protocol, cause, text }) => [protocol, cause, text])).toEqual(expected);
  });
  it.each(['"'.repeat(100_000), ','.repeat(100_000), 'SIP;'.repeat(50_000), '\\"'.repeat(50_000)])(
    'reads a hostile header in bounded time',
    (header) => {
      const from = performance.now();
      reasonsIn(header);
      expect(performance.now() - from).toBeLessThan(500);
    },
  );
});
