/** Which windows there are. A sender that is not in here is nobody. */
import type { WindowName } from '../../contracts/ipc/channel';

/** What is needed of a BrowserWindow. */
export interface KnownWindow {
  readonly webContents: {
    readonly id: number;
    readonly send: (channel: string, payload: unknown) => void;
    readonly isDestroyed: () => boolean;
  };
  readonly isDestroyed: () => boolean;
}

export interface Windows<W extends KnownWindow = KnownWindow> {
  readonly add: (name: WindowName, window: W) => void;
  /** Called when the window is closed. */
  readonly forget: (name: WindowName, window: W) => void;
  readonly get: (name: WindowName) => W | null;
  /** Null: no window of ours. */
  readonly nameOf: (webContentsId: number) => WindowName | null;
}

export function createWindows<W extends KnownWindow>(): Windows<W> {
  const windows = new Map<WindowName, { readonly window: W; readonly id: number }>();
  return {
    // The id is kept: after a window is destroyed its webContents can't be asked any more.
    add: (name, window) => void windows.set(name, { window, id: window.webContents.id }),
    forget: (name, window) => {
      if (windows.get(name)?.window === window) windows.delete(name);
    },
    get: (name) => {
      const found = windows.get(name)?.window;
      return found === undefined || found.isDestroyed() ? null : found;
    },
    nameOf: (webContentsId) => {
      for (const [name, { id }] of windows) if (id === webContentsId) return name;
      return null;
    },
  };
}
