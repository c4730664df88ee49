/** The composition root: this file and its folder `composition/` are all that constructs (a command's own parts: run-command.ts). Order matters for the start: what takes long begins first, side by side. */
import { join } from 'node:path';
import { app, nativeTheme, type BrowserWindow } from 'electron';
import { hostname } from 'node:os';
import { systemClock } from './base/clock';
import { EXIT, readCommandLine, wordsOf } from './cli/command-line';
import { isForCommand } from './cli/command-claim';
import { answerCommand } from './composition/answer-command';
import { beginAgain } from './composition/begin-again';
import { composeIpc } from './composition/compose-ipc';
import { composeKeychain } from './composition/compose-keychain';
import { composeLocks } from './composition/compose-locks';
import { composeProxy } from './composition/compose-proxy';
import { composeTokens } from './composition/compose-tokens';
import { openFiles } from './composition/open-files';
import { createKeyHandover } from './secrets/key-handover';
import { closeQuestion } from './consent/close-question';
import { askNatively, tellReplaced } from './consent/native-question';
import { offerContextMenu } from './desktop/context-menu';
import { END_WITHIN_MS, watchEndRequests } from './desktop/end-requests';
import { setMenu } from './desktop/menu';
import { createNativeDialogs } from './desktop/native-dialogs';
import { watchNetwork } from './desktop/network';
import { watchPower } from './desktop/power';
import { exitOnUncaught, exitWithSentence } from './base/fatal';
import { removeLeftFolder, socketFolder } from './base/left-folder';
import { claimProblem, folderProblem, pathProblem } from './base/usable-folder';
import {
  hardenBeforeReady,
  hardenSession,
  hardenSmallSession,
  PROXY_PARTITION,
  UNLOCK_PARTITION,
} from './lockdown/hardening';
import { createLog } from './base/log';
import { createLogFile } from './diagnostics/log-file';
import { policyPlace } from './policy/managed-policy';
import { createNotify } from './ipc/notify';
import { createAuditTrail } from './audit/audit-trail';
import { namedAuthorities } from './base/authorities';
import { auditAccount, createAuditSeals } from './secrets/audit-seals';
import { inspectPage } from './windows/page-inspector';
import { createClosing } from './windows/closing';
import { openPhoneWindow, showAgain } from './windows/window';
import { createWindows } from './windows/windows';
import { createZoom } from './windows/zoom';

const here = import.meta.dirname;
const preload = join(here, '../preload/index.cjs');
/** From the start on; a command writes none. */
let toDisk: ((line: string) => void) | null = null;
const log = createLog((line) => {
  process.stderr.write(`${line}\n`);
  toDisk?.(line);
});
exitOnUncaught(log);

const wantedFolder = app.commandLine.getSwitchValue('user-data-dir');
const homeFolder = wantedFolder === '' ? app.getPath('userData') : wantedFolder;
const words = wordsOf(process.argv, process.defaultApp);
const asked = readCommandLine(words);
const endsWith = beginAgain(words, asked);
// A command that only looks needs no folder in which it may write.
const unusable = asked === null ? folderProblem(homeFolder) : pathProblem(homeFolder);
if (unusable === null) app.setPath('userData', homeFolder);
const leftFolder = unusable === null ? socketFolder(homeFolder) : null;
// The phone engine strips loopback candidates for gateways elsewhere; the Practice line must work on a computer without any network.
app.commandLine.appendSwitch('allow-loopback-in-peer-connection');
hardenBeforeReady();

if (endsWith !== null) {
  app.exit(endsWith);
} else if (unusable !== null) {
  void exitWithSentence(unusable, EXIT.file);
} else if (asked !== null) {
  // Awaited: the app becomes ready only after this module has run, and so needs no display.
  app.exit(await answerCommand(asked));
} else if (app.requestSingleInstanceLock()) {
  removeLeftFolder(leftFolder, homeFolder);
  // Not awaited: Electron becomes ready only after this module has run.
  void start();
} else {
  const unclaimed = claimProblem(homeFolder);
  if (unclaimed !== null) void exitWithSentence(unclaimed, EXIT.file);
  else {
    log.info('Ringfence runs already for this folder; its window comes to the front.');
    app.exit(0);
  }
}

