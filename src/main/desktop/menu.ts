/** The application menu: the system's own on macOS; elsewhere hidden, there for its accelerators alone. */
import { Menu } from 'electron';

/** `quit` asks first while a call is up; the system's own role would not. */
export function setMenu(quit: () => void, platform: string = process.platform): void {
  const quitItem = { label: 'Quit Ringfence', accelerator: 'CommandOrControl+Q', click: quit };
  const elsewhere: Electron.MenuItemConstructorOptions[] = [
    { label: 'Ringfence', submenu: [quitItem] },
    { role: 'editMenu' },
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
    { role: 'windowMenu' },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(platform === 'darwin' ? mac : elsewhere));
}
