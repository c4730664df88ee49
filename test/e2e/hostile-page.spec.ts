/** What an attacker in the phone window gets of the browser around it: nothing but the microphone. */
import { expect, test } from '../support/app/app';
import { ask, untilLoadedAnew, untilRegistered } from '../support/app/phone-driver';

test('the page gets no other page, window, download, device or permission, and reaches no other host', async ({
  launch,
}) => {
  const app = await launch();
  const { page } = app;
  await untilRegistered(page);
  const windows = app.electron.windows().length;
  await app.electron.evaluate(({ session }) => {
    const all = globalThis as unknown as { downloads?: string[] };
    all.downloads = [];
    session.defaultSession.on('will-download', (event, item) =>
      all.downloads?.push(`${item.getFilename()} ${event.defaultPrevented ? 'refused' : 'SAVED'}`),
    );
  });
  const tried = await page.evaluate(async () => {
    const outcome: Record<string, string> = {};
    // A device or an answer that never comes is as good as a refusal.
    const never = (): Promise<string> => new Promise((resolve) => setTimeout(() => resolve('refused'), 2_000));
    const attempt = async (name: string, work: () => unknown): Promise<void> => {
      outcome[name] = await Promise.race([
        Promise.resolve()
          .then(work)
          .then(
            (value) =>
              value === null || value === false || value === 'denied' || (Array.isArray(value) && value.length === 0)
                ? 'refused'
                : 'GOT',
            () => 'refused',
          ),
        never(),
      ]);
    };
    const nav = navigator as unknown as Record<string, Record<string, (...all: unknown[]) => unknown>>;
    await attempt('camera', () => navigator.mediaDevices.getUserMedia({ video: true }));
    await attempt('camera and microphone', () => navigator.mediaDevices.getUserMedia({ audio: true, video: true }));
    await attempt('screen', () => navigator.mediaDevices.getDisplayMedia({ video: true }));
    await attempt(
      'location',
      () => new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject)),
    );
    await attempt('notifications', () => Notification.requestPermission());
    await attempt('clipboard', () => navigator.clipboard.readText());
    await attempt('midi', () =>
      nav['requestMIDIAccess'] === undefined ? null : navigator.requestMIDIAccess({ sysex: true }),
    );
    for (const device of ['usb', 'serial', 'hid'])
      await attempt(device, () => nav[device]?.[device === 'serial' ? 'getPorts' : 'getDevices']?.() ?? null);
    await attempt('bluetooth', () => nav['bluetooth']?.['requestDevice']?.({ acceptAllDevices: true }) ?? null);
    await attempt(
      'idle detection',
      () =>
        (
          globalThis as unknown as { IdleDetector?: { requestPermission: () => unknown } }
        ).IdleDetector?.requestPermission() ?? null,
    );
    await attempt(
      'a file picker',
      () => (globalThis as unknown as { showOpenFilePicker?: () => unknown }).showOpenFilePicker?.() ?? null,
    );
    await attempt('persistent storage', () => navigator.storage.persist());
    await attempt('a window', () => window.open('https://example.com/'));
    await attempt('a window at our origin', () => window.open('app://ringfence/index.html'));
    await attempt(
      'a worker from text',
      () =>
        new Promise((resolve, reject) => {
          const worker = new Worker(URL.createObjectURL(new Blob(['postMessage(1)'])));
          worker.onmessage = resolve;
          worker.onerror = reject;
        }),
    );
    await attempt('another host', () => fetch('https://example.com/'));
    await attempt('a file', () => fetch('file:///etc/hostname'));
    await attempt('a file beside ours', () => fetch('app://ringfence/../main/index.js').then((answer) => answer.ok));
    await attempt(
      'another socket',
      () =>
        new Promise((resolve, reject) => {
          const socket = new WebSocket('wss://example.com/');
          socket.onopen = resolve;
          socket.onerror = reject;
        }),
    );
    await attempt('a beacon', () => navigator.sendBeacon('https://example.com/', 'x') && false);
    // NativeDialogs that look like main's own, and that somebody would have to answer.
    await attempt('a box of the system', () => (alert('Type your passphrase'), confirm('Ringfence: agree?')));
    await attempt('code from text', () => (0, eval)('1'));
    outcome['the microphone'] = await navigator.mediaDevices.getUserMedia({ audio: true }).then(
      (stream) => (stream.getTracks().forEach((track) => track.stop()), 'granted'),
      () => 'refused',
    );
    for (const [name, url] of [
      ['blob', URL.createObjectURL(new Blob(['x']))],
      ['data', 'data:text/plain,x'],
    ] as const) {
      const link = document.createElement('a');
      link.href = url;
      link.download = `${name}.txt`;
      document.body.append(link);
      link.click();
      link.remove();
    }
    return outcome;
  });
  const { 'the microphone': microphone, ...others } = tried;
  expect(microphone).toBe('granted');
  expect(Object.keys(others).length).toBeGreaterThan(18);
  expect(Object.entries(others).filter(([, outcome]) => outcome !== 'refused')).toEqual([]);
  const downloads = await app.electron.evaluate(
    () => (globalThis as unknown as { downloads?: string[] }).downloads ?? [],
  );
  expect(downloads.filter((each) => each.includes('SAVED'))).toEqual([]);

  // Leaving by every door: none opens. Playwright takes a refused navigation for one that goes on, so main says where the page is.
  const inPage = (code: string): Promise<unknown> =>
    app.electron.evaluate(
      ({ webContents }, text) =>
        webContents
          .getAllWebContents()
          .find((each) => each.getURL() === 'app://ringfence/index.html')
          ?.executeJavaScript(text, true) as Promise<unknown>,
      code,
    );
  const doors = [
    "location.href = 'https://example.com/'",
    "location.replace('file:///etc/hostname')",
    "location.href = 'data:text/html,x'",
    "location.href = 'app://ringfence/unlock.html?question=unlock'",
    "location.href = 'app://ringfence/unlock.html?question=unlock'.replace('ringfence', 'elsewhere')",
    "Object.assign(document.body.appendChild(document.createElement('form')), { action: 'https://example.com/' }).submit()",
    "document.head.append(Object.assign(document.createElement('meta'), { httpEquiv: 'refresh', content: '0;url=https://example.com/' }))",
    "document.body.append(Object.assign(document.createElement('iframe'), { src: 'https://example.com/' }))",
  ];
  for (const door of doors) {
    await inPage(`${door}; null`);
    expect(await inPage('new Promise((done) => setTimeout(() => done(location.href), 100))'), door).toBe(
      'app://ringfence/index.html',
    );
  }
  // A refused frame shows an error, which has no origin.
  const origins = await app.electron.evaluate(({ webContents }) =>
    webContents.getAllWebContents().flatMap((each) => each.mainFrame.framesInSubtree.map(({ origin }) => origin)),
  );
  expect(new Set(origins)).toEqual(new Set(['app://ringfence', 'null']));
  expect(app.electron.windows()).toHaveLength(windows);
  expect(await inPage(`document.querySelector('[data-testid="registration"]')?.dataset.phase`)).toBe('registered');
});

test('a page that was used neither outlives a sign-out nor keeps its window open', async ({ launch }) => {
  const app = await launch();
  const { page } = app;
  await untilRegistered(page);
  const stay = (): Promise<void> =>
    page.evaluate(() => {
      (globalThis as unknown as { attacker: boolean }).attacker = true;
      addEventListener('beforeunload', (event) => event.preventDefault());
    });
  await stay();
  // Chromium lets a page stay only after somebody has used it.
  await page.locator('body').click({ position: { x: 5, y: 5 } });
  await untilLoadedAnew(page, () => ask(page, 'phone.signOut'));
  expect(await page.evaluate(() => 'attacker' in globalThis)).toBe(false);
  await stay();
  await page.locator('body').click({ position: { x: 5, y: 5 } });
  const gone = page.waitForEvent('close');
  await app.electron.evaluate(({ app: own }) => own.quit());
  await gone;
});
