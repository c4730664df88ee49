import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { RingfenceApi } from '../../src/contracts/ipc/ipc';
import { expect, test, type RunningApp } from '../support/app/app';
import { ask, untilRegistered } from '../support/app/phone-driver';

/** What must be the same after an attack: profiles and settings on disk, what main answers, and the audit log but for its refusals. */
async function stateOf(app: RunningApp): Promise<unknown> {
  const files = (await readdir(app.userDataDir)).filter((name) => name.endsWith('.json')).sort();
  const { activeProfileId, profiles, keys } = await ask(app.page, 'profiles.snapshot');
  const audit = (await ask(app.page, 'audit.recent', { limit: 500 })).filter((entry) => entry.what !== 'refusal');
  return {
    files: await Promise.all(
      files
        .filter((name) => name === 'profiles.json' || name === 'settings.json')
        .map(async (name) => [name, await readFile(join(app.userDataDir, name), 'utf8')]),
    ),
    activeProfileId,
    profiles,
    keys,
    settings: await ask(app.page, 'settings.get'),
    audit,
  };
}

interface Answer {
  readonly ok?: boolean;
  readonly reason?: string;
  readonly sentence?: string;
  readonly thrown?: string;
}

/** Calls `window.ringfence.invoke` with anything. */
async function call(page: Page, channel: unknown, input?: unknown): Promise<Answer> {
  return await page.evaluate(
    async ({ channel, input }) => {
      const { ringfence } = globalThis as unknown as { ringfence: RingfenceApi };
      try {
        const answer = await (
          ringfence.invoke as (
            channel: unknown,
            input: unknown,
          ) => Promise<{ ok: boolean; failure?: { reason: string; sentence: string } }>
        )(channel, input);
        return {
          ok: answer.ok,
          ...(answer.failure === undefined ? {} : { reason: answer.failure.reason, sentence: answer.failure.sentence }),
        };
      } catch (error) {
        return { thrown: String(error) };
      }
    },
    { channel, input },
  );
}

const BIG = 'x'.repeat(1_000_000);

