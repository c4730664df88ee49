/** What happens after a bug that nobody caught: one redacted line, one sentence, exit 1. */
import { app, dialog } from 'electron';
import type { Log } from './log';

/** The sentence waits this long for somebody to read it, ms: on a computer without people nothing hangs. */
const READ_WITHIN_MS = 10_000;

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
    dialog
      .showMessageBox({
        type: 'error',
        title: 'Ringfence',
        message: 'Ringfence met an error that it can not handle and has to close. Start it again.',
      })
      .then(exit, exit);
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
}
