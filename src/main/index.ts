/** The composition root: the only file that constructs (for a run without a window: run-command.ts). Order matters for the start: what takes long begins first, side by side. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { app, nativeTheme, type BrowserWindow } from 'electron';
import type { ProfilesSnapshot } from '../contracts/profile';
import { PRACTICE_PROFILE_ID } from '../contracts/practice';
import type { ProviderKind } from '../contracts/provider';
import { ok } from '../contracts/result';
import { APP_ORIGIN } from './app-protocol';
import { ADMIN_LOCK_VERSION, adminLockDocument, openAdminLock } from './admin-lock';
import { createAuditHandlers } from './audit-handlers';
import { createAuditLog } from './audit-log';
import { createBroker, type Broker } from './broker';
import { createChangeQuestion } from './change-question';
import { systemClock } from './clock';
import { EXIT, readCommandLine, wordsOf, type CommandLine } from './command-line';
import { FOR_A_COMMAND, isForCommand } from './command-claim';
import { refusal } from './commands/answer';
import { createProbe } from './commands/gateway-probe';
import { printAnswer, systemTerminal } from './commands/terminal';
import { createConnectionTests } from './connection-tests';
import { createChosenFiles } from './desktop/chosen-files';
import { createIncomingCalls } from './desktop/incoming-calls';
import { createIncomingWindow } from './desktop/incoming-window';
import { createKeyHandover } from './desktop/key-handover';
import { keyFromClipboard, keyFromFile } from './desktop/key-sources';
import { setMenu } from './desktop/menu';
import { askNatively } from './desktop/native-question';
import { watchNetwork } from './desktop/network';
import { isScreenLocked, watchPower } from './desktop/power';
import { createUnlockWindow } from './desktop/unlock-window';
import { exitOnUncaught } from './fatal';
import { forkGateway } from './gateway-process';
import { createGatewayRequests } from './gateway-requests';
import { createGrantRenewal } from './grant-renewal';
import { createHandlers } from './handlers';
import { hardenBeforeReady, hardenSession, hardenUnlockSession, UNLOCK_PARTITION } from './hardening';
import { serveIpc } from './ipc';
import { createJsonFile } from './json-file';
import { createKeys } from './keys';
import { createLog } from './log';
import { openManagedPolicy, policyPath } from './managed-policy';
import { createNotify } from './notify';
import { isSandboxed } from './os-sandbox';
import { scryptChecks } from './passphrase-verifier';
import { createPhoneLock } from './phone-lock';
import { createGrantPolicy } from './policy';
import { createPolicyHandlers } from './policy-handlers';
import { createPracticeLine } from './practice-line';
import { admitProfile, guardProfiles } from './profile-guard';
import { createTransferHandlers } from './profile-transfer-handlers';
import { openProfileStore, profileMigrations, profilesDocument, PROFILES_VERSION } from './profile-store';
import { createDecart } from './providers/decart';
import { createEphemeralCredentials } from './providers/ephemeral-credentials';
import { createGenericHttp } from './providers/generic-http';
import { createLocalJwt } from './providers/local-jwt';
import { createOpenaiRealtime } from './providers/openai-realtime';
import { createRealtimeCalls } from './providers/openai-realtime-calls';
import { createSautikit } from './providers/sautikit';
import { systemAuthorities } from './providers/system-authorities';
import { createHttpClient } from './providers/http';
import { createSippet } from './providers/sippet';
import type { TokenProvider } from './providers/token-provider';
import { createRemoteCallHandlers } from './remote-calls';
import { createRefusalFloods } from './refusal-floods';
import { admitAdmin } from './required-admin-lock';
import { runCommand } from './run-command';
import { createKeychain } from './secrets/keychain';
import { createMemoryStore } from './secrets/memory-store';
import { openSettingsStore, settingsDocument, SETTINGS_VERSION } from './settings-store';
import { createVoiceCalls } from './voice-calls';
import { openPhoneWindow, windowState, WINDOW_STATE_VERSION } from './window';
import { createWindows } from './windows';

/** What a mint changes in the profiles' snapshot is not urgent, and drawing it must not hold the grant up, ms. */
const MINT_TOLD_AFTER_MS = 300;

