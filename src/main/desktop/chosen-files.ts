/** Files that a person chooses in the system's own dialog. A window never names a path, and learns the file's name only. */
import { open, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { dialog, type BrowserWindow } from 'electron';
import { fail, ok, type Result } from '../../contracts/base/result';
import { notShown, type NativeDialogs } from './native-dialogs';
import { errorCode } from '../../contracts/base/error-code';

export interface FileKind {
  /** "Profiles". */
  readonly name: string;
  /** Without the dot. */
  readonly extension: string;
}

const nothingChosen = () => fail('cancelled', 'No file was chosen; nothing was changed.');
const nameOf = (path: string): string => basename(path).slice(0, 255);

export interface ChosenFiles {
  /** Fails with `cancelled` or `file-unreadable`; a file of more than `most` bytes is read up to one byte more. */
  readonly read: (
    title: string,
    kind: FileKind,
    most: number,
  ) => Promise<Result<{ readonly file: string; readonly text: string }>>;
  /** `text` is asked for once the place is chosen. Fails with `cancelled` or `file-unreadable`. The file is the person's alone (0600). */
  readonly write: (
    title: string,
    suggested: string,
    kind: FileKind,
    text: () => Promise<string>,
  ) => Promise<Result<{ readonly file: string }>>;
}

/** `parent` is the window that the dialogs belong to. */
export function createChosenFiles(parent: () => BrowserWindow | null, dialogs: NativeDialogs): ChosenFiles {
  const filters = ({ name, extension }: FileKind) => [{ name, extensions: [extension] }];
  return {
    read: async (title, kind, most) => {
      const window = parent();
      const options: Electron.OpenDialogOptions = {
        title,
        filters: filters(kind),
        properties: ['openFile', 'dontAddToRecent'],
      };
      const chosen = await dialogs.show(
        () => (window === null ? dialog.showOpenDialog(options) : dialog.showOpenDialog(window, options)),
        ({ canceled }) => canceled,
      );
      if (chosen === null) return notShown();
      const path = chosen.filePaths[0];
      if (chosen.canceled || path === undefined) return nothingChosen();
      try {
        const file = await open(path, 'r');
        try {
          const { size } = await file.stat();
          const buffer = Buffer.alloc(Math.min(size, most) + 1);
          const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
          return ok({ file: nameOf(path), text: buffer.subarray(0, bytesRead).toString('utf8') });
        } finally {
          await file.close();
        }
      } catch (cause) {
        return fail(
          'file-unreadable',
          'That file could not be read. Check that you may open it, then choose it again.',
          'retry',
          { details: errorCode(cause) ?? 'unknown' },
        );
      }
    },
    write: async (title, suggested, kind, text) => {
      const window = parent();
      const options: Electron.SaveDialogOptions = {
        title,
        defaultPath: suggested,
        filters: filters(kind),
        properties: ['createDirectory', 'showOverwriteConfirmation', 'dontAddToRecent'],
      };
      const chosen = await dialogs.show(
        () => (window === null ? dialog.showSaveDialog(options) : dialog.showSaveDialog(window, options)),
        ({ canceled }) => canceled,
      );
      if (chosen === null) return notShown();
      if (chosen.canceled || chosen.filePath === '') return nothingChosen();
      try {
        await writeFile(chosen.filePath, await text(), { mode: 0o600 });
        return ok({ file: nameOf(chosen.filePath) });
      } catch (cause) {
        return fail(
          'file-unreadable',
          'That file could not be written. Choose a folder that you may write to.',
          'retry',
          { details: errorCode(cause) ?? 'unknown' },
        );
      }
    },
  };
}