/** A refusal throws where a developer asked for that, and is logged everywhere else. */
function onRefused(what: string): void {
  if (process.env['RINGFENCE_STRICT'] === '1' && !app.isPackaged) throw new Error(`refused: ${what}`);
  log.warn(`refused: ${what}`);
}

async function start(): Promise<void> {
  const folder = app.getPath('userData');
  const logPath = join(folder, 'logs', 'ringfence.log');
  toDisk = createLogFile(logPath);
  const clock = systemClock;
  const windows = createWindows<BrowserWindow>();
  const phoneWindow = () => windows.get('phone');
  const notify = createNotify(windows, log);
  const files = await openFiles({
    folder,
    policyPlace: policyPlace(process.platform, process.env, app.isPackaged),
    clock,
    log,
  });
  const keychain = composeKeychain(join(here, 'keychain.js'), clock, log);
  const audit = createAuditTrail({
    path: join(folder, 'audit.jsonl'),
    seals: createAuditSeals(keychain, () => Promise.resolve(auditAccount(files.stored.installId)), clock),
    clock,
    random: Math.random,
    sender: { hostname: hostname(), processId: process.pid, version: app.getVersion() },
    authorities: ({ authorities }) => namedAuthorities(authorities),
    demands: files.managed,
    // What was asked for is answered first; then the windows hear that it was written down.
    onAppended: (entry) => void setImmediate(() => notify('audit.appended', entry)),
    onProblem: (cause) => log.error('the audit log could not be written', cause),
    onNotice: (notice) => {
      if (notice !== null) log.warn(notice);
      tokens.tellProfiles();
    },
  });
  const proxy = composeProxy({
    keychain,
    installId: files.profiles.installId,
    windows,
    preload,
    // The line may be tried again at once.
    onShown: () => notify('network.changed', { lost: false, connected: true }),
    clock,
    log,
  });
  const tokens = composeTokens({
    files,
    keychain,
    audit,
    notify,
    clock,
    log,
    scripts: here,
    proxy,
    isPhoneLocked: () => locks.phoneLock.state().lockedBy !== null,
    country: () => app.getLocaleCountryCode(),
  });
  const { keys, practice, requests, renewal, tests, voice } = tokens;
  const locks = await composeLocks({ folder, files, keychain, tokens, audit, notify, clock, log, phoneWindow });
  const { adminLock, phoneLock } = locks;
  tokens.allowGateways();
  files.managed.follow(() => {
    audit.policyChanged();
    tokens.policyChanged();
  });
  keychain.follow((news) => {
    if (news !== 'silent') keys.keychainAnswered(news === 'open');
    if (news === 'open') {
      audit.keychainOpens();
      proxy.passwords.keychainAnswered();
    }
    tokens.tellProfiles();
  });
  const dialogs = createNativeDialogs(clock);
  const handover = createKeyHandover(clock, (fingerprint) => tellReplaced(phoneWindow(), dialogs, fingerprint));

  await app.whenReady();
  // Its process takes longest to start, so it comes before the window's; the keychain is asked meanwhile.
  practice.start();
  hardenSession(join(here, '../renderer'), requests, onRefused);
  for (const partition of [UNLOCK_PARTITION, PROXY_PARTITION] as const)
    hardenSmallSession(partition, join(here, '../renderer'), onRefused);
  const closing = createClosing({
    calls: files.run.callsUnderWay,
    ask: (calls) => askNatively(phoneWindow(), dialogs, closeQuestion(calls)),
    minimise: () => phoneWindow()?.minimize(),
    closeLine: () => phoneLock.lock('quit'),
    closeWindow: () => phoneWindow()?.close(),
  });
  const zoom = createZoom({
    percent: files.settings.current().zoom,
    save: (percent) =>
      void files.settings.change({ zoom: percent }).then((saved) => {
        if (saved.ok) notify('settings.changed', saved.value);
      }),
  });
  app.on('browser-window-created', (_event, made) => {
    zoom.follow(made);
    offerContextMenu(made.webContents, () =>
      windows.nameOf(made.webContents.id) === 'phone' ? (text) => notify('calls.dialAsked', { text }) : null,
    );
  });
  const { incoming, ringing } = composeIpc({
    logPath,
    zoom,
    files,
    tokens,
    locks,
    proxy,
    windows,
    handover,
    dialogs,
    audit,
    notify,
    clock,
    log,
    preload,
  });

  nativeTheme.themeSource = files.settings.current().theme;
  setMenu({ quit: closing.quit, zoom: zoom.step });
  let windowSaved: Promise<unknown> = Promise.resolve();
  const endWindowsWork = (): void => {
    tests.endAll();
    void voice.endAll(null);
    incoming.clear();
    files.run.setCallsUnderWay(0);
  };
  const window = openPhoneWindow({
    preload,
    state: files.windowState,
    saveState: (value) => {
      windowSaved = files.windowFile.save(value);
    },
    log,
    onMade: (made) => {
      windows.add('phone', made);
      inspectPage({
        contents: made.webContents,
        onText: ringing.hear,
        onRefused,
        onProblem: (cause) => log.error('the phone window is not watched: calls show in itself alone', cause),
      });
      // A page that is loaded anew, or has crashed, has lost its calls: nobody else would end them at the system.
      made.webContents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
        if (isMainFrame && !isSameDocument) endWindowsWork();
      });
      // First of all listeners, for another one loads the page anew.
      made.webContents.prependListener('render-process-gone', (_event, { reason }) => {
        // A lock ends the process of the page itself, when its line is closed.
        if (reason !== 'clean-exit' && phoneLock.state().lockedBy === null) files.run.interrupt('window-crashed');
        endWindowsWork();
      });
    },
  });
  void keys.ready.then(tokens.tellProfiles);
  // The first grant is asked for as soon as the page runs: its key is read and imported meanwhile.
  tokens.prepare();
  // What a crash left is looked at, and the keychain told how far the log goes.
  void audit.flush();

  // The line is closed in order before its window goes: unregistered, sockets closed, tokens ended.
  window.on('close', (event) => {
    if (!closing.close()) event.preventDefault();
  });
  // A signal, the system's shutdown and a test's own end come this way, and not through the menu.
  app.on('before-quit', closing.unasked);
  window.on('query-session-end', closing.unasked);
  window.on('session-end', closing.unasked);
  window.once('closed', () => {
    windows.forget('phone', window);
    // A phone without its window takes no calls; the small window has nobody to act for.
    incoming.clear();
    app.quit();
  });
  app.on('second-instance', (_event, _words, _folder, data) => {
    if (!isForCommand(data)) showAgain(window);
  });
  app.on('activate', () => showAgain(window));
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
    void Promise.all([practice.stop(), windowSaved, handover.clear(), voice.endAll(null), files.run.close()])
      .then(audit.close)
      .finally(() => {
        closed = true;
        // Whatever it waits for.
        keychain.end();
        app.quit();
      });
  });

  let ending = false;
  const endInOrder = (how: 'signal' | 'shutdown'): void => {
    if (ending) return;
    ending = true;
    files.run.interrupt(how);
    clock.after(END_WITHIN_MS, () => app.exit(1));
    app.quit();
  };
  // Windows ends the process as soon as it has told of the session's end itself: the question before that leaves the line its seconds.
  window.on('query-session-end', () => endInOrder('shutdown'));
  watchEndRequests(endInOrder);
}
