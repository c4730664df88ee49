/**
 * The microphone: one open device shared by all calls, kept warm a little after the last one so that the next call starts
 * at once, and replaced by the system's default when it is pulled.
 */
import type { MicrophoneFailure, MicrophoneSource } from './microphone-source';
import { ok, type Result } from '../../contracts/base/result';
import { systemClock, type Clock } from '../base/clock';

/** The part of `navigator.mediaDevices` that is used. */
export type MediaDevicesPort = Pick<MediaDevices, 'getUserMedia' | 'enumerateDevices'>;

export interface MicrophoneOptions {
  /** The device that the agent chose, or null for the system's default. Asked at each opening. */
  readonly preferredId: () => string | null;
  readonly devices?: MediaDevicesPort;
  readonly clock?: Clock;
}

export interface MicrophoneDevice {
  readonly id: string;
  readonly label: string;
}

export interface Microphone extends MicrophoneSource {
  /** Microphones that can be chosen. */
  readonly listDevices: () => Promise<readonly MicrophoneDevice[]>;
  /** The open stream (for the level meter), or null while the device is let go. */
  readonly stream: () => MediaStream | null;
  /**
   * Told when another stream is in use: opened, switched, or null when closed. Live calls take it by
   * `UserAgent.useMicrophone`. Returns the unsubscribe function.
   */
  readonly onChange: (listener: (stream: MediaStream | null) => void) => () => void;
  /** The agent chose another device: opens it now when one is open. */
  readonly reselect: () => Promise<void>;
}

/** How long the device stays open after the last call, in milliseconds. */
export const WARM_MS = 30_000;

const PROCESSING = { echoCancellation: true, noiseSuppression: true, autoGainControl: true } as const;

/** The names of getUserMedia's errors (W3C mediacapture-main section 9.2) as reasons. */
function reasonOf(error: unknown): MicrophoneFailure['reason'] {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'microphone-refused';
  return name === 'NotReadableError' || name === 'AbortError' ? 'microphone-busy' : 'microphone-missing';
}

const stopAll = (stream: MediaStream): void => {
  for (const track of stream.getTracks()) track.stop();
};

export function createMicrophone({
  preferredId,
  devices = navigator.mediaDevices,
  clock = systemClock,
}: MicrophoneOptions): Microphone {
  const listeners = new Set<(stream: MediaStream | null) => void>();
  let open: MediaStream | null = null;
  let opening: Promise<Result<MediaStream, MicrophoneFailure>> | null = null;
  let users = 0;
  let cancelCooling: () => void = () => undefined;

  const set = (next: MediaStream | null): void => {
    const before = open;
    open = next;
    for (const listener of [...listeners]) listener(next);
    // Calls have copies of the old track until they took the new one; the device itself is let go here.
    if (before !== null) stopAll(before);
  };
  const get = async (id: string | null): Promise<MediaStream> => {
    if (id === null) return devices.getUserMedia({ audio: PROCESSING });
    try {
      return await devices.getUserMedia({ audio: { ...PROCESSING, deviceId: { exact: id } } });
    } catch (error) {
      // The chosen one is gone or in use: any microphone is better than none. A refusal holds for all of them.
      if (reasonOf(error) === 'microphone-refused') throw error;
      return devices.getUserMedia({ audio: PROCESSING });
    }
  };
  async function openDevice(id: string | null): Promise<Result<MediaStream, MicrophoneFailure>> {
    try {
      const stream = await get(id);
      for (const track of stream.getAudioTracks()) track.addEventListener('ended', () => void pulled(stream));
      set(stream);
      return ok(stream);
    } catch (error) {
      return { ok: false, failure: { reason: reasonOf(error) } };
    }
  }
  /** `ended` is fired for a device that went, not for a track that was stopped. */
  async function pulled(stream: MediaStream): Promise<void> {
    if (open !== stream) return;
    if (users === 0) {
      set(null);
      return;
    }
    const replaced = await openDevice(null);
    if (!replaced.ok && open === stream) set(null);
  }
  const ensureOpen = (): Promise<Result<MediaStream, MicrophoneFailure>> => {
    if (open !== null) return Promise.resolve(ok(open));
    opening ??= openDevice(preferredId()).finally(() => {
      opening = null;
    });
    return opening;
  };
  const cool = (): void => {
    cancelCooling();
    cancelCooling = clock.after(WARM_MS, () => {
      if (users === 0 && open !== null) set(null);
    });
  };

  return {
    acquire: async () => {
      // Counted before it is open, so that nothing lets it go meanwhile.
      users += 1;
      cancelCooling();
      const result = await ensureOpen();
      if (!result.ok) users -= 1;
      return result;
    },
    release: () => {
      users = Math.max(0, users - 1);
      if (users === 0) cool();
    },
    listDevices: async () =>
      (await devices.enumerateDevices())
        .filter(
          ({ kind, deviceId }) =>
            kind === 'audioinput' && deviceId !== '' && deviceId !== 'default' && deviceId !== 'communications',
        )
        .map(({ deviceId, label }) => ({ id: deviceId, label })),
    stream: () => open,
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    reselect: async () => {
      if (opening !== null) await opening;
      if (open !== null) await openDevice(preferredId());
    },
  };
}
