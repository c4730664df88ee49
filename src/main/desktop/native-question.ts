/** A question in the system's own box: no page can draw over it, press its buttons or read it. */
import { dialog, type BrowserWindow } from 'electron';
import type { NativeQuestion } from '../change-question';

/** True: the person agreed. Closing the box, Escape and Enter are a no. */
export async function askNatively(parent: BrowserWindow | null, { title, message, detail, agree }: NativeQuestion): Promise<boolean> {
  const options: Electron.MessageBoxOptions = { type: 'warning', title, message, detail, buttons: ['Cancel', agree], defaultId: 0, cancelId: 0, noLink: true, normalizeAccessKeys: false };
  const { response } = await (parent === null ? dialog.showMessageBox(options) : dialog.showMessageBox(parent, options));
  return response === 1;
}
