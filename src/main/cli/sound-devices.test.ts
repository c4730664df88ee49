import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporary-folder';
import { checkSound } from './sound-devices';

let folder = '';
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('sound devices', () => {
  const look = (more: Partial<Parameters<typeof checkSound>[0]> = {}) =>
    checkSound({ platform: 'linux', runtimeDir: '', pulseServer: '', pcm: join(folder, 'pcm'), ...more });

  it('are there with a sound server of this user', async () => {
    await mkdir(join(folder, 'pulse'));
    await writeFile(join(folder, 'pulse', 'native'), '');
    expect(await look({ runtimeDir: folder })).toMatchObject({ status: 'ok' });
    expect(await look({ pulseServer: 'unix:/run/pulse' })).toMatchObject({ status: 'ok' });
  });

  it('are what ALSA knows otherwise', async () => {
    expect(await look({ runtimeDir: folder })).toMatchObject({
      status: 'warn',
      says: expect.stringContaining('no microphone and no speaker') as string,
    });
    await writeFile(join(folder, 'pcm'), '00-03: HDMI 0 : HDMI 0 : playback 1\n');
    expect(await look()).toMatchObject({
      status: 'warn',
      says: 'No sound server runs for this user, and ALSA knows no microphone.',
    });
    await writeFile(join(folder, 'pcm'), '00-00: ALC257 Analog : ALC257 Analog : playback 1 : capture 1\n');
    expect(await look()).toMatchObject({ status: 'ok' });
  });

  it('are left to the window where the command line sees none', async () => {
    expect(await look({ platform: 'darwin' })).toMatchObject({
      status: 'warn',
      todo: expect.stringContaining('headset button') as string,
    });
  });
});
