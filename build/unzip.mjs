/**
 * Unpacks a zip archive whose checksum was verified before: regular files, folders, symbolic links and modes, and only
 * the entries that are wanted (the archives here hold tens of thousands that are not).
 * Format: PKWARE APPNOTE 6.3.3, without encryption and Zip64.
 */
import { chmod, mkdir, open, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';

const inflate = promisify(inflateRaw);
const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_ENTRY = 0x04034b50;
const FILE_TYPE = 0o170000;
const SYMLINK = 0o120000;

/** @typedef {{ name: string, method: number, compressed: number, size: number, mode: number, offset: number }} Entry */

/** @param {import('node:fs/promises').FileHandle} file @param {number} position @param {number} length @returns {Promise<Buffer>} */
async function read(file, position, length) {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  if (bytesRead !== length) throw new Error('The archive ends too early.');
  return buffer;
}

/** @param {import('node:fs/promises').FileHandle} file @returns {Promise<Entry[]>} */
async function entriesOf(file) {
  const { size } = await file.stat();
  const tailLength = Math.min(size, 22 + 0xffff);
  const tail = await read(file, size - tailLength, tailLength);
  let end = tail.length - 22;
  while (end >= 0 && tail.readUInt32LE(end) !== END_OF_DIRECTORY) end -= 1;
  if (end < 0) throw new Error('This is no zip archive.');
  const count = tail.readUInt16LE(end + 10);
  const directory = await read(file, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
  /** @type {Entry[]} */
  const entries = [];
  for (let at = 0; entries.length < count;) {
    if (directory.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new Error('The archive has a damaged directory.');
    const nameLength = directory.readUInt16LE(at + 28);
    entries.push({
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
      method: directory.readUInt16LE(at + 10),
      compressed: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      mode: directory.readUInt32LE(at + 38) >>> 16,
      offset: directory.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

/** @param {import('node:fs/promises').FileHandle} file @param {Entry} entry @returns {Promise<Buffer>} */
async function contentOf(file, entry) {
  const local = await read(file, entry.offset, 30);
  if (local.readUInt32LE(0) !== LOCAL_ENTRY) throw new Error(`${entry.name} is damaged in the archive.`);
  const start = entry.offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
  const raw = await read(file, start, entry.compressed);
  const content = entry.method === 0 ? raw : entry.method === 8 ? await inflate(raw) : null;
  if (content?.length !== entry.size) throw new Error(`${entry.name} can't be unpacked.`);
  return content;
}

/**
 * @param {string} archive
 * @param {string} folder made when it is not there
 * @param {(name: string) => string | null} rename the path to write inside `folder`, or null to leave the entry out
 * @returns {Promise<number>} how many files were written; throws when the archive is damaged or an entry would land outside `folder`
 */
export async function unzip(archive, folder, rename) {
  const file = await open(archive);
  try {
    let written = 0;
    await mkdir(folder, { recursive: true });
    for (const entry of await entriesOf(file)) {
      const name = rename(entry.name);
      if (name === null || name === '') continue;
      const target = join(folder, normalize(name));
      if (!target.startsWith(folder + sep)) throw new Error(`${entry.name} would be written outside of the folder.`);
      if (entry.name.endsWith('/')) {
        await mkdir(target, { recursive: true });
        continue;
      }
      await mkdir(dirname(target), { recursive: true });
      const content = await contentOf(file, entry);
      if ((entry.mode & FILE_TYPE) === SYMLINK) {
        await symlink(content.toString('utf8'), target);
      } else {
        await writeFile(target, content);
        // Whoever runs it may be another user than the one who unpacked it; nobody but the owner writes.
        await chmod(target, (entry.mode & 0o111) === 0 ? 0o644 : 0o755);
      }
      written += 1;
    }
    return written;
  } finally {
    await file.close();
  }
}
