/** Keys in files, for the gateway as a program of its own. A file is made readable for its owner only. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fail, ok, type Result } from '../contracts/result';
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
