/** Where a key comes from: main reads the clipboard or a file by itself; no window ever holds a key. */
import { open } from 'node:fs/promises';
import { clipboard, dialog, type BrowserWindow } from 'electron';
import { fail, type Result } from '../../contracts/base/result';
import { readOfferedKey, type OfferedKey } from './offered-key';
import { notShown, type NativeDialogs } from '../desktop/native-dialogs';
import { errorCode } from '../../contracts/base/error-code';

/** More than the longest key with its white space, bytes. */
const LARGEST_FILE = 16 * 1024;

/** What was on the clipboard when main read it. */
export interface ClipboardKey {
  /** Fails with `clipboard-empty` or `key-unusable`. */
  readonly key: Result<OfferedKey>;
  /**
   * Takes the text off the clipboard, whether it could be used or not: who agreed to this has copied a key, and half of a key is a secret too. What was copied
   * since stays.
   */
  readonly take: () => Promise<void>;
}

/** Reads the clipboard, and leaves it as it is: a person sees first what was read. */
export async function keyFromClipboard(): Promise<ClipboardKey> {
  const text = (await clipboard.readText()).trim();
  return {
    key:
      text === ''
        ? fail('clipboard-empty', 'The clipboard holds no text. Copy the key, then press this again.', 'paste-key')
        : readOfferedKey(text),
    take: async () => {
      if (text === '') return;
      if ((await clipboard.readText()).trim() === text) clipboard.clear();
      // On Linux what was marked with the mouse is a clipboard of its own. (The Electron 33 of the tests does not offer it so.)
      if (
        process.platform === 'linux' &&
        'selection' in clipboard &&
        (await clipboard.selection.readText()).trim() === text
      )
        clipboard.selection.clear();
    },
  };
}

/** Shows the system's dialog. Fails with `cancelled`, `file-unreadable` or `key-unusable`. The file is left as it is. */
export async function keyFromFile(parent: BrowserWindow | null, dialogs: NativeDialogs): Promise<Result<OfferedKey>> {
  const options: Electron.OpenDialogOptions = {
    title: 'Choose the file that holds the key',
    properties: ['openFile', 'dontAddToRecent'],
  };
  const chosen = await dialogs.show(
    () => (parent === null ? dialog.showOpenDialog(options) : dialog.showOpenDialog(parent, options)),
    ({ canceled }) => canceled,
  );
  if (chosen === null) return notShown();
  const path = chosen.filePaths[0];
  if (chosen.canceled || path === undefined) return fail('cancelled', 'No file was chosen; nothing was changed.');
  try {
    const file = await open(path, 'r');
    try {
      const buffer = Buffer.alloc(LARGEST_FILE + 1);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      if (bytesRead > LARGEST_FILE)
        return fail(
          'key-unusable',
          'That file is too large to be a key. Choose the file that holds the key alone.',
          'open-keys',
        );
      return readOfferedKey(buffer.subarray(0, bytesRead));
    } finally {
      await file.close();
    }
  } catch (cause) {
    const code = errorCode(cause) ?? 'unknown';
    return fail(
      'file-unreadable',
      'That file could not be read. Check that you may open it, then choose it again.',
      'open-keys',
      { details: code },
    );
  }
}
