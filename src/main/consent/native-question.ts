/** A question in the system's own box: no page can draw over it, press its buttons or read it. */
import { dialog, type BrowserWindow } from 'electron';
import type { NativeQuestion } from './change-question';
import type { NativeDialogs } from '../desktop/native-dialogs';

/** Tells the person that the clipboard holds something else than what main put there for this key. False: no box can be shown now. */
export async function tellReplaced(
  parent: BrowserWindow | null,
  dialogs: NativeDialogs,
  fingerprint: string,
): Promise<boolean> {
  const options: Electron.MessageBoxOptions = {
    type: 'warning',
    title: 'The clipboard was changed',
    message: `The clipboard does not hold key ${fingerprint} any more: something else was copied.`,
    detail: `If you copied something else yourself, all is well. If not, do not use what was pasted: a key is the right one where the gateway shows the fingerprint ${fingerprint}. Tell your admin.`,
    buttons: ['OK'],
    noLink: true,
  };
  const answered = await dialogs.show(
    () => (parent === null ? dialog.showMessageBox(options) : dialog.showMessageBox(parent, options)),
    () => false,
  );
  return answered !== null;
}

/** True: the person agreed. Closing the box, Escape and Enter are a no; so is a box that is not shown. */
export async function askNatively(
  parent: BrowserWindow | null,
  dialogs: NativeDialogs,
  { title, message, detail, agree, refuse = 'Cancel' }: NativeQuestion,
): Promise<boolean> {
  const options: Electron.MessageBoxOptions = {
    type: 'warning',
    title,
    message,
    detail,
    buttons: [refuse, agree],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
    normalizeAccessKeys: false,
  };
  const answered = await dialogs.show(
    () => (parent === null ? dialog.showMessageBox(options) : dialog.showMessageBox(parent, options)),
    ({ response }) => response !== 1,
  );
  return answered?.response === 1;
}
