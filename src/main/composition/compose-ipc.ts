/** What the windows may ask for, tied to what answers it. */
import { randomUUID } from 'node:crypto';
import { app, nativeTheme, type BrowserWindow } from 'electron';
import { ok } from '../../contracts/base/result';
import { APP_ORIGIN } from '../lockdown/app-protocol';
import { createAuditHandlers } from '../handlers/audit-handlers';
import type { AuditLog } from '../audit/audit-log';
import { createChangeQuestion } from '../consent/change-question';
import type { Clock } from '../base/clock';
import type { NativeDialogs } from '../desktop/native-dialogs';
import { createChosenFiles } from '../desktop/chosen-files';
import { createIncomingCalls, type IncomingCalls } from '../windows/incoming-calls';
import { createRingingCalls, type RingingCalls } from '../windows/ringing-calls';
import { createIncomingWindow } from '../windows/incoming-window';
import { flash } from '../windows/window';
import type { KeyHandover } from '../secrets/key-handover';
import { keyFromClipboard, keyFromFile } from '../secrets/key-sources';
import { showPublicKey } from '../consent/public-key-box';
import { createDialogBackOff } from '../consent/dialog-back-off';
import { askNatively } from '../consent/native-question';
import { createUnlockWindow } from '../windows/unlock-window';
import { createAppHandlers } from '../handlers/app-handlers';
import { createCallHandlers } from '../handlers/call-handlers';
import { createGrantHandlers } from '../handlers/grant-handlers';
import { createKeyHandlers } from '../handlers/key-handlers';
import { createLockHandlers } from '../handlers/lock-handlers';
import { createProfileHandlers } from '../handlers/profile-handlers';
import { createPublicKeyHandlers } from '../handlers/public-key-handlers';
import { createVoiceHandlers } from '../handlers/voice-handlers';
import { createNoteRefusal } from '../audit/note-refusal';
import { createTakeKey } from '../consent/take-key';
import { createChangeLines } from '../tokens/change-lines';
import type { Handlers } from '../../contracts/ipc/ipc';
import { UNLOCK_PARTITION } from '../lockdown/hardening';
import { serveIpc } from '../ipc/ipc';
import { createKeyQuestion } from '../consent/key-question';
import type { Log } from '../base/log';
import type { Notify } from '../ipc/notify';
import { createNotedRate } from '../ipc/noted-rate';
import { isSandboxed } from '../lockdown/os-sandbox';
import { createPolicyHandlers } from '../handlers/policy-handlers';
import { admitProfile } from '../profiles/profile-guard';
import { createTransferHandlers } from '../handlers/profile-transfer-handlers';
import { createRemoteCallHandlers } from '../handlers/remote-calls';
import { admitAdmin } from '../locks/required-admin-lock';
import type { Windows } from '../windows/windows';
import type { Zoom } from '../windows/zoom';
import type { Locks } from './compose-locks';
import type { ProxySide } from './compose-proxy';
import type { TokenSide } from './compose-tokens';
import type { OpenedFiles } from './open-files';

export interface IpcPorts {
  readonly files: OpenedFiles;
  readonly tokens: TokenSide;
  readonly locks: Locks;
  readonly proxy: ProxySide;
  readonly windows: Windows<BrowserWindow>;
  readonly zoom: Pick<Zoom, 'set'>;
  readonly handover: KeyHandover;
  readonly dialogs: NativeDialogs;
  readonly audit: AuditLog;
  readonly notify: Notify;
  readonly clock: Clock;
  readonly log: Log;
  readonly logPath: string;
  /** The preload script's path. */
  readonly preload: string;
}

