import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

const desktop = vi.hoisted(() => ({
  clipboard: '',
  selection: '',
  chosen: { canceled: false, filePaths: [] as string[] },
}));
vi.mock('electron', () => ({
  clipboard: {
    readText: () => Promise.resolve(desktop.clipboard),
    clear: () => (desktop.clipboard = ''),
    selection: { readText: () => Promise.resolve(desktop.selection), clear: () => (desktop.selection = '') },
  },
  dialog: { showOpenDialog: () => Promise.resolve(desktop.chosen) },
}));
const { createNativeDialogs } = await import('../desktop/native-dialogs');
const { keyFromClipboard, keyFromFile } = await import('./key-sources');

const key = 'not-a-real-key-only-a-test-0123456789';
let folder = '';
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'ringfence-key-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => Object.assign(desktop, { clipboard: '', selection: '', chosen: { canceled: false, filePaths: [] } }));

describe('a key from the clipboard', () => {
  it('is read first, and gone from there once it is taken', async () => {
    desktop.clipboard = `${key}\n`;
    const offered = await keyFromClipboard();
    expect(offered.key.ok && offered.key.value.secret.use((bytes) => Buffer.from(bytes).toString())).toBe(key);
    expect(desktop.clipboard).toBe(`${key}\n`);
    await offered.take();
    expect(desktop.clipboard).toBe('');
  });

  it('leaves alone what was copied since', async () => {
    desktop.clipboard = key;
    const offered = await keyFromClipboard();
    desktop.clipboard = 'something else';
    await offered.take();
    expect(desktop.clipboard).toBe('something else');
  });

  it.runIf(process.platform === 'linux')(
    'is gone from what was marked with the mouse, too; other text stays',
    async () => {
      Object.assign(desktop, { clipboard: key, selection: key });
      await (await keyFromClipboard()).take();
      expect(desktop.selection).toBe('');
      Object.assign(desktop, { clipboard: key, selection: 'something else' });
      await (await keyFromClipboard()).take();
      expect(desktop.selection).toBe('something else');
    },
  );

  it('is not made of what is no key, and that is taken too: it may be part of one', async () => {
    desktop.clipboard = 'Dear Asha,\nthank you for the documents that you sent on Monday.';
    const offered = await keyFromClipboard();
    expect(offered.key).toMatchObject({ failure: { reason: 'key-unusable' } });
    await offered.take();
    expect(desktop.clipboard).toBe('');
  });

  it('does not come out of an empty one', async () => {
    desktop.clipboard = ' \n';
    const offered = await keyFromClipboard();
    expect(offered.key).toMatchObject({ failure: { reason: 'clipboard-empty', action: 'paste-key' } });
    await offered.take();
    expect(desktop.clipboard).toBe(' \n');
  });
});

describe('a key from a file', () => {
  const choose = (name: string, text?: string): void => {
    const path = join(folder, name);
    if (text !== undefined) writeFileSync(path, text);
    desktop.chosen = { canceled: false, filePaths: [path] };
  };

  it('is read by main', async () => {
    choose('key.txt', `${key}\r\n`);
    const result = await keyFromFile(null, createNativeDialogs({ monotonic: () => 0 }));
    expect(result.ok && result.value.secret.use((bytes) => Buffer.from(bytes).toString())).toBe(key);
  });

  it('is not taken when the dialog was closed', async () => {
    desktop.chosen = { canceled: true, filePaths: [] };
    expect(await keyFromFile(null, createNativeDialogs({ monotonic: () => 0 }))).toMatchObject({
      failure: { reason: 'cancelled' },
    });
  });

  it('is not taken from a file that is too large, unreadable or none', async () => {
    choose('large.txt', 'k'.repeat(20_000));
    expect(await keyFromFile(null, createNativeDialogs({ monotonic: () => 0 }))).toMatchObject({
      failure: { reason: 'key-unusable' },
    });
    choose('missing.txt');
    expect(await keyFromFile(null, createNativeDialogs({ monotonic: () => 0 }))).toMatchObject({
      failure: { reason: 'file-unreadable', details: 'ENOENT' },
    });
    desktop.chosen = { canceled: false, filePaths: [folder] };
    expect(await keyFromFile(null, createNativeDialogs({ monotonic: () => 0 }))).toMatchObject({
      failure: { reason: 'file-unreadable' },
    });
  });
});
