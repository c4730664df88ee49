/** The small window that announces calls: always on top, never takes the keyboard away from what the agent is typing. */
import { BrowserWindow, screen } from 'electron';
import { APP_ORIGIN } from '../lockdown/app-protocol';
import { lockedPreferences } from '../lockdown/hardening';
import type { Log } from '../base/log';
import { takeOverConsole } from './page-console';
import { backgroundColour } from './window';

const WIDTH = 340;
const HEIGHT = 170;
const MARGIN = 16;

export interface IncomingWindowPorts {
  /** The preload script. */
  readonly preload: string;
  readonly log: Log;
  readonly onMade: (window: BrowserWindow) => void;
  readonly onClosed: (window: BrowserWindow) => void;
}

/** Opens, and closes, the small window. */
export interface IncomingWindow {
  readonly show: () => void;
  readonly close: () => void;
}

export function createIncomingWindow({ preload, log, onMade, onClosed }: IncomingWindowPorts): IncomingWindow {
  let current: BrowserWindow | null = null;

  const open = (): BrowserWindow => {
    // Where the agent is looking: the screen with the pointer, lower right.
    const { workArea } = screen.getDisplayNearestPoint(screen.getCursorScreenPoint());
    const window = new BrowserWindow({
      width: WIDTH,
      height: HEIGHT,
      x: workArea.x + workArea.width - WIDTH - MARGIN,
      y: workArea.y + workArea.height - HEIGHT - MARGIN,
      show: false,
      frame: false,
      resizable: false,
      minimizable: false,
      maximizable: false,
      fullscreenable: false,
      skipTaskbar: true,
      alwaysOnTop: true,
      acceptFirstMouse: true,
      title: 'Incoming call',
      backgroundColor: backgroundColour(),
      webPreferences: { ...lockedPreferences(preload), backgroundThrottling: false },
    });
    window.setAlwaysOnTop(true, 'screen-saver');
    window.setVisibleOnAllWorkspaces(true, { visibleOnFullScreen: true });
    takeOverConsole(window.webContents, log);
    window.once('ready-to-show', () => window.showInactive());
    window.once('closed', () => {
      if (current === window) current = null;
      onClosed(window);
    });
    onMade(window);
    void window
      .loadURL(`${APP_ORIGIN}/incoming.html`)
      .catch((cause: unknown) => log.warn(`the incoming window could not load its page: ${String(cause)}`));
    return window;
  };

  return {
    show: () => {
      current ??= open();
    },
    close: () => {
      const window = current;
      current = null;
      if (window !== null && !window.isDestroyed()) window.destroy();
    },
  };
}