test('whatever a page says to main, only what is declared is heard', async ({ launch }) => {
  const app = await launch();
  const { page } = app;
  await untilRegistered(page);
  const before = await stateOf(app);
  const profile = (await ask(page, 'profiles.snapshot')).profiles[0];

  const attacks: [string, unknown, unknown, string][] = [
    ['an unknown channel', 'secrets.read', { profileId: 'practice' }, 'unknown-channel'],
    ['a name from the prototype', 'constructor', undefined, 'unknown-channel'],
    ['__proto__', '__proto__', undefined, 'unknown-channel'],
    ['no name at all', undefined, undefined, 'unknown-channel'],
    ['a name of 1 MB', BIG, undefined, 'unknown-channel'],
    ['a number for a profile', 'grants.get', { profileId: 7, purpose: 'sip' }, 'invalid-input'],
    ['an array', 'grants.get', [], 'invalid-input'],
    ['nothing where something is wanted', 'grants.get', undefined, 'invalid-input'],
    ['something where nothing is wanted', 'profiles.snapshot', { all: true }, 'invalid-input'],
    ['a profile id of 1 MB', 'grants.get', { profileId: BIG, purpose: 'sip' }, 'invalid-input'],
    ['a profile id that climbs', 'profiles.select', { profileId: '../../etc/passwd' }, 'invalid-input'],
    ['a purpose that does not exist', 'grants.get', { profileId: 'practice', purpose: 'admin' }, 'invalid-input'],
    ['a purpose that the policy forbids', 'grants.get', { profileId: 'practice', purpose: 'voice' }, 'unknown-purpose'],
    ['a profile that does not exist', 'grants.get', { profileId: 'no-such-line', purpose: 'sip' }, 'unknown-profile'],
    [
      'a token life of its own choice',
      'grants.get',
      { profileId: 'practice', purpose: 'sip', tokenLifeS: 86_400 },
      'invalid-input',
    ],
    ['a profile with a name of 1 MB', 'profiles.save', { ...profile, id: 'evil', name: BIG }, 'invalid-input'],
    [
      'a profile whose tokens live a day',
      'profiles.save',
      { ...profile, id: 'evil', policy: { tokenLifeS: 86_400, purposes: ['sip'] } },
      'invalid-input',
    ],
    [
      'a profile that sends tokens in clear',
      'profiles.save',
      { ...profile, id: 'evil', gatewayUrl: 'ws://gateway.example.com/' },
      'invalid-input',
    ],
    ['a profile that is a string', 'profiles.save', 'practice', 'invalid-input'],
    ['a setting that does not exist', 'settings.set', { theme: 'dark', admin: true }, 'invalid-input'],
    ['a theme that does not exist', 'settings.set', { theme: 'pink' }, 'invalid-input'],
    ['removing the Practice line', 'profiles.remove', { profileId: 'practice' }, 'profile-invalid'],
    ['a key slot that does not exist', 'keys.generate', { profileId: 'practice', slot: 'root' }, 'invalid-input'],
    [
      'a key within the request',
      'keys.pasteFromClipboard',
      { profileId: 'practice', slot: 'active', key: 'k'.repeat(40) },
      'invalid-input',
    ],
    ['a number of 1 MB to be judged', 'calls.authorize', { profileId: 'practice', target: BIG }, 'invalid-input'],
    [
      'a rule of its own',
      'calls.authorize',
      { profileId: 'practice', target: 'echo', dial: { allow: ['*'] } },
      'invalid-input',
    ],
    [
      'the policy of a profile that does not exist',
      'policy.effective',
      { profileId: 'no-such-line' },
      'unknown-profile',
    ],
    ['a promotion of what is not there', 'keys.promote', { profileId: 'practice' }, 'key-absent'],
    [
      'a rotation finished with a slot of its own',
      'keys.finishRotation',
      { profileId: 'practice', slot: 'active' },
      'invalid-input',
    ],
    ['the way back to a key that is not there', 'keys.back', { profileId: 'practice' }, 'key-absent'],
    ['the way back to a key of its own', 'keys.back', { profileId: 'practice', key: '01234567' }, 'invalid-input'],
    ['an accepted key without a name', 'grants.accepted', { profileId: 'practice' }, 'invalid-input'],
    ['too much of the audit log', 'audit.recent', { limit: 1e9 }, 'invalid-input'],
    ['too much of the audit log in one page', 'audit.query', { limit: 1e9 }, 'invalid-input'],
    [
      'an export to a place of its own',
      'audit.export',
      { filter: {}, format: 'csv', path: '/etc/passwd' },
      'invalid-input',
    ],
    ['an import from a place of its own', 'profiles.import', { path: '/etc/passwd' }, 'invalid-input'],
    [
      'an import that nobody has seen',
      'profiles.applyImport',
      { ticket: '0a8f7a7e-0f4b-4a52-9c55-2f3d2f0c8a11' },
      'cancelled',
    ],
    [
      'a test of a connection to a gateway of its own',
      'profiles.test',
      { profileId: 'practice', url: 'wss://evil.example/' },
      'invalid-input',
    ],
    [
      'an incoming call of 1 MB',
      'calls.notifyIncoming',
      { callId: 'x', sipCallId: 'x', profileId: 'practice', name: BIG, number: '1' },
      'invalid-input',
    ],
    ["the small window's channel", 'incoming.act', { callId: 'x', action: 'answer' }, 'forbidden-sender'],
  ];
  for (const [what, channel, input, reason] of attacks) {
    const answer = await call(page, channel, input);
    expect.soft(answer, what).toMatchObject({ ok: false, reason });
    expect.soft((answer.sentence ?? '').length, `${what}: a sentence`).toBeGreaterThan(10);
  }
  // What can't be cloned, or is circular, is refused before or in main; never answered.
  const odd = await page.evaluate(async () => {
    const { ringfence } = globalThis as unknown as {
      ringfence: { invoke: (channel: string, input: unknown) => Promise<{ ok: boolean }> };
    };
    const circular: Record<string, unknown> = { profileId: 'practice', purpose: 'sip' };
    circular['self'] = circular;
    const inputs: unknown[] = [circular, 10n, new Date(), new Map([['profileId', 'practice']]), () => 1, Symbol('x')];
    const settled = await Promise.allSettled(
      inputs.map(async (input) => (await ringfence.invoke('grants.get', input)).ok),
    );
    return settled.map((each) => each.status === 'fulfilled' && each.value);
  });
  expect(odd).toEqual([false, false, false, false, false, false]);
  expect(await stateOf(app)).toEqual(before);
  await untilRegistered(page);
});

