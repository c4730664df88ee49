/** The sounds the phone makes itself: the ring of an incoming call and the ringback of an outgoing one. */

/** Something that sounds over and over. */
export interface Cadence {
  /** Seconds of one round, silence included. */
  readonly lengthS: number;
  /** Bursts: from and to in seconds within the round, frequencies in Hz, level 0-1. */
  readonly bursts: readonly {
    readonly fromS: number;
    readonly toS: number;
    readonly hz: readonly number[];
    readonly level: number;
  }[];
}

/** Two soft rising notes, twice, then silence: heard across a room, not startling in a headset. */
export const RING: Cadence = {
  lengthS: 3.2,
  bursts: [0, 0.7].flatMap((startS) => [
    { fromS: startS, toS: startS + 0.26, hz: [659.25, 1318.5], level: 0.2 },
    { fromS: startS + 0.22, toS: startS + 0.6, hz: [880, 1760], level: 0.2 },
  ]),
};

/** The European ringback tone: 425 Hz, 1 s in 5 s (ETSI TR 101 041-2). */
export const RINGBACK: Cadence = { lengthS: 5, bursts: [{ fromS: 0, toS: 1, hz: [425], level: 0.12 }] };

/** Attack and release of a burst in seconds; without them each burst clicks. */
const EDGE_S = 0.02;

/** One round of a cadence as samples within -1..1. */
export function samplesOf(cadence: Cadence, sampleRate: number): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(Math.round(cadence.lengthS * sampleRate));
  for (const burst of cadence.bursts) {
    const end = Math.min(samples.length, Math.round(burst.toS * sampleRate));
    for (let index = Math.round(burst.fromS * sampleRate); index < end; index += 1) {
      const time = index / sampleRate;
      const edge = Math.min(1, (time - burst.fromS) / EDGE_S, (burst.toS - time) / EDGE_S);
      let sum = 0;
      for (const hz of burst.hz) sum += Math.sin(2 * Math.PI * hz * time) / burst.hz.length;
      samples[index] = (samples[index] ?? 0) + sum * burst.level * edge;
    }
  }
  return samples;
}

/** So many samples a second; no note of ours is above half of it. */
const SAMPLE_RATE = 16_000;

/** One round of a cadence as a WAV file: one channel of 16-bit PCM (RIFF, "Multimedia Programming Interface and Data Specifications 1.0"). */
export function wavOf(cadence: Cadence, sampleRate: number = SAMPLE_RATE): ArrayBuffer {
  const samples = samplesOf(cadence, sampleRate);
  const bytes = new DataView(new ArrayBuffer(44 + 2 * samples.length));
  const text = (at: number, name: string): void => {
    for (let n = 0; n < name.length; n += 1) bytes.setUint8(at + n, name.charCodeAt(n));
  };
  text(0, 'RIFF');
  bytes.setUint32(4, bytes.byteLength - 8, true);
  text(8, 'WAVEfmt ');
  bytes.setUint32(16, 16, true);
  // PCM, one channel.
  bytes.setUint16(20, 1, true);
  bytes.setUint16(22, 1, true);
  bytes.setUint32(24, sampleRate, true);
  bytes.setUint32(28, 2 * sampleRate, true);
  bytes.setUint16(32, 2, true);
  bytes.setUint16(34, 16, true);
  text(36, 'data');
  bytes.setUint32(40, 2 * samples.length, true);
  samples.forEach((sample, n) => {
    bytes.setInt16(44 + 2 * n, Math.round(32_767 * Math.max(-1, Math.min(1, sample))), true);
  });
  return bytes.buffer;
}

/** What the ringer may be doing. */
export type RingerSound = 'silent' | 'ring' | 'ringback';

export interface Ringer {
  /** Goes over to this sound at once, on this output device (null: the system's default). The same again changes nothing. */
  readonly play: (sound: RingerSound, deviceId: string | null) => void;
}

export interface PreparedRinger extends Ringer {
  /** Makes the file of the ring. To name it, Chromium waits for its main process, which is busy with the small window when a call comes. */
  readonly prepare: () => void;
}

/** What the ringer needs of an audio element. */
export type RingerElement = Pick<
  HTMLAudioElement,
  'loop' | 'src' | 'setSinkId' | 'play' | 'pause' | 'removeAttribute' | 'load'
>;

const urlOfCadence = (cadence: Cadence): string =>
  URL.createObjectURL(new Blob([wavOf(cadence)], { type: 'audio/wav' }));

/**
 * Makes a ringer. An audio element exists only while it sounds, so that an idle phone costs nothing. It is no AudioContext: Chromium makes the
 * first one of a page in up to 0.3 s, during which the window stands still, and that would be when the first call comes.
 */
export function createRinger(
  makeElement: () => RingerElement = () => new Audio(),
  urlOf: (cadence: Cadence) => string = urlOfCadence,
  later: (run: () => void) => unknown = setTimeout,
): PreparedRinger {
  interface Sounding {
    readonly sound: RingerSound;
    readonly deviceId: string | null;
    /** Null before it begins. */
    element: RingerElement | null;
  }
  let sounding: Sounding | null = null;
  const urls = new Map<Cadence, string>();

  function stop(): void {
    const element = sounding?.element;
    sounding = null;
    if (element === undefined || element === null) return;
    element.pause();
    // Without its source the device is let go.
    element.removeAttribute('src');
    element.load();
  }

  function urlFor(cadence: Cadence): string {
    const url = urls.get(cadence) ?? urlOf(cadence);
    urls.set(cadence, url);
    return url;
  }

  async function start(turn: Sounding, cadence: Cadence): Promise<void> {
    if (sounding !== turn) return;
    const element = (turn.element = makeElement());
    if (turn.deviceId !== null) {
      // A device that was unplugged: ring on the default one rather than not at all.
      await element.setSinkId(turn.deviceId).catch(() => undefined);
    }
    if (sounding !== turn) return;
    element.loop = true;
    element.src = urlFor(cadence);
    await element.play();
  }

  return {
    prepare: () => void urlFor(RING),
    play: (sound, deviceId) => {
      if (sounding === null ? sound === 'silent' : sounding.sound === sound && sounding.deviceId === deviceId) return;
      stop();
      if (sound === 'silent') return;
      const turn: Sounding = { sound, deviceId, element: null };
      sounding = turn;
      // The call is drawn first. It was stopped before it began: play() rejects then.
      later(() => void start(turn, sound === 'ring' ? RING : RINGBACK).catch(() => undefined));
    },
  };
}
