/** Keys in files, for the gateway as a program of its own. A file is made readable for its owner only. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fail, ok, type Result } from '../contracts/result';
import type { GatewayKeys } from './authenticator';
import { gatewayKey } from './options';

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '');

/** Reads the key in `path`; surrounding white space is no part of it. With `create`, an absent file gets a new key of 32 random bytes. */
export function readKeyFile(path: string, create: boolean): Result<{ readonly key: string; readonly created: boolean }> {
  try {
    const key = readFileSync(path, 'utf8').trim();
    if (!gatewayKey.safeParse(key).success) return fail('key-unusable', `The file ${path} holds no key of at least 32 characters.`);
    return ok({ key, created: false });
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || !create) return fail('file-unreadable', `The key file ${path} can't be read.`, 'none', { details: codeOf(error) });
  }
  const key = randomBytes(32).toString('base64url');
  try {
    writeFileSync(path, `${key}\n`, { mode: 0o600, flag: 'wx' });
    return ok({ key, created: true });
  } catch (error) {
    return fail('file-unreadable', `The key file ${path} can't be written.`, 'none', { details: codeOf(error) });
  }
}

/** Reads the file of the key that comes next. Null: it is empty, there is none now. */
export function readNextKeyFile(path: string): Result<string | null> {
  try {
    if (readFileSync(path, 'utf8').trim() === '') return ok(null);
  } catch {
    // The sentence is the same as for the other file.
  }
  const read = readKeyFile(path, false);
  return read.ok ? ok(read.value.key) : read;
}

/** Both keys, as the gateway takes them; `nextPath` is undefined where there is no such file. */
export function readKeyFiles(activePath: string, nextPath: string | undefined, create: boolean): Result<{ readonly keys: GatewayKeys; readonly created: boolean }> {
  const active = readKeyFile(activePath, create);
  if (!active.ok) return active;
  const next = nextPath === undefined ? ok(null) : readNextKeyFile(nextPath);
  if (!next.ok) return next;
  return ok({ keys: { active: active.value.key, ...(next.value === null ? {} : { next: next.value }) }, created: active.value.created });
}
