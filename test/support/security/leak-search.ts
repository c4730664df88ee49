/** Looks for a key where no key may be: raw and in every spelling that software gives to bytes. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** One spelling of the key. */
export interface Needle {
  /** "base64url of the text, UTF-16": names the spelling, never the key. */
  readonly name: string;
  readonly bytes: Buffer;
}

/** A place where the key was found. Holds no part of the key, so that a failing test does not print it. */
export interface Hit {
  readonly place: string;
  readonly spelling: string;
}

/** What a search looked at; a search that looked at nothing proves nothing. */
export interface Searched {
  readonly hits: readonly Hit[];
  /** Files, strings or messages. */
  readonly places: number;
  readonly bytes: number;
  /** What could not be read. */
  readonly unreadable: readonly string[];
}

/** base64 of `bytes` as it shows up inside a longer base64 text: at each of the three alignments, without the edges that the neighbours change. */
function embeddedBase64(bytes: Buffer): string[] {
  return [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const cut = shift === 0 ? 0 : shift + 1;
    const whole = (shift + bytes.length) % 3 === 0 ? text.length : text.length - 1;
    return text.slice(cut, whole);
  });
}

function spellings(name: string, bytes: Buffer): { name: string; text: string }[] {
  const base64 = embeddedBase64(bytes);
  return [
    ...base64.map((text) => ({ name: `base64 of ${name}`, text })),
    ...base64.map((text) => ({ name: `base64url of ${name}`, text: text.replaceAll('+', '-').replaceAll('/', '_') })),
    ...base64.map((text) => ({ name: `percent-encoded base64 of ${name}`, text: encodeURIComponent(text) })),
    { name: `hex of ${name}`, text: bytes.toString('hex') },
    { name: `upper-case hex of ${name}`, text: bytes.toString('hex').toUpperCase() },
  ];
}

/** The bytes that `text` stands for when it is hex or base64, or null: a key is often handed over in such a spelling. */
function decoded(text: string): Buffer | null {
  if (/^(?:[0-9a-f]{2}){16,}$/i.test(text)) return Buffer.from(text, 'hex');
  if (/^[A-Za-z0-9+/_-]{22,}={0,2}$/.test(text)) return Buffer.from(text, 'base64');
  return null;
}

/** Every spelling of a key that was handed over as `key` (text as it was pasted, or bytes). At least 16 bytes, or chance would find it. */
export function needlesOf(key: string | Uint8Array): readonly Needle[] {
  const handedOver = typeof key === 'string' ? Buffer.from(key.trim(), 'utf8') : Buffer.from(key);
  if (handedOver.length < 16) throw new RangeError('a key shorter than 16 bytes would be found by chance');
  const forms: { name: string; bytes: Buffer }[] = [{ name: 'the key', bytes: handedOver }];
  const inner = typeof key === 'string' ? decoded(key.trim()) : null;
  if (inner !== null) forms.push({ name: 'the decoded key', bytes: inner });

  const needles = new Map<string, Needle>();
  const add = (name: string, bytes: Buffer): void => {
    const id = bytes.toString('latin1');
    if (!needles.has(id)) needles.set(id, { name, bytes });
  };
  for (const form of forms) {
    add(`raw ${form.name}`, form.bytes);
    add(`raw ${form.name} as UTF-8 of its Latin-1`, Buffer.from(form.bytes.toString('latin1'), 'utf8'));
    add(`raw ${form.name}, UTF-16`, Buffer.from(form.bytes.toString('latin1'), 'utf16le'));
    for (const { name, text } of spellings(form.name, form.bytes)) {
      add(name, Buffer.from(text, 'latin1'));
      add(`${name}, UTF-16`, Buffer.from(text, 'utf16le'));
    }
  }
  return [...needles.values()];
}

/** Searches bytes; one hit for each spelling found. */
export function searchBytes(needles: readonly Needle[], haystack: Buffer, place: string): Hit[] {
  return needles.filter(({ bytes }) => haystack.includes(bytes)).map(({ name }) => ({ place, spelling: name }));
}

/** Searches texts (log lines, messages as JSON, strings of a heap). */
export function searchTexts(needles: readonly Needle[], texts: readonly string[], place: string): Searched {
  // A line feed between them: no spelling of a key holds one, so no hit is made by gluing.
  const whole = Buffer.from(texts.join('\n'), 'utf8');
  return { hits: searchBytes(needles, whole, place), places: texts.length, bytes: whole.length, unreadable: [] };
}

/** Searches one file, its name too. A file that is gone or may not be read is listed as unreadable. */
export async function searchFile(needles: readonly Needle[], path: string): Promise<Searched> {
  try {
    const content = await readFile(path);
    const hits = [
      ...searchBytes(needles, content, path),
      ...searchBytes(needles, Buffer.from(path), `the name of ${path}`),
    ];
    return { hits, places: 1, bytes: content.length, unreadable: [] };
  } catch {
    return { hits: [], places: 0, bytes: 0, unreadable: [path] };
  }
}

/** Searches every file below `directory`. Sockets and links are no files; a link's target counts as its content. */
export async function searchDirectory(needles: readonly Needle[], directory: string): Promise<Searched> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true });
  const found: Searched[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) found.push(await searchFile(needles, path));
    else
      found.push({
        hits: searchBytes(needles, Buffer.from(path), `the name of ${path}`),
        places: 0,
        bytes: 0,
        unreadable: [],
      });
  }
  return together(found);
}

/** Sums several searches. */
export function together(searches: readonly Searched[]): Searched {
  return {
    hits: searches.flatMap(({ hits }) => hits),
    places: searches.reduce((sum, { places }) => sum + places, 0),
    bytes: searches.reduce((sum, { bytes }) => sum + bytes, 0),
    unreadable: searches.flatMap(({ unreadable }) => unreadable),
  };
}
