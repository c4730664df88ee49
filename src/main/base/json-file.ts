/**
 * One JSON document on disk: schema-checked when read, versioned, written atomically. A damaged file is set aside under another
 * name and said so; it is never overwritten, never silently reset.
 */
import { open, readFile, rename, rm, mkdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { z } from 'zod';
import { fail, ok, type Result } from '../../contracts/base/result';

/** Turns a document of version `n` into one of version `n + 1`; entry `n` of the table. Throws when it can't. */
export type Migrations = Readonly<
  Record<number, (document: Readonly<Record<string, unknown>>) => Record<string, unknown>>
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
}

export interface Loaded<T> {
  /** Null: there is no file (any more). */
  readonly value: T | null;
  /** One sentence for the person when a file was set aside or could not be read, else null. */
  readonly notice: string | null;
}

export interface JsonFile<T> {
  readonly load: () => Promise<Loaded<T>>;
  /** Temporary file, fsync, rename; mode 0600. Fails with `file-unreadable`; the old file is then untouched. */
  readonly save: (value: T) => Promise<Result<null>>;
}

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'unknown error';

/** Brings a parsed document up to `version`, one step at a time. Throws when it is newer or a step is missing. */
export function migrate(document: unknown, version: number, migrations: Migrations): unknown {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) throw new Error('not an object');
  let current: Record<string, unknown> = { ...document };
  for (;;) {
    const from = current['version'];
    if (typeof from !== 'number' || !Number.isInteger(from)) throw new Error('no version');
    if (from === version) return current;
    if (from > version) throw new Error(`version ${from} was written by a newer Ringfence`);
    const step = migrations[from];
    if (step === undefined) throw new Error(`no step from version ${from}`);
    current = { ...step(current), version: from + 1 };
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
}: JsonFileOptions<T>): JsonFile<T> {
  // Set when a file is there that could be neither read nor moved: saving would destroy it.
  let untouchable: string | null = null;
  let writes: Promise<unknown> = Promise.resolve();
  let counter = 0;

  const setAside = async (why: string): Promise<Loaded<T>> => {
    if (readOnly)
      return {
        value: null,
        notice: `The file with your ${holds} can't be used (${why}): ${basename(path)}.`.slice(0, 300),
      };
    const aside = `${path}.damaged-${new Date(now()).toISOString().replaceAll(':', '-')}`;
    try {
      await rename(path, aside);
      return {
        value: null,
        notice:
          `The file with your ${holds} could not be used (${why}); it is kept as ${basename(aside)} beside the new one.`.slice(
            0,
            300,
          ),
      };
    } catch (cause) {
      untouchable = codeOf(cause);
      return {
        value: null,
        notice:
          `The file with your ${holds} can't be used (${why}) nor moved (${untouchable}); changes are not kept until it is removed: ${basename(path)}.`.slice(
            0,
            300,
          ),
      };
    }
  };

  const write = async (value: T): Promise<Result<null>> => {
    if (readOnly)
      return fail('file-unreadable', `The file with your ${holds} is only looked at now. Nothing was changed.`);
    if (untouchable !== null)
      return fail(
        'file-unreadable',
        `The file with your ${holds} can't be changed; give Ringfence access to its folder and start it again.`,
        'retry',
        { details: untouchable },
      );
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
      const code = codeOf(cause);
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
        text = await readFile(path, 'utf8');
      } catch (cause) {
        const code = codeOf(cause);
        if (code === 'ENOENT') return { value: null, notice: null };
        untouchable = code;
        return {
          value: null,
          notice: `The file with your ${holds} can't be read (${code}); changes are not kept until Ringfence may read ${basename(path)}.`,
        };
      }
      let document: unknown;
      try {
        document = migrate(JSON.parse(text), version, migrations);
      } catch (cause) {
        return setAside(
          cause instanceof SyntaxError ? 'it is no JSON' : cause instanceof Error ? cause.message : 'unknown',
        );
      }
      const parsed = schema.safeParse(document);
      if (parsed.success) return { value: parsed.data, notice: null };
      const issue = parsed.error.issues[0];
      return setAside(issue === undefined ? 'it does not fit' : `${issue.path.join('.')}: ${issue.message}`);
    },
    save: (value) => {
      const done = writes.then(() => write(value));
      writes = done;
      return done;
    },
  };
}
