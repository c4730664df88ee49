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
  it('is taken and gone from there', async () => {
    desktop.clipboard = `${key}\n`;
    const result = await keyFromClipboard();
    expect(result.ok && result.value.use((bytes) => Buffer.from(bytes).toString())).toBe(key);
    expect(desktop.clipboard).toBe('');
  });

  it.runIf(process.platform === 'linux')(
    'is gone from what was marked with the mouse, too; other text stays',
    async () => {
      Object.assign(desktop, { clipboard: key, selection: key });
      await keyFromClipboard();
      expect(desktop.selection).toBe('');
      Object.assign(desktop, { clipboard: key, selection: 'something else' });
      await keyFromClipboard();
      expect(desktop.selection).toBe('something else');
    },
  );

  it('is not made of what is no key, and that is gone too: it may be part of one', async () => {
    desktop.clipboard = 'Dear Asha,\nthank you for the documents that you sent on Monday.';
    expect(await keyFromClipboard()).toMatchObject({ failure: { reason: 'key-unusable' } });
    expect(desktop.clipboard).toBe('');
  });

  it('does not come out of an empty one', async () => {
    desktop.clipboard = ' \n';
    expect(await keyFromClipboard()).toMatchObject({ failure: { reason: 'clipboard-empty', action: 'paste-key' } });
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
    expect(result.ok && result.value.use((bytes) => Buffer.from(bytes).toString())).toBe(key);
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
