/** The phone window. */
import { BrowserWindow, nativeTheme, screen } from 'electron';
import { z } from 'zod';
import { APP_ORIGIN } from '../lockdown/app-protocol';
import { lockedPreferences } from '../lockdown/hardening';
import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import { killProcess, loadInNewProcess } from './fresh-page';
import { takeOverConsole } from './page-console';

export const WINDOW_STATE_VERSION = 1;
export const windowState = z.object({
  version: z.literal(WINDOW_STATE_VERSION),
  width: z.number().int().min(360).max(10_000),
  height: z.number().int().min(560).max(10_000),
  /** Null: the system chooses. */
  position: z.object({ x: z.number().int(), y: z.number().int() }).nullable(),
  maximized: z.boolean(),
});
export type WindowState = z.infer<typeof windowState>;

const DEFAULT_STATE: WindowState = {
  version: WINDOW_STATE_VERSION,
  width: 1040,
  height: 700,
  position: null,
  maximized: false,
};

/** The page's own background, so that nothing flashes before it paints. */
export const backgroundColour = (): string => (nativeTheme.shouldUseDarkColors ? '#0e1116' : '#f5f6f8');

/** A position on a screen that was unplugged would hide the window. */
function visible(position: WindowState['position']): { readonly x: number; readonly y: number } | null {
  if (position === null) return null;
  const inside = screen
    .getAllDisplays()
    .some(
      ({ workArea }) =>
        position.x >= workArea.x - 8 &&
        position.y >= workArea.y - 8 &&
        position.x < workArea.x + workArea.width - 80 &&
        position.y < workArea.y + workArea.height - 80,
    );
  return inside ? position : null;
}

export interface PhoneWindowPorts {
  /** The preload script. */
  readonly preload: string;
  readonly state: WindowState | null;
  /** Called when the window closes. */
  readonly saveState: (state: WindowState) => void;
  readonly log: Log;
  /** Called before the page loads: it may ask at once. */
  readonly onMade: (window: BrowserWindow) => void;
}

/** The one page of the phone window. It is always loaded by this name: a page that was taken over can give itself another one (`pushState`), and a reload would take that. */
const PHONE_PAGE = `${APP_ORIGIN}/index.html`;

/** Ends the process of the phone window's page, whatever the page does, and loads the page anew. */
export async function freshPhonePage(
  window: BrowserWindow | null,
  leaveWithinMs: number,
  clock: Pick<Clock, 'after'>,
  log: Log,
): Promise<void> {
  if (window === null || window.isDestroyed()) return;
  await loadInNewProcess({
    contents: window.webContents,
    page: PHONE_PAGE,
    leaveWithinMs,
    clock,
    kill: killProcess,
    onProblem: (cause) => log.error('the phone window could not load its page anew', cause),
  });
}

/** Brings the window to the front, also from the taskbar. */
export function showAgain(window: BrowserWindow): void {
  if (window.isDestroyed()) return;
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

const flashing = new WeakSet<BrowserWindow>();

/** Has the taskbar show that something happened, until somebody looks. */
export function flash(window: BrowserWindow | null): void {
  if (window === null || window.isDestroyed() || window.isFocused()) return;
  window.flashFrame(true);
  // A night of missed calls is one thing to look at.
  if (flashing.has(window)) return;
  flashing.add(window);
  window.once('focus', () => {
    flashing.delete(window);
    window.flashFrame(false);
  });
}

/** Opens the phone window; it shows itself when it has something to show. */
export function openPhoneWindow({ preload, state, saveState, log, onMade }: PhoneWindowPorts): BrowserWindow {
  const wanted = state ?? DEFAULT_STATE;
  const window = new BrowserWindow({
    width: wanted.width,
    height: wanted.height,
    ...(visible(wanted.position) ?? {}),
    minWidth: 360,
    minHeight: 560,
    show: false,
    title: 'Ringfence',
    autoHideMenuBar: true,
    backgroundColor: backgroundColour(),
    // Calls and timers go on while the window is hidden.
    // Its scripts are compiled once for all starts, and not only once they were loaded often.
    webPreferences: { ...lockedPreferences(preload), backgroundThrottling: false, v8CacheOptions: 'bypassHeatCheck' },
  });
  takeOverConsole(window.webContents, log);
  window.once('ready-to-show', () => {
    if (wanted.maximized) window.maximize();
    window.show();
  });
  window.on('close', () => {
    const { width, height, x, y } = window.getNormalBounds();
    saveState({
      version: WINDOW_STATE_VERSION,
      width: Math.max(360, width),
      height: Math.max(560, height),
      position: { x, y },
      maximized: window.isMaximized(),
    });
  });
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    log.error(`the phone window's process ended: ${reason}`);
    if (reason === 'clean-exit' || window.isDestroyed()) return;
    void window.loadURL(PHONE_PAGE).catch(() => undefined);
  });
  onMade(window);
  void window
    .loadURL(PHONE_PAGE)
    .catch((cause: unknown) => log.error('the phone window could not load its page', cause));
  return window;
}
