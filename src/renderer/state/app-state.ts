/** Everything the window shows and does, in one bag; main.tsx fills it. */
import type { ChannelOutput } from '../../contracts/ipc';
import type { Failure, Result } from '../../contracts/result';
import type { QualityStore } from './call-quality';
import type { DevicesStore } from './devices-store';
import type { LiveStore } from './live-store';
import type { PhoneStore } from './phone-store';
import type { ProfilesStore } from './profiles-store';
import type { SettingsStore } from './settings-store';
import type { Store } from './store';
import type { ViewStore } from './view-store';

/** Calls the listener about ten times a second with the microphone's level, 0-1, while it is open; with 0 once when it closes. */
export type LevelSource = (listener: (level: number) => void) => () => void;

export interface AppState {
  readonly phone: PhoneStore;
  /** Why main refused the last grant of the line in use, or null. */
  readonly grantFailure: Store<Failure | null>;
  readonly profiles: ProfilesStore;
  readonly settings: SettingsStore;
  readonly live: LiveStore;
  readonly devices: DevicesStore;
  readonly view: ViewStore;
  readonly quality: QualityStore;
  readonly microphoneLevel: LevelSource;
  readonly appInfo: () => Promise<Result<ChannelOutput<'app.info'>>>;
}
