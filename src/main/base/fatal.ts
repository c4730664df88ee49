/** How a run ends that can't go on: after a bug that nobody caught one redacted line, one sentence, exit 1; where its folder can't be used a sentence, exit 7. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { app, dialog } from 'electron';
import type { Log } from './log';

/** The sentence waits this long for somebody to read it, ms: on a computer without people nothing hangs. */
const READ_WITHIN_MS = 10_000;

const show = (message: string): Promise<unknown> =>
  dialog.showMessageBox({ type: 'error', title: 'Ringfence', message });

/** Without a display Electron dies while it becomes ready, and nobody would see why. */
function hasDisplay({ DISPLAY = '', WAYLAND_DISPLAY = '' }: NodeJS.ProcessEnv = process.env): boolean {
  return process.platform !== 'linux' || DISPLAY !== '' || WAYLAND_DISPLAY !== '';
}

/** Says it on standard error and, where there is a display, in a box; then ends with `code`. Chromium keeps its own files of this run elsewhere. */
export async function exitWithSentence(sentence: string, code: number): Promise<void> {
  process.stderr.write(`${sentence}\n`);
  if (!hasDisplay()) {
    app.exit(code);
    return;
  }
  const elsewhere = mkdtempSync(join(tmpdir(), 'ringfence-'));
  app.setPath('userData', elsewhere);
  process.on('exit', () => rmSync(elsewhere, { recursive: true, force: true }));
  await app.whenReady();
  const read = setTimeout(() => app.exit(code), READ_WITHIN_MS);
  await show(sentence);
  clearTimeout(read);
  app.exit(code);
}

export function exitOnUncaught(log: Log): void {
  let ending = false;
  const end = (cause: unknown): void => {
    log.error('uncaught', cause);
    if (ending) return;
    ending = true;
    const exit = (): void => app.exit(1);
    setTimeout(exit, READ_WITHIN_MS);
    if (!app.isReady()) {
      exit();
      return;
    }
    show('Ringfence met an error and has to close. Start it again.').then(exit, exit);
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
}
