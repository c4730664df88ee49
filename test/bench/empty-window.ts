/** An Electron app that does nothing but show one line: what any app here costs at least. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { osSandbox } from '../support/app/app';
import { temporaryFolder } from '../support/temporary-folder';

const MAIN = `
import { app, BrowserWindow } from 'electron';
void app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1040, height: 700, show: false, webPreferences: { sandbox: true, spellcheck: false } });
  window.once('ready-to-show', () => window.show());
  void window.loadFile('index.html');
});
app.on('window-all-closed', () => app.quit());
`;

export interface EmptyWindow {
  readonly electron: ElectronApplication;
  readonly page: Page;
  readonly pid: number;
  readonly close: () => Promise<void>;
}

/** Writes the app to a temporary folder and launches it as the phone is launched. */
export async function launchEmptyWindow(): Promise<EmptyWindow> {
  const folder = await temporaryFolder();
  const appFolder = join(folder, 'app');
  await mkdir(appFolder);
  await writeFile(
    join(appFolder, 'package.json'),
    JSON.stringify({ name: 'empty-window', version: '1.0.0', type: 'module', main: 'main.js' }),
  );
  await writeFile(join(appFolder, 'main.js'), MAIN);
  await writeFile(join(appFolder, 'index.html'), '<!doctype html><title>Empty</title><p>Empty</p>');
  const electron = await _electron.launch({
    executablePath: process.env['RINGFENCE_E2E_ELECTRON'] ?? '',
    chromiumSandbox: osSandbox(),
    args: [
      ...(JSON.parse(process.env['RINGFENCE_E2E_ARGS'] ?? '[]') as string[]),
      `--user-data-dir=${join(folder, 'user-data')}`,
      appFolder,
    ],
  });
  const page = await electron.firstWindow();
  await page.waitForURL(/index\.html$/);
  return {
    electron,
    page,
    pid: electron.process().pid ?? 0,
    close: async () => {
      await electron.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
