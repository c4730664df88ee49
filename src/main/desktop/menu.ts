/** The application menu: the system's own on macOS; elsewhere hidden, there for its accelerators alone. */
import { Menu } from 'electron';

export function setMenu(platform: string = process.platform): void {
  const elsewhere: Electron.MenuItemConstructorOptions[] = [
    { label: 'Ringfence', submenu: [{ role: 'quit', accelerator: 'CommandOrControl+Q' }] },
    { role: 'editMenu' },
  ];
  const mac: Electron.MenuItemConstructorOptions[] = [
    { role: 'appMenu' },
    { role: 'editMenu' },
    { role: 'windowMenu' },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(platform === 'darwin' ? mac : elsewhere));
}
