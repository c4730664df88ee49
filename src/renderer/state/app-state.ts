/** Everything the window shows and does, in one bag; main.tsx fills it. */
import type { ChannelOutput } from '../../contracts/ipc/ipc';
import type { AuditEntry } from '../../contracts/audit/audit';
import type { AuditFilter, AuditPage, AuditQuery } from '../../contracts/audit/audit-query';
import type { Failure, Result } from '../../contracts/base/result';
import type { ConnectionTestsStore } from './connection-tests-store';
import type { GuideStore } from './guide-store';
import type { Health } from './health';
import type { LineEventsStore } from './line-events-store';
import type { QualityStore } from './call-quality';
import type { DevicesStore } from './devices-store';
import type { LiveStore } from './live-store';
import type { AdminStore, PhoneLockStore } from './lock-store';
import type { LostCallsStore } from './lost-calls-store';
import type { PhoneStore } from './phone-store';
import type { ProfilesStore } from './profiles-store';
import type { SettingsStore } from './settings-store';
import type { Store } from '../base/store';
import type { TranscriptStore } from './transcript-store';
import type { ViewStore } from './view-store';

/** Calls the listener about ten times a second with the microphone's level, 0-1, while it is open; with 0 once when it closes. */
export type LevelSource = (listener: (level: number) => void) => () => void;

/** Main's audit log, to be looked through. */
export interface AuditPort {
  readonly query: (query: AuditQuery) => Promise<Result<AuditPage>>;
  /** Main shows the dialog and writes what fits. */
  readonly exportFile: (filter: AuditFilter, format: 'csv' | 'jsonl') => Promise<Result<ChannelOutput<'audit.export'>>>;
  /** Returns the function that ends it. */
  readonly onAppended: (listener: (entry: AuditEntry) => void) => () => void;
}

export interface AppState {
  readonly phone: PhoneStore;
  /** Why main refused the last grant of the line in use, or null. */
  readonly grantFailure: Store<Failure | null>;
  readonly phoneLock: PhoneLockStore;
  readonly lostCalls: LostCallsStore;
  readonly admin: AdminStore;
  readonly profiles: ProfilesStore;
  readonly settings: SettingsStore;
  readonly live: LiveStore;
  /** The calls of the line's own system, as it tells them. */
  readonly lineEvents: LineEventsStore;
  readonly health: Store<Health>;
  readonly devices: DevicesStore;
  readonly view: ViewStore;
  readonly quality: QualityStore;
  /** What was said in the calls with an assistant. */
  readonly transcripts: TranscriptStore;
  /** Tests of the lines' connections. */
  readonly tests: ConnectionTestsStore;
  readonly guide: GuideStore;
  readonly audit: AuditPort;
  readonly microphoneLevel: LevelSource;
  /** Main's menu of a right click asks for a call; returns the function that ends it. */
  readonly onDialAsked: (listener: (text: string) => void) => () => void;
  readonly appInfo: () => Promise<Result<ChannelOutput<'app.info'>>>;
}
