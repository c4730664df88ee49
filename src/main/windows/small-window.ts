/** A small window in which something secret is typed: a page, a process and a session of its own, in front of the phone window. */
import { BrowserWindow } from 'electron';
import { APP_ORIGIN } from '../lockdown/app-protocol';
import { lockedPreferences } from '../lockdown/hardening';
import type { Log } from '../base/log';
import { takeOverConsole } from './page-console';
import { backgroundColour } from './window';

export interface SmallWindowPorts {
  /** The preload script. */
  readonly preload: string;
  /** In memory only, and nobody else's: no storage, cache or process is shared with the phone window. */
  readonly partition: string;
  readonly parent: () => BrowserWindow | null;
  readonly log: Log;
  readonly onMade: (window: BrowserWindow) => void;
  readonly onClosed: (window: BrowserWindow) => void;
}

/** What it shows. */
export interface SmallPage {
  readonly title: string;
  readonly height: number;
  /** Below the app's origin. */
  readonly path: string;
}

export interface SmallWindow {
  /** Opens it, or brings the one that is open to the front, whatever that shows; resolves when it is closed. */
  readonly open: (page: SmallPage) => Promise<void>;
  /** Closes it after what is being answered has been answered. */
  readonly close: () => void;
}

const WIDTH = 420;

export function createSmallWindow({
  preload,
  partition,
  parent,
  log,
  onMade,
  onClosed,
}: SmallWindowPorts): SmallWindow {
  let current: { readonly window: BrowserWindow; readonly closed: Promise<void> } | null = null;

  const make = ({ title, height, path }: SmallPage): NonNullable<typeof current> => {
    const over = parent();
    const window = new BrowserWindow({
      ...(over === null ? {} : { parent: over, modal: true }),
      width: WIDTH,
      height,
      useContentSize: true,
      show: false,
      resizable: false,
      minimizable: false,
      maximizable: false,
      fullscreenable: false,
      title,
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
      .loadURL(`${APP_ORIGIN}/${path}`)
      .catch((cause: unknown) => log.warn(`a small window could not load its page: ${String(cause)}`));
    return { window, closed };
  };

  return {
    open: (page) => {
      // One that is open stays, whatever is asked: taken away while somebody types, it would leave the rest of a secret to the phone window.
      current ??= make(page);
      current.window.focus();
      return current.closed;
    },
    close: () =>
      void setImmediate(() => {
        if (current !== null && !current.window.isDestroyed()) current.window.close();
      }),
  };
}
