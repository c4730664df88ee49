/** How good a call sounds, from its WebRTC statistics (W3C webrtc-stats). */
import type { CallId } from '../../contracts/call/call';
import { createStore, type Store } from '../base/store';

export type QualityWord = 'Good' | 'Fair' | 'Poor';
export interface CallQuality {
  readonly word: QualityWord;
  /** "Opus". */
  readonly codec: string;
  /** Round trip in milliseconds, or null until it is known. */
  readonly roundTripMs: number | null;
}

interface Totals {
  readonly lost: number;
  readonly received: number;
}
/** The statistics that count; `totals` are since the call began. */
export interface QualityReading {
  readonly codec: string;
  readonly roundTripMs: number | null;
  readonly jitterMs: number;
  readonly totals: Totals;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const numberOf = (entry: Record<string, unknown>, key: string): number | null => {
  const value = entry[key];
  return typeof value === 'number' ? value : null;
};

/** Reads what counts out of a statistics report; null while no audio has come in. */
export function readingOf(entries: Iterable<unknown>): QualityReading | null {
  const records = [...entries].filter(isRecord);
  const inbound = records.find((entry) => entry['type'] === 'inbound-rtp' && entry['kind'] === 'audio');
  if (inbound === undefined) return null;
  const codec = records.find((entry) => entry['id'] === inbound['codecId'])?.['mimeType'];
  // Several may be nominated, of which one was left for a new path.
  const selected = records.find((entry) => entry['type'] === 'transport')?.['selectedCandidatePairId'];
  const pairs = records.filter(
    (entry) =>
      entry['type'] === 'candidate-pair' &&
      entry['nominated'] === true &&
      numberOf(entry, 'currentRoundTripTime') !== null,
  );
  const pair = pairs.find(({ id }) => id === selected) ?? pairs[0];
  const roundTripS = pair === undefined ? null : numberOf(pair, 'currentRoundTripTime');
  const name = typeof codec === 'string' ? codec.replace(/^audio\//, '') : '';
  return {
    codec: name === 'opus' ? 'Opus' : name,
    roundTripMs: roundTripS === null ? null : Math.round(roundTripS * 1000),
    jitterMs: (numberOf(inbound, 'jitter') ?? 0) * 1000,
    totals: {
      lost: Math.max(0, numberOf(inbound, 'packetsLost') ?? 0),
      received: numberOf(inbound, 'packetsReceived') ?? 0,
    },
  };
}

/** Judges a reading beside the one before: loss counts since then, not since the call began. */
export function judge(reading: QualityReading, before: QualityReading | null): CallQuality {
  const lost = reading.totals.lost - (before?.totals.lost ?? 0);
  const received = reading.totals.received - (before?.totals.received ?? 0);
  const loss = lost + received > 0 ? Math.max(0, lost) / (lost + received) : 0;
  const roundTrip = reading.roundTripMs ?? 0;
  // ITU-T G.114: beyond 150 ms one way people notice; Opus conceals about 3 % loss well and 10 % hardly.
  const poor = loss > 0.08 || reading.jitterMs > 100 || roundTrip > 600;
  const fair = loss > 0.02 || reading.jitterMs > 40 || roundTrip > 300;
  return { word: poor ? 'Poor' : fair ? 'Fair' : 'Good', codec: reading.codec, roundTripMs: reading.roundTripMs };
}

/** How often a call in conversation is asked, in milliseconds. */
export const QUALITY_EVERY_MS = 2000;

export interface QualityStore extends Store<CallQuality | null> {
  /** Follows this call from now on; null follows none and costs nothing. */
  readonly follow: (id: CallId | null) => void;
}

/** Makes the store; `stats` is the UserAgent's. */
export function createQualityStore(stats: (id: CallId) => Promise<RTCStatsReport | null>): QualityStore {
  const store = createStore<CallQuality | null>(null);
  let followed: CallId | null = null;
  let before: QualityReading | null = null;
  let timer: ReturnType<typeof setInterval> | null = null;

  async function look(id: CallId): Promise<void> {
    const report = await stats(id);
    if (followed !== id || report === null) return;
    const entries: unknown[] = [];
    report.forEach((entry: unknown) => entries.push(entry));
    const reading = readingOf(entries);
    if (reading === null) return;
    const quality = judge(reading, before);
    before = reading;
    const shown = store.get();
    if (shown?.word !== quality.word || shown.codec !== quality.codec || shown.roundTripMs !== quality.roundTripMs)
      store.set(quality);
  }

  return {
    get: store.get,
    subscribe: store.subscribe,
    follow: (id) => {
      if (id === followed) return;
      followed = id;
      before = null;
      store.set(null);
      if (timer !== null) clearInterval(timer);
      timer = null;
      if (id === null) return;
      void look(id);
      timer = setInterval(() => void look(id), QUALITY_EVERY_MS);
    },
  };
}
