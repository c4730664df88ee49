import { describe, expect, it } from 'vitest';
import { createRequestPace } from './request-pace';

function setUp() {
  const clock = { at: 1_000, now: () => clock.at };
  return { clock, pace: createRequestPace(clock) };
}

describe('the pace of requests', () => {
  it('does not matter while nothing fails', () => {
    const { clock, pace } = setUp();
    for (let n = 0; n < 50; n += 1) pace.sent();
    expect(pace.earliest(clock.at, 2)).toBe(clock.at);
  });
  it('allows ten in the first ten seconds, then one in five', () => {
    const { clock, pace } = setUp();
    pace.sent();
    pace.sent();
    pace.failing();
    for (let n = 0; n < 8; n += 1) {
      expect(pace.earliest(clock.at, 1)).toBe(clock.at);
      pace.sent();
      clock.at += 100;
    }
    expect(pace.earliest(clock.at, 1)).toBe(11_000);
    clock.at = 11_000;
    pace.sent();
    pace.sent();
    expect(pace.earliest(clock.at, 1)).toBe(21_000);
    clock.at = 60_000;
    expect(pace.earliest(clock.at, 2)).toBe(60_000);
  });
  it('does not begin a try that would not fit', () => {
    const { clock, pace } = setUp();
    pace.failing();
    for (let n = 0; n < 9; n += 1) pace.sent();
    expect(pace.earliest(clock.at, 1)).toBe(clock.at);
    expect(pace.earliest(clock.at, 2)).toBe(11_000);
  });
  it('counts what left within ten seconds before the first failure, and nothing older', () => {
    const { clock, pace } = setUp();
    for (let n = 0; n < 10; n += 1) pace.sent();
    clock.at += 10_000;
    pace.sent();
    clock.at += 9_000;
    pace.failing();
    expect(pace.earliest(clock.at, 9)).toBe(clock.at);
    expect(pace.earliest(clock.at, 10)).toBe(21_000);
  });
  it('leaves five seconds after the last one of the first ten seconds', () => {
    const { clock, pace } = setUp();
    pace.failing();
    clock.at = 10_900;
    for (let n = 0; n < 10; n += 1) pace.sent();
    expect(pace.earliest(clock.at, 2)).toBe(15_900);
  });
  it('begins anew when all is well', () => {
    const { clock, pace } = setUp();
    pace.failing();
    for (let n = 0; n < 10; n += 1) pace.sent();
    pace.over();
    expect(pace.earliest(clock.at, 10)).toBe(clock.at);
  });
});
