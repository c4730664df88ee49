import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { QUALITY_EVERY_MS, createQualityStore, judge, readingOf, type QualityReading } from './call-quality';

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

  it('asks the followed call every two seconds and stops when it is let go', async () => {
    const asked: string[] = [];
    const store = createQualityStore((id) => {
      asked.push(id);
      return Promise.resolve(report(0, 50));
    });
    store.follow('a');
    await vi.advanceTimersByTimeAsync(QUALITY_EVERY_MS);
    expect(asked).toEqual(['a', 'a']);
    expect(store.get()).toEqual({ word: 'Good', codec: 'Opus', roundTripMs: 18 });
    store.follow(null);
    expect(store.get()).toBeNull();
    await vi.advanceTimersByTimeAsync(QUALITY_EVERY_MS * 3);
    expect(asked).toHaveLength(2);
  });

  it('drops an answer that comes after the call was let go', async () => {
    const store = createQualityStore(() => Promise.resolve(report(0, 50)));
    store.follow('a');
    store.follow(null);
    await vi.advanceTimersByTimeAsync(0);
    expect(store.get()).toBeNull();
  });
});
