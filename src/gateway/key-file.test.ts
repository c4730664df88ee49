import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readKeyFile as read, readNextKeyFile } from './key-file';
import { keyFingerprint } from './verifying-key';

const readKeyFile = (path: string, create: boolean) => read({ path, algorithm: 'HS256' }, create);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringfence-key-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('makes a key that only its owner can read, and reads it again', () => {
  const path = join(folder, 'key');
  const made = readKeyFile(path, true);
  expect(made).toMatchObject({ ok: true, value: { created: true } });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const again = readKeyFile(path, true);
  expect(again.ok && made.ok && again.value).toEqual({ key: made.ok ? made.value.key : '', created: false });
  expect(made.ok && made.value.key).toMatch(/^[\w-]{43}$/);
});

it('takes an existing key without the white space around it', () => {
  writeFileSync(join(folder, 'key'), `  ${'k'.repeat(32)}\n`);
  expect(readKeyFile(join(folder, 'key'), false)).toMatchObject({ ok: true, value: { key: 'k'.repeat(32) } });
});

it('refuses a short key and leaves the file alone', () => {
  const path = join(folder, 'key');
  writeFileSync(path, 'short');
  chmodSync(path, 0o600);
  expect(readKeyFile(path, true)).toMatchObject({ ok: false, failure: { reason: 'key-unusable' } });
  expect(readFileSync(path, 'utf8')).toBe('short');
});

it('says when a file is absent or can not be made', () => {
  expect(readKeyFile(join(folder, 'none'), false)).toMatchObject({ ok: false, failure: { reason: 'file-unreadable' } });
  expect(readKeyFile(join(folder, 'no', 'folder'), true)).toMatchObject({
    ok: false,
    failure: { reason: 'file-unreadable' },
  });
  expect(readKeyFile(folder, true)).toMatchObject({ ok: false, failure: { reason: 'file-unreadable' } });
});

it.each(['pem', 'jwk'] as const)('reads a public key as %s, never makes one, and takes no other', (format) => {
  const path = join(folder, 'public');
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const written = (key: typeof publicKey): string =>
    format === 'pem'
      ? String(key.export({ type: key.type === 'public' ? 'spki' : 'pkcs8', format: 'pem' }))
      : JSON.stringify(key.export({ format: 'jwk' }));
  expect(read({ path, algorithm: 'EdDSA' }, true)).toMatchObject({ ok: false, failure: { reason: 'file-unreadable' } });
  writeFileSync(path, `\n${written(publicKey)}\n`);
  const found = read({ path, algorithm: 'EdDSA' }, true);
  expect(found.ok && keyFingerprint(found.value.key)).toMatch(/^[0-9a-f]{8}$/);
  expect(readNextKeyFile({ path, algorithm: 'EdDSA' })).toMatchObject({ ok: true });
  expect(read({ path, algorithm: 'ES256' }, true)).toMatchObject({ ok: false, failure: { reason: 'key-unusable' } });
  if (format === 'pem')
    expect(read({ path, algorithm: 'HS256' }, true)).toMatchObject({ ok: false, failure: { reason: 'key-unusable' } });
  writeFileSync(path, written(privateKey));
  expect(read({ path, algorithm: 'EdDSA' }, true)).toMatchObject({
    ok: false,
    failure: { reason: 'key-unusable', sentence: expect.stringContaining('no public key') as unknown },
  });
});
