import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  QUALITY_EVERY_MS,
  QUIET_AFTER_MS,
  SILENT_AFTER_MS,
  createQualityStore,
  judge,
  readingOf,
  type QualityReading,
} from './call-quality';

const reading = (more: Partial<QualityReading> = {}): QualityReading => ({
  codec: 'Opus',
  roundTripMs: 18,
  jitterMs: 4,
  totals: { lost: 0, received: 100 },
  ...more,
});
const report = (lost: number, received: number) =>
  new Map<string, unknown>([
    ['t', { id: 't', type: 'transport' }],
    [
      'in',
      {
        id: 'in',
        type: 'inbound-rtp',
        kind: 'audio',
        codecId: 'c',
        jitter: 0.004,
        packetsLost: lost,
        packetsReceived: received,
      },
    ],
    ['c', { id: 'c', type: 'codec', mimeType: 'audio/opus' }],
    ['p', { id: 'p', type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.0183 }],
  ]);

describe('a reading', () => {
  it('finds codec, round trip, jitter and loss', () => {
    expect(readingOf(report(3, 97).values())).toEqual({
      codec: 'Opus',
      roundTripMs: 18,
      jitterMs: 4,
      totals: { lost: 3, received: 97 },
    });
  });
  it('takes the round trip of the path in use, not of one that was left', () => {
    const moved = [
      ...report(0, 1).values(),
      { id: 'q', type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.2 },
      { id: 'u', type: 'transport', selectedCandidatePairId: 'q' },
    ];
    expect(readingOf(moved.slice(1))?.roundTripMs).toBe(200);
  });
  it('is null before audio came in', () => expect(readingOf([{ type: 'outbound-rtp' }, null, 'x'])).toBeNull());
  it('does without a round trip', () =>
    expect(readingOf([{ type: 'inbound-rtp', kind: 'audio' }])).toMatchObject({ roundTripMs: null, codec: '' }));
});

describe('the judgement', () => {
  it.each([
    [reading(), 'Good'],
    [reading({ roundTripMs: 350 }), 'Fair'],
    [reading({ jitterMs: 50 }), 'Fair'],
    [reading({ totals: { lost: 4, received: 96 } }), 'Fair'],
    [reading({ roundTripMs: 700 }), 'Poor'],
    [reading({ jitterMs: 120 }), 'Poor'],
    [reading({ totals: { lost: 10, received: 90 } }), 'Poor'],
    [reading({ totals: { lost: 0, received: 0 } }), 'Good'],
  ])('%o is %s', (value, word) => expect(judge(value, null).word).toBe(word));
  it('counts loss since the reading before', () => {
    expect(
      judge(reading({ totals: { lost: 10, received: 190 } }), reading({ totals: { lost: 10, received: 90 } })).word,
    ).toBe('Good');
  });
});

describe('the store', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  /** A far end whose packets a test counts, and what the store shows. */
  const followedBy = (received: () => number | null, maySendNothing = false) => {
    const asked: number[] = [];
    const began = performance.now();
    const store = createQualityStore(() => {
      asked.push(Math.round(performance.now() - began));
      const count = received();
      return Promise.resolve(count === null ? new Map<string, unknown>() : report(0, count));
    });
    store.follow('a', maySendNothing);
    return { asked, store, word: () => store.get()?.word ?? null };
  };
  const perSecond = (rate: number): (() => number) => {
    const began = performance.now();
    return () => ((performance.now() - began) / 1000) * rate;
  };

  it('asks every second until a packet comes, then every two, and stops when the call is let go', async () => {
    const { asked, store } = followedBy(perSecond(50));
    await vi.advanceTimersByTimeAsync(QUALITY_EVERY_MS * 3);
    expect(asked).toEqual([0, 1000, 2000, 4000, 6000]);
    expect(store.get()).toEqual({ word: 'Good', codec: 'Opus', roundTripMs: 18 });
    store.follow(null);
    expect(store.get()).toBeNull();
    await vi.advanceTimersByTimeAsync(QUALITY_EVERY_MS * 3);
    expect(asked).toHaveLength(5);
  });

  it.each<[string, number | null]>([
    ['no stream at all', null],
    ['a stream without a packet', 0],
    ['packets from before the answer alone', 70],
  ])('with %s says nothing at first, then that no sound arrives, and never "Good"', async (_, count) => {
    const { store, word } = followedBy(() => count);
    const words: (string | null)[] = [];
    store.subscribe(() => words.push(word()));
    await vi.advanceTimersByTimeAsync(SILENT_AFTER_MS - 1);
    expect(words).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(words).toEqual(['No sound arrives']);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(words).toEqual(['No sound arrives']);
  });

  it('takes it back within a second when sound arrives after all', async () => {
    let count = 0;
    const { word } = followedBy(() => count);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(word()).toBe('No sound arrives');
    count = 40;
    await vi.advanceTimersByTimeAsync(1000);
    expect(word()).toBe('Good');
  });

  it('says it too where the sound stops later and stays away', async () => {
    const rising = perSecond(50);
    const stopped = performance.now() + 5000;
    let last = 0;
    const { word } = followedBy(() => (performance.now() <= stopped ? (last = rising()) : last));
    await vi.advanceTimersByTimeAsync(5000 + QUIET_AFTER_MS - 2000);
    expect(word()).toBe('Good');
    await vi.advanceTimersByTimeAsync(2000);
    expect(word()).toBe('No sound arrives');
  });

  it('does not expect sound of who may send nothing, as an assistant that listens', async () => {
    const { word } = followedBy(() => 0, true);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(word()).toBeNull();
  });

  it('begins anew with the next call, and after a hold', async () => {
    const { store, word } = followedBy(() => 0);
    await vi.advanceTimersByTimeAsync(SILENT_AFTER_MS);
    store.follow(null);
    store.follow('a');
    await vi.advanceTimersByTimeAsync(SILENT_AFTER_MS - 1);
    expect(word()).toBeNull();
  });

  it('drops an answer that comes after the call was let go', async () => {
    const store = createQualityStore(() => Promise.resolve(report(0, 50)));
    store.follow('a');
    store.follow(null);
    await vi.advanceTimersByTimeAsync(0);
    expect(store.get()).toBeNull();
  });
});
