/** The lock-down: a list of named calls, each with its reason. What is refused is reported, never quietly dropped. */
import inspector from 'node:inspector';
import { resolve } from 'node:path';
import {
  app,
  protocol,
  session,
  systemPreferences,
  type Protocol,
  type Session,
  type WebContents,
  type WebPreferences,
} from 'electron';
import { APP_ORIGIN, APP_SCHEME, serveFile } from './app-protocol';
import { createGatewayRequests, guardRequests, type GatewayRequests } from './gateway-requests';

/** Hears what was refused; throws where a developer should notice at once, logs elsewhere. */
export type OnRefused = (what: string) => void;

/** For every window: no Node, an own world for the preload, Chromium's sandbox. */
export function lockedPreferences(preload: string): WebPreferences {
  return {
    preload,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    spellcheck: false,
    devTools: !app.isPackaged,
    // A page's alert() is a box of the system, which a person could take for one of main's questions.
    disableDialogs: true,
    // A call rings although nobody has clicked yet.
    autoplayPolicy: 'no-user-gesture-required',
  };
}

/** Everything that must be said before Electron is ready. */
export function hardenBeforeReady(): void {
  sandboxEveryRenderer();
  restrictPages();
  registerAppScheme();
  closeDebuggerInProduction();
  forgetDangerousVariables();
  app.on('session-created', fetchNoDictionaries);
}

/** Everything that concerns the session of our windows; call when Electron is ready, before the first window. */
export function hardenSession(rendererFolder: string, requests: GatewayRequests, onRefused: OnRefused): void {
  const target = session.defaultSession;
  fetchNoDictionaries(target);
  serveOwnFilesOnly(protocol, rendererFolder, ['index.html', 'incoming.html']);
  grantMicrophoneOnly(target, onRefused);
  refuseDevices(target);
  refuseDownloads(target, onRefused);
  refuseOtherRequests(target, requests, onRefused);
  keepCertificateErrors(requests, onRefused);
  showNoClientCertificate(onRefused);
  app.on('web-contents-created', (_event, contents) => hardenContents(contents, onRefused));
}

/** In memory only: what is typed there is in no storage, cache or process that a taken-over phone window could share. */
export const UNLOCK_PARTITION = 'unlock';
/** The same for a proxy's password. */
export const PROXY_PARTITION = 'proxy';

/** The session of a window in which the admin's passphrase, or a proxy's password, is typed: its one page, and nothing else at all. Call when Electron is ready. */
export function hardenSmallSession(
  partition: typeof UNLOCK_PARTITION | typeof PROXY_PARTITION,
  rendererFolder: string,
  onRefused: OnRefused,
): void {
  const target = session.fromPartition(partition);
  serveOwnFilesOnly(target.protocol, rendererFolder, [`${partition}.html`]);
  target.setPermissionCheckHandler(() => false);
  target.setPermissionRequestHandler((_contents, permission, answer) => {
    onRefused(`permission ${permission} of the ${partition} window`);
    answer(false);
  });
  refuseDevices(target);
  refuseDownloads(target, onRefused);
  // No gateway is ever allowed here.
  refuseOtherRequests(target, createGatewayRequests(Date.now), onRefused);
}

