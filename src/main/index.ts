/** The composition root: the only file that constructs. Order matters for the start: what takes long begins first, side by side. */
import { join } from 'node:path';
import { app, nativeTheme, type BrowserWindow } from 'electron';
import type { ProfilesSnapshot } from '../contracts/profile';
import { PRACTICE_PROFILE_ID } from '../contracts/practice';
import { ok } from '../contracts/result';
import { APP_ORIGIN } from './app-protocol';
import { createAuditLog } from './audit-log';
import { createBroker, type Broker } from './broker';
import { systemClock } from './clock';
import { createIncomingCalls } from './desktop/incoming-calls';
import { createIncomingWindow } from './desktop/incoming-window';
import { createKeyHandover } from './desktop/key-handover';
import { keyFromClipboard, keyFromFile } from './desktop/key-sources';
import { setMenu } from './desktop/menu';
import { watchNetwork } from './desktop/network';
import { watchPower } from './desktop/power';
import { exitOnUncaught } from './fatal';
import { forkGateway } from './gateway-process';
import { createGatewayRequests } from './gateway-requests';
import { createGrantRenewal } from './grant-renewal';
import { createHandlers } from './handlers';
import { hardenBeforeReady, hardenSession } from './hardening';
import { serveIpc } from './ipc';
import { createJsonFile } from './json-file';
import { createKeys } from './keys';
import { createLog } from './log';
import { createNotify } from './notify';
import { isSandboxed } from './os-sandbox';
import { createGrantPolicy } from './policy';
import { createPracticeLine } from './practice-line';
import { openProfileStore, profileMigrations, profilesDocument, PROFILES_VERSION } from './profile-store';
import { createEphemeralCredentials } from './providers/ephemeral-credentials';
import { createLocalJwt } from './providers/local-jwt';
import { createKeychain } from './secrets/keychain';
import { createMemoryStore } from './secrets/memory-store';
import { openSettingsStore, settingsDocument, SETTINGS_VERSION } from './settings-store';
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

