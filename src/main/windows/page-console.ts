/** What a page prints, which may be megabytes or lines that look like ours: the log cuts and joins them. Chromium prints the whole WebSocket URL, token included, when a handshake fails. */
import type { WebContents } from 'electron';
import type { Log } from '../base/log';

/**
 * Takes the page's console out of Chromium's own log, which knows no redaction, and puts its warnings and errors into ours. Electron 45 describes the
 * message in the event, Electron 33 in further arguments.
 */
export function takeOverConsole(contents: WebContents, log: Log): void {
  contents.on('console-message', (event, ...older: readonly unknown[]) => {
    event.preventDefault();
    const [oldLevel, oldMessage] = older;
    const level =
      older.length === 0 ? event.level : (['debug', 'info', 'warning', 'error'][Number(oldLevel)] ?? 'error');
    const message = older.length === 0 ? event.message : String(oldMessage);
    // Chromium's advice to pages that embed others, at each load: ours is sandboxed by its own policy, and embeds none.
    if (message.startsWith('An iframe which has both allow-scripts and allow-same-origin')) return;
    if (level === 'warning' || level === 'error') log.warn(`page: ${message}`);
  });
}
