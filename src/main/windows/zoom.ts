/** How large the windows draw everything: one size for all of them, changed by the menu, the keys, the wheel and the settings. */
import { screen, type Input } from 'electron';
import { zoomAfter, type ZoomChange } from '../../contracts/zoom';

/** What a key press asks for; null: something else. The numeric keypad and both places of + count. */
export function zoomKey(
  {
    type,
    key,
    code,
    control,
    meta,
    alt,
    shift,
  }: Pick<Input, 'type' | 'key' | 'code' | 'control' | 'meta' | 'alt' | 'shift'>,
  platform: string = process.platform,
): ZoomChange | null {
  const held = platform === 'darwin' ? meta && !control : control && !meta;
  // AltGr is Ctrl and Alt on Windows: what it types is a character.
  if ((type !== 'keyDown' && type !== 'rawKeyDown') || !held || alt) return null;
  if (key === '+' || key === '=' || code === 'NumpadAdd') return 'in';
  if (key === '-' || key === '_' || code === 'NumpadSubtract') return 'out';
  return !shift && (key === '0' || code === 'Numpad0') ? 'reset' : null;
}

export interface Zoom {
  /** As the settings say. */
  readonly set: (percent: number) => void;
  readonly step: (change: ZoomChange) => void;
  /** From its making on, this window draws at the size and takes the keys. */
  readonly follow: (window: Electron.BrowserWindow) => void;
}

export interface ZoomPorts {
  readonly percent: number;
  /** Remembers it. */
  readonly save: (percent: number) => void;
}

export function createZoom({ percent: first, save }: ZoomPorts): Zoom {
  let percent = first;
  const fits = new Set<() => void>();
  const set = (wanted: number): void => {
    if (wanted === percent) return;
    percent = wanted;
    for (const fit of fits) fit();
  };
  const step = (change: ZoomChange): void => {
    const wanted = zoomAfter(percent, change);
    if (wanted === percent) return;
    set(wanted);
    save(wanted);
  };
  return {
    set,
    step,
    follow: (window) => {
      const { webContents } = window;
      /** Its own size, where nobody can make it larger by hand: it grows with its words. Not known before the window is made whole. */
      let own: Electron.Rectangle | null | undefined;
      const fit = (): void => {
        if (window.isDestroyed()) return;
        own ??= window.isResizable() ? null : window.getContentBounds();
        webContents.setZoomFactor(percent / 100);
        if (own !== null) growTo(window, own, percent / 100);
      };
      fits.add(fit);
      window.once('closed', () => fits.delete(fit));
      // Chromium keeps the size by page, and each page is new once.
      webContents.on('did-navigate', fit);
      webContents.on('before-input-event', (event, input) => {
        const change = zoomKey(input);
        if (change === null) return;
        event.preventDefault();
        step(change);
      });
      webContents.on('zoom-changed', (_event, direction) => step(direction));
    },
  };
}

/** Its lower right corner stays, for it may lie in the corner of the screen; all of it stays on the screen. */
function growTo(window: Electron.BrowserWindow, own: Electron.Rectangle, factor: number): void {
  const { workArea } = screen.getDisplayMatching(window.getBounds());
  const before = window.getContentBounds();
  const width = Math.min(Math.round(own.width * factor), workArea.width);
  const height = Math.min(Math.round(own.height * factor), workArea.height);
  if (width === before.width && height === before.height) return;
  // A window on the screen that nobody may resize stays as it is on X.
  window.setResizable(true);
  window.setContentBounds({
    x: Math.max(workArea.x, before.x + before.width - width),
    y: Math.max(workArea.y, before.y + before.height - height),
    width,
    height,
  });
  window.setResizable(false);
}
