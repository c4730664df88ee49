import inspector from 'node:inspector';
import { beforeEach, describe, expect, it, vi } from 'vitest';

type Listener = (...all: never[]) => unknown;
const electron = vi.hoisted(() => ({
  packaged: false,
  switches: new Set<string>(),
  appended: new Map<string, string>(),
  sandboxEnabled: 0,
  schemes: [] as unknown[],
  handlers: new Map<string, Listener>(),
}));
vi.mock('electron', () => {
  const note = (name: string) => (listener: Listener) => electron.handlers.set(name, listener);
  const sessionThatNotes = (whose: string) => ({
    setPermissionCheckHandler: note(`${whose}check`),
    setPermissionRequestHandler: note(`${whose}request`),
    setDevicePermissionHandler: note(`${whose}device`),
    setDisplayMediaRequestHandler: () => undefined,
    setSpellCheckerLanguages: () => undefined,
    on: on(`${whose}session`),
    protocol: {
      handle: (scheme: string, listener: Listener) => electron.handlers.set(`${whose}protocol ${scheme}`, listener),
    },
    webRequest: {
      onBeforeRequest: note(`${whose}onBeforeRequest`),
      onBeforeSendHeaders: (_filter: unknown, listener: Listener) =>
        electron.handlers.set(`${whose}onBeforeSendHeaders`, listener),
      onHeadersReceived: (_filter: unknown, listener: Listener) =>
        electron.handlers.set(`${whose}onHeadersReceived`, listener),
      onErrorOccurred: (_filter: unknown, listener: Listener) =>
        electron.handlers.set(`${whose}onErrorOccurred`, listener),
    },
  });
  const on = (prefix: string) => (name: string, listener: Listener) =>
    electron.handlers.set(`${prefix} ${name}`, listener);
  return {
    app: {
      get isPackaged() {
        return electron.packaged;
      },
      enableSandbox: () => (electron.sandboxEnabled += 1),
      on: on('app'),
      commandLine: {
        hasSwitch: (name: string) => electron.switches.has(name),
        appendSwitch: (name: string, value: string) => electron.appended.set(name, value),
      },
    },
    protocol: {
      registerSchemesAsPrivileged: (schemes: unknown[]) => electron.schemes.push(...schemes),
      handle: (scheme: string, listener: Listener) => electron.handlers.set(`protocol ${scheme}`, listener),
    },
    systemPreferences: { askForMediaAccess: () => Promise.resolve(true) },
    session: { defaultSession: sessionThatNotes(''), fromPartition: (name: string) => sessionThatNotes(`${name}: `) },
  };
});
const { hardenBeforeReady, hardenSession, hardenSmallSession, lockedPreferences, UNLOCK_PARTITION } =
  await import('./hardening');
const { createGatewayRequests } = await import('./gateway-requests');

const refused: string[] = [];
beforeEach(() => {
  refused.length = 0;
  electron.packaged = false;
  electron.switches.clear();
  electron.handlers.clear();
  hardenSession(
    '/app/renderer',
    createGatewayRequests(() => 0),
    (what) => refused.push(what),
  );
});
const call = (name: string, ...all: unknown[]): unknown => {
  const listener = electron.handlers.get(name);
  if (listener === undefined) throw new Error(`nothing listens for ${name}`);
  return listener(...(all as never[]));
};

it.each([
  ...['NODE_TLS_REJECT_UNAUTHORIZED', 'SSLKEYLOGFILE', 'NODE_EXTRA_CA_CERTS', 'NODE_USE_SYSTEM_CA'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR'],
])('the variable %s weakens nothing: it is forgotten', (name) => {
  vi.stubEnv(name, '0');
  hardenBeforeReady();
  expect(process.env[name]).toBeUndefined();
  vi.unstubAllEnvs();
});

describe("Node's debugger, which opens before our first line", () => {
  it.each([
    [true, 1],
    [false, 0],
  ])('is closed in a package: %s', (packaged, times) => {
    electron.packaged = packaged;
    const url = vi.spyOn(inspector, 'url').mockReturnValue('ws://127.0.0.1:9229/x');
    const close = vi.spyOn(inspector, 'close').mockReturnValue(undefined);
    hardenBeforeReady();
    expect(close).toHaveBeenCalledTimes(times);
    url.mockRestore();
    close.mockRestore();
  });
});

describe('windows', () => {
  it('have no Node, an own world for the preload, and the sandbox', () => {
    expect(lockedPreferences('/p.cjs')).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      webSecurity: true,
      disableDialogs: true,
      devTools: true,
    });
    electron.packaged = true;
    expect(lockedPreferences('/p.cjs').devTools).toBe(false);
  });
});

