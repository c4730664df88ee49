import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readKeyFile } from './key-file';

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
  expect(readKeyFile(join(folder, 'no', 'folder'), true)).toMatchObject({ ok: false, failure: { reason: 'file-unreadable' } });
  expect(readKeyFile(folder, true)).toMatchObject({ ok: false, failure: { reason: 'file-unreadable' } });
});
