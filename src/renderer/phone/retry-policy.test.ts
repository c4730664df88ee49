import { describe, expect, it } from 'vitest';
import { glareDelay, retryDelay } from './retry-policy';

const base = { failures: 0, random: 0.5, onThisComputer: false };

describe('retryDelay', () => {
  it('doubles from 250 ms and never exceeds 15 s', () => {
    const delays = Array.from({ length: 10 }, (_, failures) => retryDelay({ ...base, failures }));
    expect(delays).toEqual([250, 500, 1000, 2000, 4000, 8000, 15000, 15000, 15000, 15000]);
    expect(retryDelay({ ...base, failures: 5000, random: 0.999 })).toBe(15000);
  });
  it('spreads by a quarter to both sides', () => {
    expect(retryDelay({ ...base, random: 0 })).toBe(188);
    expect(retryDelay({ ...base, random: 0.9999 })).toBe(312);
  });
  it('never waits longer than a second for a gateway on this computer', () => {
    expect(retryDelay({ ...base, failures: 9, onThisComputer: true, random: 0.999 })).toBe(1000);
  });
  it('honours whoever says how long to wait, and does not hammer where a person is needed', () => {
    expect(retryDelay({ ...base, retryAfterMs: 60_000 })).toBe(60_000);
    expect(retryDelay({ ...base, failures: 6, retryAfterMs: 100 })).toBe(15_000);
    expect(retryDelay({ ...base, needsPerson: true })).toBe(30_000);
  });
});

describe('glareDelay (RFC 3261 section 14.1)', () => {
  it('keeps the owner of the Call-ID and the other side apart, in steps of 10 ms', () => {
    expect([glareDelay(true, 0), glareDelay(true, 0.9999)]).toEqual([2100, 4000]);
    expect([glareDelay(false, 0), glareDelay(false, 0.9999)]).toEqual([0, 2000]);
    expect(glareDelay(false, 0.1234) % 10).toBe(0);
  });
});