describe("the unlock window's session", () => {
  beforeEach(() => hardenSmallSession(UNLOCK_PARTITION, '/app/renderer', (what) => refused.push(what)));

  it('is in memory, serves our files and reaches nothing else', () => {
    expect(UNLOCK_PARTITION).not.toMatch(/^persist:/);
    expect(electron.handlers.has('unlock: protocol app')).toBe(true);
    const reaches = (url: string): boolean => {
      let cancelled: boolean | undefined;
      call('unlock: onBeforeRequest', { url }, (answer: { cancel: boolean }) => {
        cancelled = answer.cancel;
      });
      return cancelled === false;
    };
    expect(reaches('app://ringfence/unlock.html')).toBe(true);
    expect(reaches('ws://127.0.0.1:5066/')).toBe(false);
    expect(reaches('https://example.com/')).toBe(false);
  });

  it('grants nothing, the microphone neither', () => {
    expect(call('unlock: check', null, 'media', 'app://ringfence/', { isMainFrame: true, mediaType: 'audio' })).toBe(
      false,
    );
    const answers: boolean[] = [];
    call('unlock: request', null, 'media', (granted: boolean) => answers.push(granted), {
      isMainFrame: true,
      requestingUrl: 'app://ringfence/unlock.html',
      mediaTypes: ['audio'],
    });
    expect(answers).toEqual([false]);
    expect(call('unlock: device')).toBe(false);
  });
});

describe('before Electron is ready', () => {
  const enabled = (): boolean => {
    const before = electron.sandboxEnabled;
    hardenBeforeReady();
    return electron.sandboxEnabled > before;
  };
  it('the sandbox is on, except from source where it was asked to be off', () => {
    expect(enabled()).toBe(true);
    electron.switches.add('no-sandbox');
    expect(enabled()).toBe(false);
    electron.packaged = true;
    expect(enabled()).toBe(true);
  });

  it('no page may read the clipboard, not by the old command either, nor have a name looked up in advance', () => {
    hardenBeforeReady();
    expect(electron.appended.get('blink-settings')).toBe('DOMPasteAllowed=false,dnsPrefetchingEnabled=false');
    for (const permission of ['clipboard-read', 'deprecated-sync-clipboard-read'])
      expect(call('check', null, permission, 'app://ringfence/', { isMainFrame: true })).toBe(false);
  });

  it('the scheme is registered as standard and secure', () => {
    hardenBeforeReady();
    expect(electron.schemes.at(-1)).toMatchObject({
      scheme: 'app',
      privileges: { standard: true, secure: true, supportFetchAPI: true },
    });
  });
});

describe('permissions', () => {
  const ours = { isMainFrame: true, requestingUrl: 'app://ringfence/index.html' };
  it.each<[string, string, string, object, boolean]>([
    ['the microphone', 'media', 'app://ringfence/', { ...ours, mediaType: 'audio' }, true],
    ['the camera', 'media', 'app://ringfence/', { ...ours, mediaType: 'video' }, false],
    [
      'the microphone in an iframe',
      'media',
      'app://ringfence/',
      { ...ours, isMainFrame: false, mediaType: 'audio' },
      false,
    ],
    ['the microphone elsewhere', 'media', 'https://example.com/', { ...ours, mediaType: 'audio' }, false],
    [
      'the microphone at an origin that begins like ours',
      'media',
      'app://ringfence.example/',
      { ...ours, mediaType: 'audio' },
      false,
    ],
    ['copying', 'clipboard-sanitized-write', 'app://ringfence/', ours, true],
    ['reading the clipboard', 'clipboard-read', 'app://ringfence/', ours, false],
    ['notifications', 'notifications', 'app://ringfence/', ours, false],
  ])('checked for %s', (_what, permission, origin, details, expected) => {
    expect(call('check', null, permission, origin, details)).toBe(expected);
  });

  it.each<[string, string, object, boolean]>([
    ['the microphone', 'media', { ...ours, mediaTypes: ['audio'] }, true],
    ['microphone and camera', 'media', { ...ours, mediaTypes: ['audio', 'video'] }, false],
    ['nothing in particular', 'media', { ...ours, mediaTypes: [] }, false],
    [
      'the microphone elsewhere',
      'media',
      { isMainFrame: true, requestingUrl: 'https://example.com/', mediaTypes: ['audio'] },
      false,
    ],
    ['the place', 'geolocation', ours, false],
    ['other programs', 'openExternal', ours, false],
  ])('asked for %s', (_what, permission, details, expected) => {
    const answers: boolean[] = [];
    call('request', null, permission, (answer: boolean) => answers.push(answer), details);
    expect(answers).toEqual([expected]);
    expect(refused).toHaveLength(expected ? 0 : 1);
  });

  it('of devices are refused', () => {
    expect(call('device')).toBe(false);
  });
});

it("a gateway that asks for one of the computer's own certificates is shown none", () => {
  let prevented = false;
  const shown: unknown[] = [];
  call(
    'app select-client-certificate',
    { preventDefault: () => (prevented = true) },
    null,
    'wss://pbx.example.com/ws',
    [{ subjectName: 'Asha' }],
    (...all: unknown[]) => shown.push(...all),
  );
  expect([prevented, shown, refused]).toEqual([true, [], ['client certificate for wss://pbx.example.com/ws']]);
});