// A renderer without OS sandbox could read the keychain by itself. Only from source, and only when asked (Chromium refuses to run as root otherwise), it
// is left off; `app.info` then says so.
function sandboxEveryRenderer(): void {
  if (app.isPackaged || !app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
}

// The clipboard may hold a key that was made here, or one that is on its way in. Newer Electrons ask the permission handlers before a page may run
// `execCommand('paste')`; the 33 of the tests runs it for anybody. A person's own pasting is another way, and stays.
// A name that is looked up in advance (`<link rel=dns-prefetch>`) would carry what a page writes into it to whoever answers for that name.
function restrictPages(): void {
  app.commandLine.appendSwitch('blink-settings', 'DOMPasteAllowed=false,dnsPrefetchingEnabled=false');
}

// file:// would let any page read any file, and has no origin that a gateway could recognise.
function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

// Node opens its debugger before our first line: in a package it is closed again here. (That it never opens is for the package's fuses.)
function closeDebuggerInProduction(): void {
  if (app.isPackaged && inspector.url() !== undefined) inspector.close();
}

/** Variables that weaken TLS. */
const DANGEROUS_VARIABLES = [
  // Node takes any certificate, of the provider that a key is sent to as well.
  'NODE_TLS_REJECT_UNAUTHORIZED',
  // Chromium writes down the keys of TLS.
  'SSLKEYLOGFILE',
  // Node trusts further authorities, or takes these files for the computer's own store. (`base/authorities.ts` trusts a list of its own.)
  ...['NODE_EXTRA_CA_CERTS', 'NODE_USE_SYSTEM_CA', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
];

function forgetDangerousVariables(): void {
  for (const name of DANGEROUS_VARIABLES) Reflect.deleteProperty(process.env, name);
}

// Chromium fetches a dictionary for the language of the computer from the network, whatever a window's preferences or `setSpellCheckerEnabled` say.
function fetchNoDictionaries(target: Session): void {
  target.setSpellCheckerLanguages([]);
}

// The pages come from the package, never from the network or from elsewhere on the disk. The page in which a passphrase is typed is in no session but
// its own: whatever a page calls itself (`pushState`) and however it is loaded then, the phone window never shows it.
function serveOwnFilesOnly(served: Pick<Protocol, 'handle'>, rendererFolder: string, pages: readonly string[]): void {
  const root = resolve(rendererFolder);
  served.handle(APP_SCHEME, (request) => serveFile(request, root, pages));
}

const pageOf = (url: string): string => url.replace(/[?#].*$/s, '');
const isOurs = (url: string | undefined): boolean =>
  url !== undefined && (url === APP_ORIGIN || url.startsWith(`${APP_ORIGIN}/`));

// A phone needs a microphone, a choice of speakers, and to copy a line of its log; nothing else (no camera, no location, no notifications by the page).
function grantMicrophoneOnly(target: Session, onRefused: OnRefused): void {
  const harmless = new Set<string>(['speaker-selection', 'clipboard-sanitized-write']);
  target.setPermissionCheckHandler((_contents, permission, requestingOrigin, details) => {
    if (!isOurs(requestingOrigin) || !details.isMainFrame) return false;
    return permission === 'media' ? details.mediaType !== 'video' : harmless.has(permission);
  });
  target.setPermissionRequestHandler((_contents, permission, answer, details) => {
    const asked = isOurs(details.requestingUrl) && details.isMainFrame;
    const types = 'mediaTypes' in details ? (details.mediaTypes ?? []) : [];
    const audioOnly = permission === 'media' && types.length > 0 && types.every((type) => type === 'audio');
    if (asked && audioOnly) {
      // macOS asks the person once, by itself.
      if (process.platform === 'darwin')
        void systemPreferences.askForMediaAccess('microphone').then(answer, () => answer(false));
      else answer(true);
      return;
    }
    const allowed = asked && harmless.has(permission);
    if (!allowed) onRefused(`permission ${permission} ${types.join('+')}`);
    answer(allowed);
  });
}

// USB, serial, HID, Bluetooth and the screen are no business of a phone.
function refuseDevices(target: Session): void {
  target.setDevicePermissionHandler(() => false);
  target.setDisplayMediaRequestHandler(null);
}

// Nothing that a page offers is saved to the disk.
function refuseDownloads(target: Session, onRefused: OnRefused): void {
  target.on('will-download', (event) => {
    event.preventDefault();
    onRefused('download');
  });
}

// A page that was taken over could carry a token away: only our files and the profiles' gateways can be reached.
function refuseOtherRequests(target: Session, requests: GatewayRequests, onRefused: OnRefused): void {
  guardRequests(target, requests, (url) => onRefused(`request ${url}`), !app.isPackaged);
}

// A wrong certificate stays an error, whatever a library may set later. A gateway's is told to the agent; the event comes for each try, WebSockets included.
function keepCertificateErrors(requests: GatewayRequests, onRefused: OnRefused): void {
  app.on('certificate-error', (event, _contents, url, error, certificate, answer) => {
    event.preventDefault();
    answer(false);
    if (requests.isAllowed(url)) requests.certificateRefused(url, error, certificate);
    else onRefused(`certificate ${error} ${url}`);
  });
}

// A gateway may ask for one of the computer's own certificates, and with it for the person's name: Electron would show the first. No profile wants that.
function showNoClientCertificate(onRefused: OnRefused): void {
  app.on('select-client-certificate', (event, _contents, url, _certificates, answer) => {
    event.preventDefault();
    answer();
    onRefused(`client certificate for ${url}`);
  });
}

// Each window shows its one page, and no other page, window or guest appears.
function hardenContents(contents: WebContents, onRefused: OnRefused): void {
  // The one that main loads first. What a page calls itself afterwards (`pushState`) is not it.
  let own: string | null = null;
  contents.on('did-navigate', (_event, url) => {
    if (isOurs(url)) own ??= pageOf(url);
  });
  contents.on('will-frame-navigate', (event) => {
    // Its own page may be loaded again (reload), in the main frame only; our other pages belong to other windows.
    if (event.isMainFrame && pageOf(event.url) === own) return;
    event.preventDefault();
    onRefused(`navigation to ${event.url}`);
  });
  // A page with a `beforeunload` of its own would outlive a sign-out, and keep its window open: whoever closes or reloads it is not asked by it.
  contents.on('will-prevent-unload', (event) => {
    event.preventDefault();
    onRefused('staying');
  });
  contents.on('will-redirect', (event) => {
    event.preventDefault();
    onRefused('redirect');
  });
  contents.setWindowOpenHandler(({ url }) => {
    onRefused(`new window for ${url}`);
    return { action: 'deny' };
  });
  contents.on('will-attach-webview', (event) => {
    event.preventDefault();
    onRefused('webview');
  });
}
