import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../clock';
import { parseRtp, type RtpPacket } from '../rtp';
import { muLaw, startTone, tonePayloads, type ToneTarget } from './tone';

/** ITU-T G.711 mu-law back to a linear sample. */
function linear(code: number): number {
  const bits = ~code & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + 132) << ((bits >> 4) & 7)) - 132;
  return (bits & 0x80) !== 0 ? -magnitude : magnitude;
}

/** Energy at a frequency (Goertzel). */
function energy(samples: readonly number[], frequency: number): number {
  const turn = 2 * Math.cos((2 * Math.PI * frequency) / 8000);
  let [one, two] = [0, 0];
  for (const sample of samples) [one, two] = [sample + turn * one - two, one];
  return one * one + two * two - turn * one * two;
}

describe('mu-law', () => {
  it('knows its landmarks and stays within its step', () => {
    expect([muLaw(0), muLaw(32_767), muLaw(-32_768)]).toEqual([0xff, 0x80, 0x00]);
    for (let sample = -32_000; sample <= 32_000; sample += 37)
      expect(Math.abs(linear(muLaw(sample)) - sample)).toBeLessThanOrEqual(Math.max(8, Math.abs(sample) / 16));
  });
});

describe('the tone', () => {
  it('is 440 Hz and nothing else, and repeats without a click', () => {
    const samples = [...tonePayloads(), ...tonePayloads()].flatMap((payload) => [...payload].map(linear));
    const at440 = energy(samples, 440);
    for (const other of [220, 300, 880, 1000, 1320]) expect(energy(samples, other)).toBeLessThan(at440 / 1000);
  });
});

describe('pacing', () => {
  const packets: RtpPacket[] = [];
  const session: ToneTarget = {
    ssrc: 7,
    formats: [{ payloadType: 0, name: 'pcmu', clockRate: 8000, channels: 1, fmtp: null }],
    send: (raw: Buffer) => {
      const packet = parseRtp(raw);
      if (packet !== null) packets.push(packet);
    },
  };
  beforeEach(() => {
    packets.length = 0;
    vi.useFakeTimers({ now: 0 });
  });
  afterEach(() => {
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it('sends a packet each 20 ms of the clock, however late the timers are', () => {
    // A timer that is always 7 ms late.
    const stop = startTone(session, { now: systemClock.now, after: (ms, action) => systemClock.after(ms + 7, action) });
    vi.advanceTimersByTime(10_000);
    stop();
    expect(packets.length).toBeGreaterThanOrEqual(500);
    expect(packets.length).toBeLessThanOrEqual(501);
    expect(packets[400]?.timestamp).toBe((packets[0]?.timestamp ?? 0) + 64_000);
  });

  it('skips what a stall has lost, in step with the clock', () => {
    const stop = startTone(session, systemClock);
    vi.advanceTimersByTime(100);
    const before = packets.at(-1);
    vi.setSystemTime(10_100);
    vi.advanceTimersByTime(20);
    stop();
    expect(packets.length).toBeLessThan(12);
    expect((packets.at(-1)?.timestamp ?? 0) - (before?.timestamp ?? 0)).toBeGreaterThanOrEqual(80_000);
  });
});
