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

/** What the ringer may be doing. */
export type RingerSound = 'silent' | 'ring' | 'ringback';

export interface Ringer {
  /** Goes over to this sound at once, on this output device (null: the system's default). The same again changes nothing. */
  readonly play: (sound: RingerSound, deviceId: string | null) => void;
}

/** Chromium can send an AudioContext to a device; the DOM library does not know it yet. */
interface RoutableContext extends AudioContext {
  readonly setSinkId: (deviceId: string) => Promise<void>;
}
const isRoutable = (context: AudioContext): context is RoutableContext => 'setSinkId' in context;

/** Makes a ringer; an AudioContext exists only while it sounds, so that an idle phone costs nothing. */
export function createRinger(makeContext: () => AudioContext = () => new AudioContext()): Ringer {
  let sounding: {
    readonly sound: RingerSound;
    readonly deviceId: string | null;
    readonly context: AudioContext;
  } | null = null;

  function stop(): void {
    // A context that is closed twice rejects; there is nothing to do about it.
    sounding?.context.close().catch(() => undefined);
    sounding = null;
  }

  async function start(context: AudioContext, cadence: Cadence, deviceId: string | null): Promise<void> {
    if (deviceId !== null && isRoutable(context)) {
      // A device that was unplugged: ring on the default one rather than not at all.
      await context.setSinkId(deviceId).catch(() => undefined);
    }
    if (context.state === 'closed') return;
    const buffer = context.createBuffer(1, Math.round(cadence.lengthS * context.sampleRate), context.sampleRate);
    buffer.copyToChannel(samplesOf(cadence, context.sampleRate), 0);
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.loop = true;
    source.connect(context.destination);
    source.start();
    await context.resume();
  }

  return {
    play: (sound, deviceId) => {
      if (sounding === null ? sound === 'silent' : sounding.sound === sound && sounding.deviceId === deviceId) return;
      stop();
      if (sound === 'silent') return;
      const context = makeContext();
      sounding = { sound, deviceId, context };
      start(context, sound === 'ring' ? RING : RINGBACK, deviceId).catch(() => undefined);
    },
  };
}