/** Serves every channel; the value is what main knows of calls that come in: their notices leave with the phone window. */
export function composeIpc({
  files: { stored, profiles, settings, run, managed },
  tokens,
  locks: { adminLock, phoneLock },
  proxy,
  windows,
  zoom,
  handover,
  dialogs,
  audit,
  notify,
  clock,
  log,
  logPath,
  preload,
}: IpcPorts): { readonly incoming: IncomingCalls; readonly ringing: RingingCalls } {
  const { keys, broker, renewal, voice, tests, sippet, snapshot, tellProfiles, lineChanged } = tokens;
  const phoneWindow = () => windows.get('phone');
  const chosenFiles = createChosenFiles(phoneWindow, dialogs);
  const keyQuestion = createKeyQuestion({
    find: profiles.find,
    ask: (question) => askNatively(phoneWindow(), dialogs, question),
    clock,
    audit: audit.append,
  });
  const confirmChange = createChangeQuestion({
    find: profiles.find,
    admitted: (wanted) => {
      const kept = admitProfile(stored, managed, wanted);
      return kept.ok ? ok(managed.apply(kept.value)) : kept;
    },
    hasKey: (profileId) => {
      const { active, next } = stored.keyRecords(profileId);
      return active !== null || next !== null || keyQuestion.isFor(profileId);
    },
    adminLock,
    ask: (question) => askNatively(phoneWindow(), dialogs, question),
    clock,
    audit: audit.append,
  });
  const ringing = createRingingCalls(clock, (sipCallId, missed) => {
    incoming.over(sipCallId);
    if (missed && !settings.current().doNotDisturb) flash(phoneWindow());
  });
  const incoming = createIncomingCalls({
    rings: ringing.rings,
    line: profiles.find,
    window: createIncomingWindow({
      preload,
      log,
      onMade: (window) => windows.add('incoming', window),
      onClosed: (window) => windows.forget('incoming', window),
    }),
    onChanged: (notices) => notify('incoming.changed', [...notices]),
    onAction: (callId, action) => notify('calls.incomingAction', { callId, action }),
  });
  const profilesChanged = (profileId: string, change: 'line' | 'selection'): void => {
    if (change === 'line') lineChanged(profileId);
    tellProfiles();
  };
  const noteRefusal = createNoteRefusal(audit.append);
  const takeKey = createTakeKey({
    profiles,
    keys,
    keyFromClipboard,
    keyFromFile: () => keyFromFile(phoneWindow(), dialogs),
    keyQuestion,
    handOverKey: handover.copy,
    audit: audit.append,
  });
  const lines = createChangeLines({
    profiles,
    keys,
    broker,
    confirmChange,
    noteRefusal,
    audit: audit.append,
    onChanged: profilesChanged,
  });
  serveIpc({
    handlers: {
      ...createAppHandlers({
        appInfo: async () => ({
          version: app.getVersion(),
          electron: process.versions.electron,
          chromium: process.versions.chrome,
          platform: process.platform,
          log: logPath,
          osSandbox: await isSandboxed(
            phoneWindow()?.webContents.getOSProcessId() ?? 0,
            !app.commandLine.hasSwitch('no-sandbox'),
          ),
        }),
        settings,
        onSettingsChanged: ({ theme, zoom: percent }) => {
          nativeTheme.themeSource = theme;
          zoom.set(percent);
        },
        notify,
      }),
      ...createProfileHandlers({ keys, lines, snapshot }),
      ...tests.handlers,
      ...createTransferHandlers({
        stored,
        managed,
        profiles,
        confirmChange,
        files: chosenFiles,
        clock,
        newId: randomUUID,
        audit: audit.append,
        onChanged: (profileId) => profilesChanged(profileId, 'line'),
      }),
      ...createKeyHandlers({ keys, takeKey, noteRefusal }),
      ...createPublicKeyHandlers({
        profiles,
        keys,
        showPublicKey: (profile, slot, key) =>
          showPublicKey(phoneWindow(), dialogs, profile, slot, key, handover.copyPublic),
      }),
      ...createGrantHandlers({ profiles, keys, broker, renewal, phoneLock, noteRefusal }),
      ...createPolicyHandlers({
        profiles,
        stored,
        managed,
        country: () => app.getLocaleCountryCode(),
        now: clock.wall,
        audit: audit.append,
      }),
      ...createAuditHandlers({ audit, files: chosenFiles }),
      ...createVoiceHandlers(voice),
      ...createRemoteCallHandlers({ profiles, keys, sippet, clock, audit: audit.append, log }),
      ...createCallHandlers({ incoming, run }),
      ...createLockHandlers({
        adminLock,
        phoneLock,
        backOff: createDialogBackOff(clock),
        unlockWindow: createUnlockWindow({
          preload,
          partition: UNLOCK_PARTITION,
          parent: phoneWindow,
          log,
          onMade: (made) => windows.add('unlock', made),
          onClosed: (closed) => windows.forget('unlock', closed),
        }),
      }),
      ...proxy.handlers,
    } satisfies Handlers,
    admitAdmin: admitAdmin(adminLock, () => managed.adminLock() === 'required'),
    isPhoneLocked: () => phoneLock.state().lockedBy !== null,
    admitNoted: createNotedRate(clock),
    windowOf: windows.nameOf,
    origin: APP_ORIGIN,
    onRefused: (channel, reason) => audit.append({ what: 'refusal', profileId: '', purpose: 'ipc', reason, channel }),
    log,
  });
  return { incoming, ringing };
}
