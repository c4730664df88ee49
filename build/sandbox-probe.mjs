/**
 * A tiny Electron app that tells whether Chromium's OS sandbox works for whoever runs it: it starts one sandboxed
 * renderer and prints the seccomp mode of its process (2: filtered). Needs no display.
 */
import { readFileSync } from 'node:fs';
import { app, BrowserWindow } from 'electron';

app.disableHardwareAcceleration();
app.on('window-all-closed', () => app.exit(0));
void app.whenReady().then(async () => {
  const window = new BrowserWindow({ show: false, webPreferences: { sandbox: true } });
  await window.loadURL('data:text/html,<title>probe</title>');
  const status = readFileSync(`/proc/${window.webContents.getOSProcessId()}/status`, 'utf8');
  console.log(`seccomp=${/^Seccomp:\s*(\d)/m.exec(status)?.[1] ?? 'unknown'}`);
  app.exit(0);
});