describe('what a page may not do', () => {
  const event = (more: object = {}): { prevented: boolean; preventDefault: () => void } => {
    const made = { prevented: false, preventDefault: () => void (made.prevented = true), ...more };
    return made;
  };
  let open: ((details: { url: string }) => unknown) | undefined;
  const contentsEvents = new Map<string, Listener>();
  beforeEach(() => {
    contentsEvents.clear();
    call(
      'app web-contents-created',
      {},
      {
        on: (name: string, listener: Listener) => contentsEvents.set(name, listener),
        setWindowOpenHandler: (handler: typeof open) => (open = handler),
      },
    );
    const loads = (url: string): unknown => contentsEvents.get('did-navigate')?.(...([{}, url] as never[]));
    loads('app://ringfence/index.html?x');
    // Neither the page in between, when its process is ended, nor what it calls itself is its own.
    loads('about:blank');
    loads('app://ringfence/incoming.html');
  });

  it.each([
    ['app://ringfence/index.html', true, false],
    ['app://ringfence/index.html?x#y', true, false],
    ['app://ringfence/unlock.html?question=unlock', true, true],
    ['app://ringfence/incoming.html', true, true],
    ['about:blank', true, true],
    ['https://example.com/', true, true],
    ['app://ringfence.example/index.html', true, true],
    ['app://ringfence/index.html', false, true],
    ['file:///etc/passwd', true, true],
  ])('navigate to %s (main frame: %s): prevented %s', (url, isMainFrame, expected) => {
    const navigation = event({ url, isMainFrame });
    contentsEvents.get('will-frame-navigate')?.(...([navigation] as never[]));
    expect(navigation.prevented).toBe(expected);
    expect(refused).toHaveLength(expected ? 1 : 0);
  });

  it('stay when its window is closed or loaded anew', () => {
    const unload = event();
    contentsEvents.get('will-prevent-unload')?.(...([unload] as never[]));
    // Electron's own meaning: prevented, the page's wish to stay is ignored.
    expect(unload.prevented).toBe(true);
    expect(refused).toEqual(['staying']);
  });

  it('open a window, follow a redirect, attach a webview, download', () => {
    expect(open?.({ url: 'https://example.com/' })).toEqual({ action: 'deny' });
    const events = [event(), event(), event()];
    contentsEvents.get('will-redirect')?.(...([events[0]] as never[]));
    contentsEvents.get('will-attach-webview')?.(...([events[1]] as never[]));
    call('session will-download', events[2]);
    expect(events.map((each) => each.prevented)).toEqual([true, true, true]);
    expect(refused).toHaveLength(4);
  });

  it('send a request elsewhere', () => {
    const answers: unknown[] = [];
    call('onBeforeRequest', { url: 'https://example.com/' }, (answer: unknown) => answers.push(answer));
    expect(answers).toEqual([{ cancel: true }]);
    expect(refused).toEqual(['request https://example.com/']);
  });

  it('talk over a wrong certificate', () => {
    const answers: boolean[] = [];
    const failure = event();
    call(
      'app certificate-error',
      failure,
      null,
      'wss://pbx.example.com/',
      'net::ERR_CERT_AUTHORITY_INVALID',
      null,
      (answer: boolean) => answers.push(answer),
    );
    expect([failure.prevented, answers]).toEqual([true, [false]]);
    expect(refused).toEqual(['certificate net::ERR_CERT_AUTHORITY_INVALID wss://pbx.example.com/']);
  });

  it("talk over a gateway's wrong certificate: the agent is told of it, and it is refused all the same", () => {
    const told: string[] = [];
    const requests = createGatewayRequests(
      () => 0,
      ({ reason, sentence }) => told.push(`${reason}: ${sentence}`),
    );
    requests.allow([{ gatewayUrl: 'wss://pbx.example.com/' }]);
    hardenSession('/app/renderer', requests, (what) => refused.push(what));
    const answers: boolean[] = [];
    const failure = event();
    const certificate = {
      issuerName: 'Somebody',
      subjectName: 'pbx.example.com',
      fingerprint: 'sha256/x',
      validStart: 0,
      validExpiry: 1,
    };
    call(
      'app certificate-error',
      failure,
      null,
      'wss://pbx.example.com/?token=T',
      'net::ERR_CERT_AUTHORITY_INVALID',
      certificate,
      (answer: boolean) => answers.push(answer),
    );
    expect([failure.prevented, answers, refused]).toEqual([true, [false], []]);
    expect(told).toEqual([
      expect.stringMatching(/^certificate-refused: pbx\.example\.com does not send the certificate of "Somebody"/),
    ]);
  });
});
