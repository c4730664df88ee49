import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, type RunningApp } from '../support/app/app';
import { measured } from '../support/measured';
import { waitForTone } from '../support/sound/audio-probe';
import { searchEverywhere, type Everywhere } from '../support/security/everywhere';
import { needlesOf } from '../support/security/leak-search';
import { searchAllProcesses, spellingsOf } from '../support/security/process-memory';
import { untilTokens } from '../support/app/page-watch';
import {
  ask,
  callCard,
  copyElsewhere,
  dial,
  invoke,
  lineTo,
  press,
  untilRegistered,
} from '../support/app/phone-driver';

const PLACES = [
  'heap',
  'rendererMemory',
  'localStorage',
  'indexedDb',
  'cookies',
  'userData',
  'logs',
  'processes',
  'ipc',
  'clipboard',
] as const satisfies readonly (keyof Everywhere)[];

/** Puts a canary where a key must never be: into each place that is searched. Answers with the process that carries it. */
async function plant(
  { electron, page, userDataDir }: RunningApp,
  canary: string,
): Promise<{ end: () => Promise<void> }> {
  await page.evaluate(async (text) => {
    const shelf = globalThis as { canary?: { deep: string[] }; canaryBytes?: Uint8Array };
    shelf.canary = { deep: [`${'-'.repeat(5000)}${text}`] };
    localStorage.setItem('canary', text);
    queueMicrotask(() => {
      throw new Error(`canary ${text}`);
    });
    await new Promise<void>((resolve, reject) => {
      const request = indexedDB.open('canary', 1);
      request.onupgradeneeded = () => request.result.createObjectStore('canaries');
      request.onerror = () => reject(new Error('no database'));
      request.onsuccess = () => {
        const transaction = request.result.transaction('canaries', 'readwrite');
        transaction.objectStore('canaries').put({ nested: { text } }, 'one');
        transaction.oncomplete = () => {
          request.result.close();
          resolve();
        };
      };
    });
  }, canary);
  await electron.evaluate(async ({ BrowserWindow, clipboard, session }, text) => {
    await session.defaultSession.cookies.set({
      url: 'https://canary.example/',
      name: 'canary',
      value: text,
      expirationDate: Date.now() / 1000 + 1000,
    });
    for (const window of BrowserWindow.getAllWindows()) window.webContents.send('canary', { text });
    await clipboard.writeText(text);
  }, canary);
  await writeFile(join(userDataDir, 'canary.txt'), `one line\n${canary}\n`);
  const carrier = spawn(
    process.execPath,
    ['-e', 'console.log("up"); setInterval(() => {}, 1e6)', '--', `--canary=${canary}`],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(carrier.stdout, 'data');
  return {
    end: async () => {
      const exited = once(carrier, 'exit');
      carrier.kill('SIGKILL');
      await exited;
    },
  };
}

test('after a full run the key is nowhere but in the keychain, and the search would have found it', async ({
  launch,
  gateway,
  keyring,
}) => {
  test.setTimeout(180_000);
  // Each process of the app inherits it, in memory of its own; those of the gateway and the keychain get few variables, and TEMP is one.
  const inherited = randomBytes(32).toString('hex');
  const app = await launch({ bus: keyring.bus, toneHz: 700, env: { RINGFENCE_CANARY: inherited, TEMP: inherited } });
  const { page } = app;
  const needles = needlesOf(gateway.key);

  // The run: the key enters by the clipboard and the button; calls, hold, digits, renewals; tokens refused, gateway lost, key refused.
  const line = lineTo(gateway.url, '1001', { policy: { tokenLifeS: 10, purposes: ['sip'] } });
  await ask(page, 'profiles.save', line);
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('tab', { name: 'Keys' }).click();
  await copyElsewhere(app, gateway.key);
  await page.getByRole('radio', { name: line.name }).check();
  await page.getByRole('button', { name: 'Paste key from clipboard' }).click();
  await expect
    .poll(async () => (await ask(page, 'profiles.snapshot')).keys.find(({ profileId }) => profileId === line.id)?.state)
    .toBe('in-keychain');
  expect(
    await app.electron.evaluate(({ clipboard }) => clipboard.readText()),
    'the clipboard after the key was taken from it',
  ).toBe('');
  await ask(page, 'profiles.select', { profileId: line.id });
  await page.getByRole('link', { name: 'Phone' }).click();
  await expect(page.getByTestId('registration')).toContainText('as 1001');
  await untilRegistered(page);
  await dial(page, 'echo');
  await expect(callCard(page, 'active')).toBeVisible();
  await waitForTone(page, 700);
  await press(page, 'hold');
  await expect(callCard(page, 'held')).toBeVisible();
  await press(page, 'resume');
  await expect(callCard(page, 'active')).toBeVisible();
  await press(page, 'end');
  await untilTokens(page, 3, 30_000);
  // What is no key is refused.
  await copyElsewhere(app, 'too short');
  expect(await invoke(page, 'keys.pasteFromClipboard', { profileId: line.id, slot: 'next' })).toMatchObject({
    ok: false,
    failure: { reason: 'key-unusable' },
  });
  await gateway.kill();
  await expect(page.getByTestId('registration')).toHaveAttribute('data-phase', 'waiting', { timeout: 15_000 });
  await gateway.restart();
  await untilRegistered(page);

  const found = await searchEverywhere(app, needles);
  for (const place of PLACES) {
    expect.soft(found[place].hits, `the key in ${place}`).toEqual([]);
    measured(`${place}: ${found[place].places} places, ${found[place].bytes} bytes, ${found[place].hits.length} hits`);
  }
  // Nothing was passed over: these places are never empty.
  for (const place of ['heap', 'userData', 'logs', 'processes', 'ipc'] as const)
    expect.soft(found[place].places, `${place} were searched`).toBeGreaterThan(3);
  expect.soft(found.userData.unreadable).toEqual([]);
  expect
    .soft(
      found.rendererMemory.unreadable,
      'the memory of the renderers; where the kernel forbids a look (kernel.yama.ptrace_scope), allow it',
    )
    .toEqual([]);
  expect.soft(found.heap.bytes).toBeGreaterThan(1_000_000);
  // Main alone has it: it signs.
  for (const { kind, found: canaries } of await searchAllProcesses(spellingsOf(inherited), app.pid)) {
    expect.soft(canaries.unreadable, kind).toEqual([]);
    expect.soft(canaries.hits.length, `the canary in ${kind}`).toBeGreaterThan(0);
  }
  // The process that asks the keychain ends a while after its last answer.
  const holders = async (): Promise<readonly string[]> => {
    const searched = await searchAllProcesses(needles, app.pid);
    return [...new Set(searched.filter(({ found: keys }) => keys.hits.length > 0).map(({ kind }) => kind))];
  };
  await expect
    .poll(holders, { message: 'processes with the key in their memory', timeout: 60_000, intervals: [1_000] })
    .toEqual(['main']);
  const channels = (await app.ipcSeen()).map(({ channel }) => channel);
  expect
    .soft(channels)
    .toEqual(
      expect.arrayContaining([
        'reply to keys.pasteFromClipboard',
        'reply to grants.get',
        'grants.renewed',
        'audit.appended',
      ]),
    );

  // The same search over the same places finds a canary in each of them.
  const canary = randomBytes(32).toString('base64url');
  const carrier = await plant(app, canary);
  try {
    await expect.poll(async () => (await app.logs()).some((text) => text.includes(canary))).toBe(true);
    const planted = await searchEverywhere(app, needlesOf(canary));
    for (const place of PLACES) expect.soft(planted[place].hits, `the canary in ${place}`).not.toEqual([]);
  } finally {
    await carrier.end();
  }
});

test('the search of the memory finds bytes that no snapshot shows', async ({ launch }) => {
  const app = await launch();
  const canary = randomBytes(32);
  await app.page.evaluate(
    (bytes) => {
      const kept = Uint8Array.from(bytes);
      (globalThis as { keep?: () => number }).keep = () => kept.length;
    },
    [...canary],
  );
  expect((await searchEverywhere(app, needlesOf(canary))).rendererMemory.hits).not.toEqual([]);
  expect((await searchEverywhere(app, needlesOf(randomBytes(32)))).rendererMemory.hits).toEqual([]);
});