const here = import.meta.dirname;
const preload = join(here, '../preload/index.cjs');
const log = createLog((line) => void process.stderr.write(`${line}\n`));
exitOnUncaught(log);

const wantedFolder = app.commandLine.getSwitchValue('user-data-dir');
if (wantedFolder !== '') app.setPath('userData', wantedFolder);
// The phone engine strips loopback candidates for gateways elsewhere; the Practice line must work on a computer without any network.
app.commandLine.appendSwitch('allow-loopback-in-peer-connection');
hardenBeforeReady();

const asked = readCommandLine(wordsOf(process.argv, process.defaultApp));
if (asked !== null) {
  // Awaited: the app becomes ready only after this module has run, and so needs no display.
  app.exit(await answerCommand(asked));
} else if (app.requestSingleInstanceLock()) {
  // Not awaited: Electron becomes ready only after this module has run.
  void start();
} else {
  log.info('Ringfence runs already for this folder; its window comes to the front.');
  app.exit(0);
}

/** A refusal throws where a developer asked for that, and is logged everywhere else. */
function onRefused(what: string): void {
  if (process.env['RINGFENCE_STRICT'] === '1' && !app.isPackaged) throw new Error(`refused: ${what}`);
  log.warn(`refused: ${what}`);
}

/** A run without a window; the value is the exit code. */
async function answerCommand(line: CommandLine): Promise<number> {
  const clock = systemClock;
  const answer = line.ok
    ? await runCommand(line.command, {
        folder: app.getPath('userData'),
        policyPath: policyPath(process.platform, process.env, app.isPackaged),
        versions: { ringfence: app.getVersion(), electron: process.versions.electron, node: process.versions.node },
        // A running app is told by whom it is woken, and stays where it is.
        claimFolder: () => app.requestSingleInstanceLock(FOR_A_COMMAND),
        keychain: createKeychain(clock),
        passphrases: scryptChecks,
        clock,
        startedAt: clock.monotonic(),
        terminal: systemTerminal,
        sound: { platform: process.platform, runtimeDir: process.env['XDG_RUNTIME_DIR'] ?? '', pulseServer: process.env['PULSE_SERVER'] ?? '', pcm: '/proc/asound/pcm' },
        probe: () => createProbe(clock, systemAuthorities()),
      })
    : refusal(EXIT.usage, line.sentence);
  await printAnswer(answer);
  // Otherwise its socket would stay behind.
  app.releaseSingleInstanceLock();
  return answer.exit;
}

