/** `ringfence profiles import`: the window's import, with a path instead of a dialog. */
import { open, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ImportEntry } from '../../contracts/profile/profile-transfer';
import { fail, ok } from '../../contracts/base/result';
import { EXIT } from './command-line';
import type { ChosenFiles } from '../desktop/chosen-files';
import { createTransferHandlers, type TransferPorts } from '../handlers/profile-transfer-handlers';
import { shownName, shownText } from '../consent/shown-text';
import { asJson, failed, type Answer } from './answer';
import { errorCode } from '../../contracts/base/error-code';

/** Bytes read at once. */
const CHUNK = 64 * 1024;

/** Up to `most` bytes and one more. Not by the file's size: a pipe (`/dev/stdin`, a shell's `<(...)`) says that it has none. */
async function readUpTo(file: FileHandle, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let left = most + 1;
  while (left > 0) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(left, CHUNK)), 0, Math.min(left, CHUNK));
    if (bytesRead === 0) break;
    chunks.push(buffer.subarray(0, bytesRead));
    left -= bytesRead;
  }
  return Buffer.concat(chunks);
}

/** The file that a path names, in place of one that is chosen in a dialog. Nothing is written. */
export function namedFile(path: string): ChosenFiles {
  return {
    read: async (_title, _kind, most) => {
      try {
        const file = await open(path, 'r');
        try {
          return ok({ file: basename(path).slice(0, 255), text: (await readUpTo(file, most)).toString('utf8') });
        } finally {
          await file.close();
        }
      } catch (cause) {
        const code = errorCode(cause) ?? 'unknown';
        return fail(
          'file-unreadable',
          `That file could not be read (${code}). Check its path, and that you may open it.`,
          'retry',
          { details: code },
        );
      }
    },
    write: () => Promise.resolve(fail('cancelled', 'Nothing is written from here.')),
  };
}

const SIGNS: Readonly<Record<ImportEntry['change'], string>> = {
  added: '+',
  changed: '~',
  unchanged: '=',
  refused: '!',
};

/** A line feed in a value would draw a line that looks like another change, and a letter of another script would hide one. */
const oneLine = (text: string | null): string => (text === null || text === '' ? '(none)' : shownText(text));

function shown({ profileId, name, environment, change, reason, fields }: ImportEntry): string {
  const head = `${SIGNS[change]} ${profileId}  ${shownName(name)} (${environment}): ${change}${reason === null ? '' : `. ${reason}`}`;
  // All of a new profile is new.
  const details =
    change === 'changed'
      ? fields.map(({ path, before, after }) => `    ${oneLine(path)}: ${oneLine(before)} -> ${oneLine(after)}`)
      : [];
  return [head, ...details].map((line) => `${line}\n`).join('');
}

/** Shows, and with `apply` does. What would be refused is left out, and makes the exit code 1. */
export async function importProfiles(
  ports: Omit<TransferPorts, 'files' | 'onChanged'>,
  { file, apply, json }: { readonly file: string; readonly apply: boolean; readonly json: boolean },
): Promise<Answer> {
  const handlers = createTransferHandlers({ ...ports, files: namedFile(file), onChanged: () => undefined });
  const preview = await handlers['profiles.import'](undefined);
  if (!preview.ok) return failed(preview.failure);
  const { entries, ticket } = preview.value;
  const refused = entries.filter(({ change }) => change === 'refused').length;
  const applied = apply ? await handlers['profiles.applyImport']({ ticket }) : null;
  const wished = entries.filter(({ change }) => change === 'added' || change === 'changed').length;
  const exit = refused === 0 ? EXIT.done : EXIT.refused;
  if (applied !== null && !applied.ok)
    return { ...failed(applied.failure), out: json ? asJson({ entries, applied: null }) : entries.map(shown).join('') };
  if (json) return { exit, out: asJson({ entries, applied: applied?.value ?? null }), err: '' };
  const end =
    applied === null
      ? wished === 0
        ? 'Nothing would change.'
        : `Nothing was changed yet. ${wished} would be: add --apply.`
      : `${applied.value.added} added, ${applied.value.changed} changed.`;
  return { exit, out: `${entries.map(shown).join('')}${end}${refused === 0 ? '' : ` ${refused} refused.`}\n`, err: '' };
}
