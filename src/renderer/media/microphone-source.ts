/** The port through which a phone gets its microphone; devices.ts is the only implementation. */
import type { Result } from '../../contracts/base/result';

/** Where the microphone comes from. */
export interface MicrophoneSource {
  readonly acquire: () => Promise<Result<MediaStream, MicrophoneFailure>>;
  /** Gives back one acquisition; the device is let go a little after the last one. */
  readonly release: () => void;
}
export interface MicrophoneFailure {
  readonly reason: 'microphone-refused' | 'microphone-missing' | 'microphone-busy';
}
