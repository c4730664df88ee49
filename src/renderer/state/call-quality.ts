/** How good a call sounds, from its WebRTC statistics (W3C webrtc-stats). */
import type { CallId } from '../../contracts/call/call';
import { createStore, type Store } from '../base/store';

/** `No sound arrives`: not one packet of the far end's for a while, so that there is nothing to be judged. */
export type QualityWord = 'Good' | 'Fair' | 'Poor' | 'No sound arrives';
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
/** How often until its first packet. */
const FIRST_EVERY_MS = 1000;
/** Without a packet for so long after the answer (or after a hold), the card says so. */
export const SILENT_AFTER_MS = 3000;
/** And for so long later: a phone that sends nothing while its owner is silent (RFC 3389) sends something by then. */
export const QUIET_AFTER_MS = 10_000;

export interface QualityStore extends Store<CallQuality | null> {
  /** Follows this call, which is in conversation, from now on; null follows none and costs nothing. `maySendNothing`: the far end's silence is no news. */
  readonly follow: (id: CallId | null, maySendNothing?: boolean) => void;
}

/** What is known of the call that is followed. */
interface Followed {
  readonly id: CallId;
  readonly maySendNothing: boolean;
  before: QualityReading | null;
  /** Packets when some came last; null before the first look. */
  received: number | null;
  /** When that was, or when it began to be followed. */
  quietSince: number;
  hasHeard: boolean;
  looks: number;
}

const isSame = (a: CallQuality | null, b: CallQuality): boolean =>
  a?.word === b.word && a.codec === b.codec && a.roundTripMs === b.roundTripMs;

/** Makes the store; `stats` is the UserAgent's. */
export function createQualityStore(stats: (id: CallId) => Promise<RTCStatsReport | null>): QualityStore {
  const store = createStore<CallQuality | null>(null);
  let followed: Followed | null = null;
  let timer: ReturnType<typeof setInterval> | null = null;

  const show = (quality: CallQuality): void => {
    if (!isSame(store.get(), quality)) store.set(quality);
  };
  async function look(at: Followed): Promise<void> {
    const report = await stats(at.id);
    if (followed !== at || report === null) return;
    const entries: unknown[] = [];
    report.forEach((entry: unknown) => entries.push(entry));
    const reading = readingOf(entries);
    const received = reading?.totals.received ?? 0;
    const now = performance.now();
    // What came before the answer is no sound of the conversation.
    if (at.received !== null && received > at.received) {
      at.hasHeard = true;
      at.quietSince = now;
    }
    at.received = received;
    const isSilent = now - at.quietSince >= (at.hasHeard ? QUIET_AFTER_MS : SILENT_AFTER_MS);
    if (isSilent && !at.maySendNothing) show({ word: 'No sound arrives', codec: '', roundTripMs: null });
    else if (at.hasHeard && !isSilent && reading !== null) {
      show(judge(reading, at.before));
      at.before = reading;
    }
  }

  return {
    get: store.get,
    subscribe: store.subscribe,
    follow: (id, maySendNothing = false) => {
      if (id === (followed?.id ?? null)) return;
      store.set(null);
      if (timer !== null) clearInterval(timer);
      timer = followed = null;
      if (id === null) return;
      const at: Followed = {
        id,
        maySendNothing,
        before: null,
        received: null,
        quietSince: performance.now(),
        hasHeard: false,
        looks: 0,
      };
      followed = at;
      void look(at);
      timer = setInterval(() => {
        at.looks += 1;
        if (!at.hasHeard || (at.looks * FIRST_EVERY_MS) % QUALITY_EVERY_MS === 0) void look(at);
      }, FIRST_EVERY_MS);
    },
  };
}
