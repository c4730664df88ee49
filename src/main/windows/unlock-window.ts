/** The small window in which the admin's passphrase is typed: a page, a process and a session of its own, in front of the phone window. */
import { BrowserWindow } from 'electron';
import type { AdminQuestion } from '../../contracts/locks/locks';
import { APP_ORIGIN } from '../lockdown/app-protocol';
import { lockedPreferences } from '../lockdown/hardening';
import type { Log } from '../base/log';
import { takeOverConsole } from './page-console';
import { backgroundColour } from './window';

const WIDTH = 420;
const HEIGHTS: Readonly<Record<AdminQuestion, number>> = { unlock: 320, 'set-passphrase': 480 };

export interface UnlockWindowPorts {
  /** The preload script. */
  readonly preload: string;
  /** In memory only, and nobody else's: no storage, cache or process is shared with the phone window. */
  readonly partition: string;
  readonly parent: () => BrowserWindow | null;
  readonly log: Log;
  readonly onMade: (window: BrowserWindow) => void;
  readonly onClosed: (window: BrowserWindow) => void;
}

export interface UnlockWindow {
  /** Opens it, or brings the one that is open to the front, for whatever question that is; resolves when it is closed. */
  readonly open: (question: AdminQuestion) => Promise<void>;
  /** Closes it after what is being answered has been answered. */
  readonly close: () => void;
}

export function createUnlockWindow({
  preload,
  partition,
  parent,
  log,
  onMade,
  onClosed,
}: UnlockWindowPorts): UnlockWindow {
  let current: { readonly window: BrowserWindow; readonly closed: Promise<void> } | null = null;

  const make = (question: AdminQuestion): NonNullable<typeof current> => {
    const over = parent();
    const window = new BrowserWindow({
      ...(over === null ? {} : { parent: over, modal: true }),
      width: WIDTH,
      height: HEIGHTS[question],
      useContentSize: true,
      show: false,
      resizable: false,
      minimizable: false,
      maximizable: false,
      fullscreenable: false,
      title: 'Admin passphrase - Ringfence',
      autoHideMenuBar: true,
      backgroundColor: backgroundColour(),
      webPreferences: { ...lockedPreferences(preload), partition },
    });
    takeOverConsole(window.webContents, log);
    window.once('ready-to-show', () => window.show());
    const closed = new Promise<void>((resolve) => {
      window.once('closed', () => {
        if (current?.window === window) current = null;
        onClosed(window);
        resolve();
      });
    });
    onMade(window);
    void window
      .loadURL(`${APP_ORIGIN}/unlock.html?question=${question}`)
      .catch((cause: unknown) => log.warn(`the unlock window could not load its page: ${String(cause)}`));
    return { window, closed };
  };

  return {
    open: (question) => {
      // One that is open stays, whatever is asked: taken away while somebody types, it would leave the rest of a passphrase to the phone window.
      current ??= make(question);
      current.window.focus();
      return current.closed;
    },
    close: () =>
      void setImmediate(() => {
        if (current !== null && !current.window.isDestroyed()) current.window.close();
      }),
  };
}
