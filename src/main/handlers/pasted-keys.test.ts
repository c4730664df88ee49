/** What people paste in place of a key, on its way: the door into main, the clipboard or a file, the box of the system, and the keychain. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { fixture, opened, work, type Fixture } from '../../../test/support/app/key-fixture';
import type { Handlers } from '../../contracts/ipc/ipc';
import { ok } from '../../contracts/base/result';
import { INVOKE_TRANSPORT } from '../../contracts/ipc/ipc-names';
import type { Clock } from '../base/clock';

type Listener = (event: unknown, name?: unknown, input?: unknown) => Promise<unknown>;
const desktop = vi.hoisted(() => ({
  clipboard: '',
  chosen: '',
  agrees: false,
  boxes: [] as { readonly message: string; readonly detail: string; readonly buttons: readonly string[] }[],
  registered: new Map<string, Listener>(),
}));
vi.mock('electron', () => ({
  ipcMain: { handle: (name: string, listener: Listener) => desktop.registered.set(name, listener) },
  clipboard: { readText: () => Promise.resolve(desktop.clipboard), clear: () => (desktop.clipboard = '') },
  dialog: {
    showOpenDialog: () => Promise.resolve({ canceled: false, filePaths: [desktop.chosen] }),
    showMessageBox: (
      options: (typeof desktop.boxes)[number] & { readonly defaultId: number; readonly cancelId: number },
    ) => {
      expect([options.defaultId, options.cancelId, options.buttons[0]]).toEqual([0, 0, 'Cancel']);
      desktop.boxes.push(options);
      return Promise.resolve({ response: desktop.agrees ? 1 : 0, checkboxChecked: false });
    },
  },
}));
const { serveIpc } = await import('../ipc/ipc');
const { createKeyHandlers } = await import('./key-handlers');
const { createTakeKey } = await import('../consent/take-key');
const { createNoteRefusal } = await import('../audit/note-refusal');
const { createKeyQuestion } = await import('../consent/key-question');
const { askNatively } = await import('../consent/native-question');
const { createNativeDialogs } = await import('../desktop/native-dialogs');
const { keyFromClipboard, keyFromFile } = await import('../secrets/key-sources');
const { fingerprintOf, Secret } = await import('../secrets/secret');

const folder = mkdtempSync(join(tmpdir(), 'ringfence-pasted-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const good = 'the-key-in-use-only-a-test-0123456789';
const key = 'not-a-real-key-only-a-test-0123456789';
let computer: Fixture;
let now = 0;

beforeEach(async () => {
  Object.assign(desktop, { clipboard: '', agrees: false, boxes: [] });
  computer = await fixture();
  const { profiles, keys, audited } = computer;
  const old = Secret.fromText(good);
  if (!old.ok) expect.unreachable(old.failure.sentence);
  await keys.put('work', 'active', old.value, 'file');
  const clock: Pick<Clock, 'monotonic'> = { monotonic: () => now };
  const dialogs = createNativeDialogs(clock);
  const audit = (entry: (typeof audited)[number]) => audited.push(entry);
  const keyHandlers = createKeyHandlers({
    keys,
    takeKey: createTakeKey({
      profiles,
      keys,
      keyFromClipboard,
      keyFromFile: () => keyFromFile(null, dialogs),
      keyQuestion: createKeyQuestion({
        find: profiles.find,
        ask: (question) => askNatively(null, dialogs, question),
        clock,
        audit,
      }),
      handOverKey: () => Promise.resolve(),
      audit,
    }),
    noteRefusal: createNoteRefusal(audit),
  });
  serveIpc({
    // What has to do with keys is the real thing; nothing else is asked here.
    handlers: keyHandlers as unknown as Handlers,
    windowOf: () => 'phone',
    origin: 'app://ringfence',
    admitAdmin: () => Promise.resolve(ok(null)),
    isPhoneLocked: () => false,
    admitNoted: () => ok(null),
    onRefused: () => undefined,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
});

/** As the window asks. After a no nobody is asked for a while. */
const ask = (name: string): Promise<unknown> => {
  now += 3_600_000;
  const event = { sender: { id: 1 }, senderFrame: { parent: null, origin: 'app://ringfence' } };
  return (
    desktop.registered.get(INVOKE_TRANSPORT)?.(event, name, { profileId: 'work', slot: 'active' }) ??
    Promise.reject(new Error('nothing listens'))
  );
};
const inUse = async (): Promise<string | null> => {
  const secret = await opened(computer.keys, work.id);
  return secret.ok ? secret.value.use((bytes) => Buffer.from(bytes).toString()) : null;
};
const offered: readonly (readonly [string, (text: string) => Promise<unknown>])[] = [
  [
    'pasted',
    (text) => {
      desktop.clipboard = text;
      return ask('keys.pasteFromClipboard');
    },
  ],
  [
    'chosen as a file',
    (text) => {
      desktop.chosen = join(folder, 'key.txt');
      writeFileSync(desktop.chosen, text);
      return ask('keys.loadFromFile');
    },
  ],
];

