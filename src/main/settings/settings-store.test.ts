import { describe, expect, it } from 'vitest';
import { fail, ok, type Result } from '../../contracts/base/result';
import { openSettingsStore, settingsDocument, type SettingsDocument } from './settings-store';

function fakeFile(content: SettingsDocument | null = null) {
  const file = {
    content,
    refuses: false,
    load: () => Promise.resolve({ value: file.content, notice: null }),
    save: (value: SettingsDocument): Promise<Result<null>> => {
      if (file.refuses) return Promise.resolve(fail('file-unreadable', 'The disk is full.'));
      file.content = settingsDocument.parse(value);
      return Promise.resolve(ok(null));
    },
  };
  return file;
}

describe('the settings', () => {
  it('start with the defaults', async () => {
    expect((await openSettingsStore(fakeFile())).current()).toEqual({
      theme: 'system',
      doNotDisturb: false,
      microphoneId: null,
      speakerId: null,
      ringerId: null,
      guideDone: false,
      zoom: 100,
      shortcutsOn: true,
      shortcuts: {},
    });
  });

  it('change in part and are remembered, also when two change at once', async () => {
    const file = fakeFile();
    const store = await openSettingsStore(file);
    await Promise.all([store.change({ theme: 'dark' }), store.change({ microphoneId: 'usb' })]);
    expect((await openSettingsStore(file)).current()).toMatchObject({
      theme: 'dark',
      microphoneId: 'usb',
      doNotDisturb: false,
    });
  });

  it('stay as they are when they can not be saved', async () => {
    const file = fakeFile();
    const store = await openSettingsStore(file);
    file.refuses = true;
    expect((await store.change({ theme: 'dark' })).ok).toBe(false);
    expect(store.current().theme).toBe('system');
  });
});
