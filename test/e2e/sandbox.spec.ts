import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { launchApp, type RunningApp } from '../support/app/app';
import { ask } from '../support/app/phone-driver';

const sandboxed = process.env['RINGFENCE_E2E_OS_SANDBOX'] === '1';
const reason =
  process.env['RINGFENCE_E2E_OS_SANDBOX_REASON'] ??
  'start the tests with `npm run e2e`, which finds out whether it is possible';

/** Reads one field of /proc/PID/status (see proc_pid_status(5)). */
function statusOf(pid: number, field: string): string | undefined {
  return new RegExp(`^${field}:\\s*(\\S+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
}

/** What the About page shows. */
async function saysSandboxed({ page }: RunningApp): Promise<boolean> {
  return (await ask(page, 'app.info')).osSandbox;
}

test.describe('the OS sandbox', () => {
  test.skip(process.platform !== 'linux', 'seccomp is a thing of Linux');
  test.skip(!sandboxed, `The renderer's seccomp filter is not asserted. ${reason}`);

  test('the renderer of the phone window runs under seccomp, as no privileged user', async () => {
    const app = await launchApp();
    try {
      const about = await app.electron.evaluate(({ BrowserWindow, webContents }) => ({
        electron: process.versions.electron,
        chromium: process.versions.chrome,
        switches: process.argv.filter((argument) => argument.startsWith('--')),
        renderers: webContents.getAllWebContents().map((contents) => contents.getOSProcessId()),
        windows: BrowserWindow.getAllWindows().length,
      }));
      process.stdout.write(
        `runtime: ${process.env['RINGFENCE_E2E_RUNTIME'] ?? `Electron ${about.electron}`}, Chromium ${about.chromium}\n`,
      );
      expect(about.switches).not.toContain('--no-sandbox');
      expect(about.windows).toBeGreaterThan(0);
      expect(about.renderers.length).toBeGreaterThan(0);
      for (const pid of about.renderers) {
        expect(statusOf(pid, 'Seccomp'), 'seccomp mode: 2 is "filter"').toBe('2');
        expect(statusOf(pid, 'NoNewPrivs')).toBe('1');
        expect(statusOf(pid, 'Uid'), 'real user id').not.toBe('0');
      }
      await expect.poll(() => saysSandboxed(app)).toBe(true);
    } finally {
      await app.close();
    }
  });

  test('without a part of it the window does not say that it is on', async () => {
    const app = await launchApp({ extraArgs: ['--no-sandbox'] });
    try {
      expect(await saysSandboxed(app)).toBe(false);
    } finally {
      await app.close();
    }
  });
});
