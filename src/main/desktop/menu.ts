/** The application menu: the system's own on macOS; elsewhere it shows at Alt. */
import { Menu } from 'electron';
import type { ZoomChange } from '../../contracts/zoom';

export interface MenuActions {
  /** Asks first while a call is up; the system's own role would not. */
  readonly quit: () => void;
  readonly zoom: (change: ZoomChange) => void;
}

export function setMenu({ quit, zoom }: MenuActions, platform: string = process.platform): void {
  const quitItem = { label: 'Quit Ringfence', accelerator: 'CommandOrControl+Q', click: quit };
  // The windows themselves take these keys (zoom.ts), on every keyboard and the numeric keypad too; here they are told.
  const view: Electron.MenuItemConstructorOptions = {
    label: 'View',
    submenu: [
      { label: 'Zoom in', accelerator: 'CommandOrControl+Plus', registerAccelerator: false, click: () => zoom('in') },
      { label: 'Zoom out', accelerator: 'CommandOrControl+-', registerAccelerator: false, click: () => zoom('out') },
      {
        label: 'Actual size',
        accelerator: 'CommandOrControl+0',
        registerAccelerator: false,
        click: () => zoom('reset'),
      },
    ],
  };
  const elsewhere: Electron.MenuItemConstructorOptions[] = [
    { label: 'Ringfence', submenu: [quitItem] },
    { role: 'editMenu' },
    view,
  ];
  const mac: Electron.MenuItemConstructorOptions[] = [
    {
      label: 'Ringfence',
      submenu: [
        { role: 'about' },
        { type: 'separator' },
        { role: 'services' },
        { type: 'separator' },
        { role: 'hide' },
        { role: 'hideOthers' },
        { role: 'unhide' },
        { type: 'separator' },
        quitItem,
      ],
    },
    { role: 'editMenu' },
    view,
    { role: 'windowMenu' },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(platform === 'darwin' ? mac : elsewhere));
}
