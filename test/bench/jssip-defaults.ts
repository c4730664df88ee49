/** Electron with the page of `jssip-defaults-page.ts`, launched as the app is. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, type Page } from '@playwright/test';
import { build } from 'vite';
import { osSandbox } from '../support/app/app';
import { temporaryFolder } from '../support/temporary-folder';
import { writeToneFile } from '../support/sound/tone';

const MAIN = `
import { app, BrowserWindow } from 'electron';
app.commandLine.appendSwitch('allow-loopback-in-peer-connection');
void app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1040, height: 700, webPreferences: { sandbox: true, spellcheck: false } });
  void window.loadFile('index.html');
});
app.on('window-all-closed', () => app.quit());
`;

export interface JssipDefaultsApp {
  readonly page: Page;
  readonly close: () => Promise<void>;
}

/** Bundles the page into a temporary folder and opens it. */
export async function launchJssipDefaults(): Promise<JssipDefaultsApp> {
  const folder = await temporaryFolder();
  const appFolder = join(folder, 'app');
  await mkdir(appFolder);
  await build({
    configFile: false,
    logLevel: 'error',
    root: appFolder,
    build: {
      outDir: appFolder,
      emptyOutDir: false,
      target: 'chrome130',
      lib: {
        entry: fileURLToPath(new URL('jssip-defaults-page.ts', import.meta.url)),
        formats: ['iife'],
        name: 'jssipDefaultsPage',
        fileName: () => 'page.js',
      },
    },
  });
  await writeFile(
    join(appFolder, 'package.json'),
    JSON.stringify({ name: 'jssip-defaults', version: '1.0.0', type: 'module', main: 'main.js' }),
  );
  await writeFile(join(appFolder, 'main.js'), MAIN);
  await writeFile(
    join(appFolder, 'index.html'),
    '<!doctype html><title>JsSIP</title><button>Call</button><script src="page.js" defer></script>',
  );
  const tone = join(folder, 'microphone.wav');
  await writeToneFile(tone, 700);
  const electron = await _electron.launch({
    executablePath: process.env['RINGFENCE_E2E_ELECTRON'] ?? '',
    chromiumSandbox: osSandbox(),
    args: [
      ...(JSON.parse(process.env['RINGFENCE_E2E_ARGS'] ?? '[]') as string[]),
      `--user-data-dir=${join(folder, 'user-data')}`,
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-audio-capture=${tone}`,
      appFolder,
    ],
  });
  const page = await electron.firstWindow();
  await page.waitForURL(/index\.html$/);
  await page.waitForFunction(() => 'jssipDefaults' in globalThis);
  return {
    page,
    close: async () => {
      await electron.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