const token = [{ alg: 'HS256' }, { sub: '1001' }].map((each) =>
  Buffer.from(JSON.stringify(each)).toString('base64url'),
);

describe.each(offered)('what is no key, %s,', (how, offer) => {
  it.each([
    ['quotes', `"${key}"`],
    ['NAME=key', `SIP_KEY=${key}`],
    ['export', `export SIP_KEY=${key}`],
    ['Bearer', `Bearer ${key}`],
    ['a URL', `https://pbx.example.com/${key}`],
    ['a sentence', 'The key of the gateway is in the safe.'],
  ])('leaves the old key in use until a person presses "Use it anyway": %s', async (_what, text) => {
    expect(await offer(text)).toMatchObject({
      failure: { reason: 'cancelled', sentence: 'No key was taken: you said no.' },
    });
    const [box] = desktop.boxes;
    expect(box?.buttons).toEqual(['Cancel', 'Use it anyway']);
    expect(box?.message).toMatch(/^This does not look like a key/);
    expect(box?.detail).toContain(`Its fingerprint: ${fingerprintOf(text)}\n`);
    expect(JSON.stringify(box)).not.toContain(key);
    expect(await inUse()).toBe(good);
    expect(computer.keys.status('work').retired).toBeNull();
    if (how === 'pasted') expect(desktop.clipboard, 'is still there').toBe(text);

    desktop.agrees = true;
    expect(await offer(text)).toMatchObject({ ok: true, value: { active: { fingerprint: fingerprintOf(text) } } });
    expect(await inUse()).toBe(text);
    expect(computer.keys.status('work').retired?.fingerprint).toBe(fingerprintOf(good));
  });

  it.each([
    ['a token', `${token.join('.')}.${'s'.repeat(43)}`, 'token (JWT)'],
    ['a JWK', JSON.stringify({ kty: 'oct', k: Buffer.from(key).toString('base64url') }), 'JWK'],
    ['UTF-16', key.replaceAll(/./g, '$&\0'), 'UTF-16'],
  ])('is never taken, whatever the person presses: %s', async (_what, text, sentence) => {
    desktop.agrees = true;
    expect(await offer(text)).toMatchObject({
      failure: { reason: 'key-unusable', sentence: expect.stringContaining(sentence) as string },
    });
    expect(desktop.boxes.map(({ buttons }) => buttons)).toEqual(how === 'pasted' ? [['Cancel', 'Use it']] : []);
    expect(await inUse()).toBe(good);
  });

  it('is a plain question for a key', async () => {
    desktop.agrees = true;
    expect(await offer(`${key}\n`)).toMatchObject({ ok: true });
    expect(desktop.boxes.map(({ buttons }) => buttons)).toEqual([['Cancel', 'Use it']]);
    expect(await inUse()).toBe(key);
  });
});