test('only the windows of Ringfence are heard: not a second window, not an iframe in it', async ({ launch }) => {
  const app = await launch();
  await untilRegistered(app.page);
  const before = await stateOf(app);

  // The worst case: somebody got a window with our preload, at our origin, open to its iframes; and one without our origin.
  const answers = await app.electron.evaluate(async ({ BrowserWindow, app: electronApp }) => {
    const preload = `${electronApp.getAppPath()}/out/preload/index.cjs`;
    const ask = `window.ringfence === undefined ? Promise.resolve('no bridge') : window.ringfence.invoke('grants.get', { profileId: 'practice', purpose: 'sip' }).then((r) => r.ok ? 'ANSWERED' : r.failure.reason)`;
    const found: Record<string, unknown> = {};
    for (const [name, url] of [
      ['window at our origin', 'app://ringfence/index.html'],
      ['blank window', 'about:blank'],
    ] as const) {
      const window = new BrowserWindow({
        show: false,
        webPreferences: { preload, sandbox: true, contextIsolation: true, nodeIntegrationInSubFrames: true },
      });
      try {
        await window.loadURL(url);
        found[name] = await window.webContents.executeJavaScript(ask);
        await window.webContents.executeJavaScript(
          `new Promise((done) => { const frame = document.createElement('iframe'); frame.onload = () => done(null); document.body.append(frame); })`,
        );
        const frame = window.webContents.mainFrame.frames[0];
        found[`iframe in ${name}`] = frame === undefined ? 'no frame' : await frame.executeJavaScript(ask);
      } finally {
        window.destroy();
      }
    }
    return found;
  });
  expect(answers).toMatchObject({
    'window at our origin': 'forbidden-sender',
    'blank window': 'forbidden-sender',
  });
  for (const name of ['iframe in window at our origin', 'iframe in blank window'])
    expect(['forbidden-sender', 'no bridge', 'no frame']).toContain(answers[name]);
  expect(Object.values(answers)).not.toContain('ANSWERED');
  expect(await stateOf(app)).toEqual(before);
});

test('an iframe in the phone window has no bridge, and the page offers nothing but two functions', async ({
  launch,
}) => {
  const { page } = await launch();
  // In a task of its own: the driver takes a frame that is made for a navigation of the page, and gives up what it is evaluating.
  await page.evaluate(() => void setTimeout(() => document.body.append(document.createElement('iframe'))));
  await expect(page.locator('iframe')).toHaveCount(1);
  const seen = await page.evaluate(() => {
    const frame = document.querySelector('iframe');
    if (frame === null) throw new Error('no frame');
    const inner = frame.contentWindow as unknown as Record<string, unknown>;
    const outer = globalThis as unknown as Record<string, unknown>;
    const result = {
      bridgeInFrame: typeof inner['ringfence'],
      offers: Object.keys(outer['ringfence'] as object).sort(),
      node: ['require', 'process', 'module', 'Buffer', 'electron', 'ipcRenderer'].filter(
        (name) => outer[name] !== undefined,
      ),
    };
    frame.remove();
    return result;
  });
  expect(seen).toEqual({ bridgeInFrame: 'undefined', offers: ['invoke', 'subscribe'], node: [] });
});

test('the page cannot leave, open windows, load from elsewhere or run text as code', async ({ launch }) => {
  const app = await launch();
  const { page } = app;
  const windowsBefore = app.electron.windows().length;
  const outcome = await page.evaluate(async () => {
    const opened = window.open('https://example.com/') === null;
    const fetched = await fetch('https://example.com/').then(
      () => 'loaded',
      () => 'refused',
    );
    const script = await new Promise<string>((resolve) => {
      const element = document.createElement('script');
      element.textContent = 'globalThis.injected = true';
      document.body.append(element);
      resolve('injected' in globalThis ? 'ran' : 'refused');
    });
    const image = await new Promise<string>((resolve) => {
      const element = new Image();
      element.onload = () => resolve('loaded');
      element.onerror = () => resolve('refused');
      element.src = 'https://example.com/x.png';
    });
    return { opened, fetched, script, image };
  });
  expect(outcome).toEqual({ opened: true, fetched: 'refused', script: 'refused', image: 'refused' });
  await page.evaluate(() => {
    location.href = 'https://example.com/';
  });
  await expect.poll(() => page.evaluate(() => location.href)).toBe('app://ringfence/index.html');
  expect(app.electron.windows()).toHaveLength(windowsBefore);
});