if (app.requestSingleInstanceLock()) {
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

async function start(): Promise<void> {
  const folder = app.getPath('userData');
  const clock = systemClock;
  const now = clock.wall;
  const stateFile = createJsonFile({ path: join(folder, 'window.json'), schema: windowState, version: WINDOW_STATE_VERSION, migrations: {}, holds: "window's size", now });
  const [profiles, settings, state] = await Promise.all([
    openProfileStore(createJsonFile({ path: join(folder, 'profiles.json'), schema: profilesDocument, version: PROFILES_VERSION, migrations: profileMigrations, holds: 'profiles', now })),
    openSettingsStore(createJsonFile({ path: join(folder, 'settings.json'), schema: settingsDocument, version: SETTINGS_VERSION, migrations: {}, holds: 'settings', now })),
    stateFile.load(),
  ]);
  const notice = [profiles.notice, settings.notice, state.notice].filter((each) => each !== null).join(' ').slice(0, 300);
  if (notice !== '') log.warn(notice);

  const windows = createWindows<BrowserWindow>();
  const notify = createNotify(windows, log);
  const audit = createAuditLog({
    path: join(folder, 'audit.jsonl'),
    now,
    // What was asked for is answered first; then the windows hear that it was written down.
    onAppended: (entry) => void setImmediate(() => notify('audit.appended', entry)),
    onProblem: (cause) => log.error('the audit log could not be written', cause),
  });
  const requests = createGatewayRequests(now, (failure) => notify('grants.failed', { profileId: profiles.activeProfileId(), purpose: 'sip', failure }));
  const providers = { 'local-jwt': createLocalJwt(now), 'ephemeral-credentials': createEphemeralCredentials(now) };

  const keys = createKeys({
    keychain: createKeychain(clock),
    memory: createMemoryStore(),
    profiles,
    audit: audit.append,
    clock,
    onChanged: (profileId, retired) => {
      for (const provider of Object.values(providers)) retired.forEach(provider.forget);
      // The next grant waits until its gateway has the keys.
      if (profileId === PRACTICE_PROFILE_ID) void practice.refreshKeys();
      if (retired.length > 0) renewal.renewNow(profileId);
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
      requests.allow(profiles.profiles());
      tellProfiles();
    },
  });
  const broker: Broker = createBroker({
    profiles,
    policy: createGrantPolicy(clock.monotonic),
    keys,
    providers,
    gatewayUrl: (profile) => (profile.id === PRACTICE_PROFILE_ID ? practice.url() : Promise.resolve(ok(profile.gatewayUrl))),
    audit: audit.append,
    onMinted: (grant, token) => {
      if (token !== null) requests.keep(grant, token);
      renewal.issued(grant);
      // The keys' table says when the last token was made; the grant itself goes first.
      cancelTelling();
      cancelTelling = clock.after(MINT_TOLD_AFTER_MS, tellProfiles);
    },
  });
  const renewal = createGrantRenewal({
    clock,
    random: Math.random,
    mint: (profileId, purpose) => broker.grant(profileId, purpose, 'renewal'),
    onRenewed: (grant) => notify('grants.renewed', grant),
    onFailed: (profileId, purpose, failure) => notify('grants.failed', { profileId, purpose, failure }),
  });
  const snapshot = (): ProfilesSnapshot => ({
    profiles: [...profiles.profiles()],
    activeProfileId: profiles.activeProfileId(),
    keys: profiles.profiles().map((each) => keys.status(each.id)),
    notice: notice === '' ? null : notice,
    keychain: keys.keychain(),
  });
  let cancelTelling = (): void => undefined;
  const tellProfiles = (): void => notify('profiles.changed', snapshot());
  requests.allow(profiles.profiles());

  const handover = createKeyHandover(clock);

  await app.whenReady();
  // Its process takes longest to start, so it comes before the window's; the keychain is asked meanwhile.
  practice.start();
  hardenSession(join(here, '../renderer'), requests, onRefused);
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
      onProfilesChanged: (profileId, change) => {
        if (change === 'line') {
          requests.allow(profiles.profiles());
          requests.forget(profileId);
          if (profiles.find(profileId) === null) renewal.forget(profileId);
          else renewal.renewNow(profileId);
        }
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
      notify,
    }),
    windowOf: windows.nameOf,
    origin: APP_ORIGIN,
    onRefused: (channel, reason) => audit.append({ what: 'refusal', profileId: '', purpose: 'ipc', reason, channel }),
    log,
  });

  nativeTheme.themeSource = settings.current().theme;
  setMenu();
  let windowSaved: Promise<unknown> = Promise.resolve();
  const window = openPhoneWindow({
    preload,
    state: state.value,
    saveState: (value) => {
      windowSaved = stateFile.save(value);
    },
    log,
    onMade: (made) => windows.add('phone', made),
  });
  void keys.ready.then(tellProfiles);
  // The first grant is asked for as soon as the page runs: its key is read and imported meanwhile.
  const chosen = profiles.find(profiles.activeProfileId());
  if (chosen !== null) void keys.active(chosen.id).then((key) => (key.ok ? providers[chosen.provider.kind].prepare(key.value) : undefined));

  window.once('closed', () => {
    windows.forget('phone', window);
    // A phone without its window takes no calls; the small window has nobody to act for.
    incoming.clear();
    app.quit();
  });
  app.on('second-instance', () => {
    if (window.isDestroyed()) return;
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  });
  watchPower(() => {
    renewal.check();
    notify('power.resumed', null);
  });
  watchNetwork(clock, (change) => notify('network.changed', change));

  let closed = false;
  app.on('will-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    renewal.stop();
    // The gateway first: until it is gone there may be something to audit.
    void Promise.all([practice.stop(), windowSaved, handover.clear()])
      .then(audit.flush)
      .finally(() => {
        closed = true;
        app.quit();
      });
  });
}
