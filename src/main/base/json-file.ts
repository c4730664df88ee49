/**
 * One JSON document on disk: schema-checked when read, versioned, written atomically. A damaged file is set aside under another
 * name and said so, and what is whole in it is kept; it is never overwritten, never silently reset. One of a newer Ringfence stays where it is.
 */
import { constants } from 'node:fs';
import { copyFile, open, readFile, rename, rm, mkdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { fail, ok, type Result } from '../../contracts/base/result';
import { salvage, type Salvaged } from './salvage';
import { textOf } from './text-of';
import { errorCode } from '../../contracts/base/error-code';

/** Turns a document of version `n` into one of version `n + 1`; entry `n` of the table. Throws when it can't. `say`: a sentence for the person about what it lost. */
export type Migrations = Readonly<
  Record<
    number,
    (document: Readonly<Record<string, unknown>>, say: (sentence: string) => void) => Record<string, unknown>
  >
>;

export interface JsonFileOptions<T> {
  readonly path: string;
  /** The schema of the current version; what it declares `version` to be is written by the caller. */
  readonly schema: z.ZodType<T>;
  readonly version: number;
  readonly migrations: Migrations;
  /** What the file holds, for sentences: "profiles". */
  readonly holds: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Only looked at: a damaged file stays where it is, and `save` refuses. */
  readonly readOnly?: boolean;
  /** A document without content, with what its text still tells where that is no JSON. Left out: of a damaged file nothing is kept. */
  readonly empty?: (text: string) => T;
}

export interface Loaded<T> {
  /** Null: there is no file (any more). Of a damaged one: what is whole in it. */
  readonly value: T | null;
  /** What the person has to know when a file was set aside, could not be read, or lost something when it was brought up to date; else null. */
  readonly notice: string | null;
}

export interface JsonFile<T> {
  readonly load: () => Promise<Loaded<T>>;
  /** Temporary file, fsync, rename; mode 0600. Fails with `file-unreadable`; the old file is then untouched. */
  readonly save: (value: T) => Promise<Result<null>>;
}

/** It is as it should be, and this Ringfence is too old to know it. */
class Newer extends Error {}

/** Brings a parsed document up to `version`, one step at a time. Throws when it is newer or a step is missing. */
export function migrate(
  document: unknown,
  version: number,
  migrations: Migrations,
  say: (sentence: string) => void = () => undefined,
): unknown {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) throw new Error('not an object');
  let current: Record<string, unknown> = { ...document };
  for (;;) {
    const from = current['version'];
    if (typeof from !== 'number' || !Number.isInteger(from)) throw new Error('no version');
    if (from === version) return current;
    if (from > version) throw new Newer(`version ${from} was written by a newer Ringfence`);
    const step = migrations[from];
    if (step === undefined) throw new Error(`no step from version ${from}`);
    current = { ...step(current, say), version: from + 1 };
  }
}