async function start(): Promise<void> {
  const folder = app.getPath('userData');
  const clock = systemClock;
  const now = clock.wall;
  const stateFile = createJsonFile({ path: join(folder, 'window.json'), schema: windowState, version: WINDOW_STATE_VERSION, migrations: {}, holds: "window's size", now });
  const [stored, settings, state, managed] = await Promise.all([
    openProfileStore(createJsonFile({ path: join(folder, 'profiles.json'), schema: profilesDocument, version: PROFILES_VERSION, migrations: profileMigrations, holds: 'profiles', now })),
    openSettingsStore(createJsonFile({ path: join(folder, 'settings.json'), schema: settingsDocument, version: SETTINGS_VERSION, migrations: {}, holds: 'settings', now })),
    stateFile.load(),
    openManagedPolicy({
      path: policyPath(process.platform, process.env, app.isPackaged),
      onChanged: () => {
        for (const { id } of profiles.profiles()) renewal.renewNow(id);
        tellProfiles();
      },
      onProblem: (sentence) => log.warn(sentence),
    }),
  ]);
  const profiles = guardProfiles(stored, managed);
  const notice = [profiles.notice, settings.notice, state.notice].filter((each) => each !== null).join(' ').slice(0, 300);
  if (notice !== '') log.warn(notice);

  const windows = createWindows<BrowserWindow>();
  const notify = createNotify(windows, log);
  const auditLog = createAuditLog({
    path: join(folder, 'audit.jsonl'),
    now,
    // What was asked for is answered first; then the windows hear that it was written down.
    onAppended: (entry) => void setImmediate(() => notify('audit.appended', entry)),
    onProblem: (cause) => log.error('the audit log could not be written', cause),
  });
  const floods = createRefusalFloods(auditLog.append, clock);
  const audit = { ...auditLog, append: floods.append };
  const requests = createGatewayRequests(now, (failure, about) => (about?.testId === undefined ? notify('grants.failed', { ...(about ?? { profileId: profiles.activeProfileId(), purpose: 'sip' }), failure }) : notify('profiles.testRefused', { testId: about.testId, failure })));
  const http = createHttpClient({ clock, random: Math.random, authorities: systemAuthorities });
  const sippet = createSippet(http);
  const providers: Readonly<Record<ProviderKind, TokenProvider>> = { 'local-jwt': createLocalJwt(now), 'ephemeral-credentials': createEphemeralCredentials(now), sautikit: createSautikit(http), decart: createDecart(http), 'generic-http': createGenericHttp(http, now), 'openai-realtime': createOpenaiRealtime(http), sippet };

  const keychain = createKeychain(clock);
  const keys = createKeys({
    keychain,
    memory: createMemoryStore(),
    profiles,
    audit: audit.append,
    clock,
    onChanged: (profileId, retired) => {
      for (const provider of Object.values(providers)) retired.forEach(provider.forget);
      // The next grant waits until its gateway has the keys.
      if (profileId === PRACTICE_PROFILE_ID) void practice.refreshKeys();
      if (retired.length > 0) {
        http.reset(profileId);
        renewal.renewNow(profileId);
      }
      tellProfiles();
    },
  });
  const practice = createPracticeLine({
    fork: () => forkGateway(join(here, 'gateway.js'), log),
    keys: keys.practiceKeys,
    clock,
    random: Math.random,
    log,
    onListening: (url) => {
      profiles.setPracticeUrl(url);
      allowGateways();
      tellProfiles();
    },
  });
  const broker: Broker = createBroker({
    profiles,
    policy: createGrantPolicy(clock, managed.purposes),
    keys,
    providers,
    gatewayUrl: (profile) => (profile.id === PRACTICE_PROFILE_ID ? practice.url() : Promise.resolve(ok(profile.gatewayUrl))),
    audit: audit.append,
    onMinted: (grant, token) => {
      // Locked while it was made: no window gets it.
      if (phoneLock.state().lockedBy !== null) {
        void broker.revokeAll(grant.profileId);
        return;
      }
      requests.keep(grant, token);
      renewal.issued(grant);
      // The keys' table says when the last token was made; the grant itself goes first.
      cancelTelling();
      cancelTelling = clock.after(MINT_TOLD_AFTER_MS, tellProfiles);
    },
    now,
  });
  const renewal = createGrantRenewal({
    clock,
    random: Math.random,
    mint: (profileId, purpose) => broker.grant(profileId, purpose, 'renewal'),
    onRenewed: (grant) => notify('grants.renewed', grant),
    onFailed: (profileId, purpose, failure) => notify('grants.failed', { profileId, purpose, failure }),
  });
  const voice = createVoiceCalls({
    profiles,
    broker,
    keys,
    calls: createRealtimeCalls(http),
    audit: audit.append,
    onEnded: (ended) => notify('voice.ended', ended),
    clock,
    newId: randomUUID,
  });
  const tests = createConnectionTests({ profiles, broker, requests, resetProvider: http.reset, clock, newId: randomUUID, audit: audit.append });
  const snapshot = (): ProfilesSnapshot => ({
    profiles: [...profiles.profiles()],
    activeProfileId: profiles.activeProfileId(),
    keys: profiles.profiles().map((each) => keys.status(each.id)),
    notice: [notice, managed.notice() ?? ''].filter((each) => each !== '').join(' ').slice(0, 300) || null,
    keychain: keys.keychain(),
  });
  let cancelTelling = (): void => undefined;
  const tellProfiles = (): void => notify('profiles.changed', snapshot());
  // While the phone is locked no window reaches any gateway, whatever token it may still have.
  const allowGateways = (): void => requests.allow(phoneLock.state().lockedBy === null ? profiles.profiles() : []);
  const adminLock = await openAdminLock({
    file: createJsonFile({ path: join(folder, 'admin-lock.json'), schema: adminLockDocument, version: ADMIN_LOCK_VERSION, migrations: {}, holds: 'admin lock', now }),
    keychain,
    passphrases: scryptChecks,
    account: `${profiles.installId}/admin-lock`,
    clock,
    audit: audit.append,
    onChanged: (state) => notify('admin.changed', state),
  });
  const phoneLock = createPhoneLock({
    clock,
    activeProfileId: profiles.activeProfileId,
    onScreenLock: () => profiles.find(profiles.activeProfileId())?.policy.onScreenLock ?? 'keep',
    isScreenLocked,
    dropGrants: () => {
      tests.endAll();
      for (const { id } of profiles.profiles()) {
        renewal.forget(id);
        requests.forget(id);
      }
    },
    revoke: async () => {
      await Promise.all([voice.endAll({ cause: 'hung-up', details: '' }), broker.revokeAll(null)]);
    },
    forgetLine: async () => {
      const fingerprint = keys.status(profiles.activeProfileId()).active?.fingerprint;
      for (const provider of Object.values(providers)) if (fingerprint !== undefined) provider.forget(fingerprint);
      const chosen = await profiles.select(PRACTICE_PROFILE_ID);
      if (!chosen.ok) log.warn(`the line could not be left: ${chosen.failure.sentence}`);
      tellProfiles();
    },
    reloadWindow: () => windows.get('phone')?.webContents.reload(),
    endWindow: () => windows.get('phone')?.webContents.forcefullyCrashRenderer(),
    audit: audit.append,
    onChanged: (state) => {
      allowGateways();
      notify('phone.locked', state);
    },
  });
  allowGateways();

  const handover = createKeyHandover(clock);
  const files = createChosenFiles(() => windows.get('phone'));
  const confirmChange = createChangeQuestion({
    find: profiles.find,
    admitted: (wanted) => {
      const kept = admitProfile(stored, managed, wanted);
      return kept.ok ? ok(managed.apply(kept.value)) : kept;
    },
    hasKey: (profileId) => {
      const { active, next } = stored.keyRecords(profileId);
      return active !== null || next !== null;
    },
    adminLock,
    ask: (question) => askNatively(windows.get('phone'), question),
    audit: audit.append,
  });
  /** A line was added, changed or removed. */
  const lineChanged = (profileId: string): void => {
    http.reset(profileId);
    allowGateways();
    requests.forget(profileId);
    if (profiles.find(profileId) === null) renewal.forget(profileId);
    else renewal.renewNow(profileId);
  };

  await app.whenReady();
  // Its process takes longest to start, so it comes before the window's; the keychain is asked meanwhile.
  practice.start();
  hardenSession(join(here, '../renderer'), requests, onRefused);
  hardenUnlockSession(join(here, '../renderer'), onRefused);
  const incoming = createIncomingCalls({
    window: createIncomingWindow({ preload, log, onMade: (window) => windows.add('incoming', window), onClosed: (window) => windows.forget('incoming', window) }),
    onChanged: (notices) => notify('incoming.changed', [...notices]),
    onAction: (callId, action) => notify('calls.incomingAction', { callId, action }),
  });
  serveIpc({
    handlers: createHandlers({
      appInfo: async () => ({
        version: app.getVersion(),
        electron: process.versions.electron,
        chromium: process.versions.chrome,
        platform: process.platform,
        osSandbox: await isSandboxed(windows.get('phone')?.webContents.getOSProcessId() ?? 0, !app.commandLine.hasSwitch('no-sandbox')),
      }),
      settings,
      onSettingsChanged: ({ theme }) => {
        nativeTheme.themeSource = theme;
      },
      profiles,
      confirmChange,
      onProfilesChanged: (profileId, change) => {
        if (change === 'line') lineChanged(profileId);
        tellProfiles();
      },
      snapshot,
      keys,
      keyFromClipboard,
      keyFromFile: () => keyFromFile(windows.get('phone')),
      handOverKey: handover.copy,
      broker,
      renewal,
      audit,
      incoming,
      voice,
      desk: {
        ...tests.handlers,
        ...createTransferHandlers({
          stored,
          managed,
          profiles,
          confirmChange,
          files,
          clock,
          newId: randomUUID,
          audit: audit.append,
          onChanged: (profileId) => {
            lineChanged(profileId);
            tellProfiles();
          },
        }),
        ...createAuditHandlers({ audit, files }),
      },
      policy: createPolicyHandlers({ profiles, stored, managed, country: () => app.getLocaleCountryCode(), now, audit: audit.append }),
      remoteCalls: createRemoteCallHandlers({ profiles, keys, sippet, clock, audit: audit.append, log }),
      notify,
      locks: {
        adminLock,
        phoneLock,
        unlockWindow: createUnlockWindow({
          preload,
          partition: UNLOCK_PARTITION,
          parent: () => windows.get('phone'),
          log,
          onMade: (made) => windows.add('unlock', made),
          onClosed: (closed) => windows.forget('unlock', closed),
        }),
      },
    }),
    admitAdmin: admitAdmin(adminLock, () => managed.adminLock() === 'required'),
    isPhoneLocked: () => phoneLock.state().lockedBy !== null,
    windowOf: windows.nameOf,
    origin: APP_ORIGIN,
    onRefused: (channel, reason) => audit.append({ what: 'refusal', profileId: '', purpose: 'ipc', reason, channel }),
    log,
  });

  nativeTheme.themeSource = settings.current().theme;
  setMenu();
  let windowSaved: Promise<unknown> = Promise.resolve();
  const endWindowsWork = (): void => {
    tests.endAll();
    void voice.endAll(null);
  };
  const window = openPhoneWindow({
    preload,
    state: state.value,
    saveState: (value) => {
      windowSaved = stateFile.save(value);
    },
    log,
    onMade: (made) => {
      windows.add('phone', made);
      // A page that is loaded anew, or has crashed, has lost its calls: nobody else would end them at the system.
      made.webContents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
        if (isMainFrame && !isSameDocument) endWindowsWork();
      });
      made.webContents.on('render-process-gone', endWindowsWork);
    },
  });
  void keys.ready.then(tellProfiles);
  // The first grant is asked for as soon as the page runs: its key is read and imported meanwhile.
  const chosen = profiles.find(profiles.activeProfileId());
  if (chosen !== null) void keys.active(chosen.id).then((key) => (key.ok ? providers[chosen.provider.kind].prepare(key.value) : undefined));

  // The line is closed in order before its window goes: unregistered, sockets closed, tokens ended.
  let lineClosed = false;
  window.on('close', (event) => {
    if (lineClosed) return;
    event.preventDefault();
    void phoneLock.lock('quit').finally(() => {
      lineClosed = true;
      if (!window.isDestroyed()) window.close();
    });
  });
  window.once('closed', () => {
    windows.forget('phone', window);
    // A phone without its window takes no calls; the small window has nobody to act for.
    incoming.clear();
    app.quit();
  });
  app.on('second-instance', (_event, _words, _folder, data) => {
    if (window.isDestroyed() || isForCommand(data)) return;
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  });
  watchPower({
    onResumed: () => {
      renewal.check();
      adminLock.check();
      notify('power.resumed', null);
    },
    onScreenLocked: () => void phoneLock.screenLocked(),
    onScreenUnlocked: () => void phoneLock.screenUnlocked(),
  });
  watchNetwork(clock, (change) => notify('network.changed', change));

  let closed = false;
  app.on('will-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    renewal.stop();
    // The gateway first: until it is gone there may be something to audit.
    void Promise.all([practice.stop(), windowSaved, handover.clear(), voice.endAll(null)])
      .then(() => {
        floods.settle();
        return audit.flush();
      })
      .finally(() => {
        closed = true;
        app.quit();
      });
  });
}
