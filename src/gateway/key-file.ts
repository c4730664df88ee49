/** Keys in files, for the gateway as a program of its own. A file that it makes is readable for its owner only. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fail, ok, type Result } from '../contracts/base/result';
import {
  gatewayKey,
  textKey,
  verifyingKey,
  type GatewayKey,
  type GatewayKeys,
  type VerifyingKey,
} from './verifying-key';
import { errorCode } from '../contracts/base/error-code';

/** A file, and what its key is for: `HS256` (a text), or the algorithm of the public key in it (PEM or JWK). */
export interface KeyFile {
  readonly path: string;
  readonly algorithm: VerifyingKey['algorithm'];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The key that a file's text is, without the white space around it. */
function readKey({ path, algorithm }: KeyFile, content: string): Result<GatewayKey> {
  const text = content.trim();
  if (algorithm === 'HS256')
    return textKey.safeParse(text).success
      ? ok(text)
      : fail('key-unusable', `The file ${path} holds no key of at least 32 characters.`);
  const parsed = gatewayKey.safeParse({ algorithm, publicKey: text.startsWith('{') ? parseJson(text) : text });
  if (parsed.success) return ok(parsed.data);
  const reason = verifyingKey({ algorithm, publicKey: text.startsWith('{') ? '' : text });
  return fail(
    'key-unusable',
    `The file ${path} holds no public key for ${algorithm}. ${reason.ok ? '' : reason.failure.sentence}`.trim(),
  );
}

/** Reads the key in a file. With `create`, an absent file for HS256 gets a new key of 32 random bytes. */
export function readKeyFile(
  file: KeyFile,
  create: boolean,
): Result<{ readonly key: GatewayKey; readonly created: boolean }> {
  const { path, algorithm } = file;
  try {
    const key = readKey(file, readFileSync(path, 'utf8'));
    return key.ok ? ok({ key: key.value, created: false }) : key;
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || !create || algorithm !== 'HS256')
      return fail('file-unreadable', `The key file ${path} can't be read.`, 'none', {
        details: errorCode(error) ?? '',
      });
  }
  const key = randomBytes(32).toString('base64url');
  try {
    writeFileSync(path, `${key}\n`, { mode: 0o600, flag: 'wx' });
    return ok({ key, created: true });
  } catch (error) {
    return fail('file-unreadable', `The key file ${path} can't be written.`, 'none', {
      details: errorCode(error) ?? '',
    });
  }
}

/** Reads the file of the key that comes next. Null: it is empty, there is none now. */
export function readNextKeyFile(file: KeyFile): Result<GatewayKey | null> {
  try {
    if (readFileSync(file.path, 'utf8').trim() === '') return ok(null);
  } catch {
    // The sentence is the same as for the other file.
  }
  const read = readKeyFile(file, false);
  return read.ok ? ok(read.value.key) : read;
}

/** Both keys, as the gateway takes them; `nextFile` is null where there is no such file. */
export function readKeyFiles(
  activeFile: KeyFile,
  nextFile: KeyFile | null,
  create: boolean,
): Result<{ readonly keys: GatewayKeys; readonly created: boolean }> {
  const active = readKeyFile(activeFile, create);
  if (!active.ok) return active;
  const next = nextFile === null ? ok(null) : readNextKeyFile(nextFile);
  if (!next.ok) return next;
  return ok({
    keys: { active: active.value.key, ...(next.value === null ? {} : { next: next.value }) },
    created: active.value.created,
  });
}