export function createJsonFile<T>({
  path,
  schema,
  version,
  migrations,
  holds,
  now,
  readOnly = false,
  empty,
}: JsonFileOptions<T>): JsonFile<T> {
  // Set when a file is there that could be neither read nor moved, or that a newer Ringfence wrote: saving would destroy it.
  let untouchable: { readonly details: string; readonly todo: string } | null = null;
  const outOfReach = (details: string): typeof untouchable => ({
    details,
    todo: 'give Ringfence access to its folder and start it again',
  });
  let writes: Promise<unknown> = Promise.resolve();
  let counter = 0;

  const noticed = (value: T | null, sentence: string): Loaded<T> => ({ value, notice: sentence.slice(0, 300) });
  const listed = (lost: readonly string[]): string =>
    lost.length > 3 ? `${lost.slice(0, 3).join(', ')} and ${lost.length - 3} more` : lost.join(', ');

  /** `left`: what is whole in it. A copy is set aside then, for the rest is needed in its place. */
  const setAside = async (why: string, left: Salvaged<T> | null): Promise<Loaded<T>> => {
    const value = left?.value ?? null;
    const what = left === null || left.lost.length === 0 ? '' : `, all but ${listed(left.lost)} is kept`;
    if (readOnly)
      return noticed(value, `The file with your ${holds} can't be used (${why})${what}: ${basename(path)}.`);
    const aside = `${path}.damaged-${new Date(now()).toISOString().replaceAll(':', '-')}`;
    try {
      if (left === null) await rename(path, aside);
      else await copyFile(path, aside, constants.COPYFILE_EXCL);
    } catch (cause) {
      const code = errorCode(cause) ?? 'unknown error';
      untouchable = outOfReach(code);
      return noticed(
        value,
        `The file with your ${holds} can't be used (${why}) nor moved (${code})${what}; changes are not kept until it is removed: ${basename(path)}.`,
      );
    }
    if (left === null)
      return noticed(
        null,
        `The file with your ${holds} could not be used (${why}); it is kept as ${basename(aside)} beside the new one.`,
      );
    // Otherwise the next start would find the same damage. Where this fails, the first change says why.
    await write(left.value);
    return noticed(
      value,
      left.lost.length === 0
        ? `The file with your ${holds} could not be used (${why}); it is kept as ${basename(aside)} beside the new one.`
        : `Of your ${holds} ${listed(left.lost)} could not be used (${why}) and is set aside in ${basename(aside)}; the rest is kept.`,
    );
  };

  /** A newer Ringfence goes on with it: it stays as it is. */
  const leaveAlone = (why: string, left: Salvaged<T> | null): Loaded<T> => {
    untouchable = { details: why, todo: 'start the newer Ringfence' };
    return noticed(
      left?.value ?? null,
      `The file with your ${holds} is only looked at (${why}): changes are not kept, and ${basename(path)} stays as it is.${
        left === null || left.lost.length === 0 ? '' : ` ${listed(left.lost)} can't be used.`
      }`,
    );
  };

  const write = async (value: T): Promise<Result<null>> => {
    if (readOnly)
      return fail('file-unreadable', `The file with your ${holds} is only looked at now. Nothing was changed.`);
    if (untouchable !== null)
      return fail('file-unreadable', `The file with your ${holds} can't be changed; ${untouchable.todo}.`, 'retry', {
        details: untouchable.details,
      });
    counter += 1;
    const temporary = `${path}.${process.pid}-${counter}.tmp`;
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(`${JSON.stringify(value, null, 2)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
      return ok(null);
    } catch (cause) {
      await rm(temporary, { force: true }).catch(() => undefined);
      const code = errorCode(cause) ?? 'unknown error';
      const why = code === 'ENOSPC' ? 'the disk is full' : `the disk answers ${code}`;
      return fail(
        'file-unreadable',
        `Your ${holds} could not be saved: ${why}. Nothing was changed; fix that and try again.`,
        'retry',
        { details: code },
      );
    }
  };

  return {
    load: async () => {
      let text: string;
      try {
        text = textOf(await readFile(path));
      } catch (cause) {
        const code = errorCode(cause) ?? 'unknown error';
        if (code === 'ENOENT') return { value: null, notice: null };
        untouchable = outOfReach(code);
        return noticed(
          null,
          `The file with your ${holds} can't be read (${code}); changes are not kept until Ringfence may read ${basename(path)}.`,
        );
      }
      let parsed: unknown = null;
      let isJson = true;
      let why: string;
      let isNewer = false;
      const said: string[] = [];
      try {
        parsed = JSON.parse(text);
        const written = parsed;
        parsed = migrate(parsed, version, migrations, (sentence) => said.push(sentence));
        const fitting = schema.safeParse(parsed);
        if (fitting.success) {
          // What a step took out, a secret above all, is gone from the disk as well. Where this fails, the first change says why.
          if (!readOnly && !isDeepStrictEqual(written, parsed)) await write(fitting.data);
          return said.length === 0 ? { value: fitting.data, notice: null } : noticed(fitting.data, said.join(' '));
        }
        const issue = fitting.error.issues[0];
        why = issue === undefined ? 'it does not fit' : `${issue.path.join('.')}: ${issue.message}`;
      } catch (cause) {
        isJson = !(cause instanceof SyntaxError);
        isNewer = cause instanceof Newer;
        why = !isJson ? 'it is no JSON' : cause instanceof Error ? cause.message : 'unknown';
      }
      const left =
        empty === undefined
          ? null
          : isJson && typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
            ? salvage(schema, { ...parsed, version }, empty(text))
            : { value: empty(text), lost: [] };
      const loaded = isNewer ? leaveAlone(why, left) : await setAside(why, left);
      return said.length === 0 ? loaded : noticed(loaded.value, [loaded.notice, ...said].join(' '));
    },
    save: (value) => {
      const done = writes.then(() => write(value));
      writes = done;
      return done;
    },
  };
}
