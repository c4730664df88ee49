/** Reads this machine's apt sources (sources.list(5)), to learn where it gets Debian itself from. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** @typedef {{ uri: string, signedBy: string | null }} AptSource `signedBy`: the path of a keyring; null: apt's own */

const isDebian = (/** @type {string} */ uri) => /^https?:\/\/\S+\/debian\/?$/.test(uri);
/** A keyring may also stand in the file itself; apt then falls back on its own keyrings here. @param {string | undefined} text */
const keyringOf = (text) => (text?.startsWith('/') === true ? text : null);

/** Lines as sources.list has them: `deb [signed-by=/a.gpg] URI SUITE COMPONENT ...`. @param {string} text @returns {AptSource[]} */
function readOneLiners(text) {
  return text.split('\n').flatMap((line) => {
    const [, options = '', uri = ''] = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+\S/.exec(line) ?? [];
    return uri === '' ? [] : [{ uri, signedBy: keyringOf(/(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1]) }];
  });
}

/** Stanzas as `.sources` files have them (deb822). @param {string} text @returns {AptSource[]} */
function readStanzas(text) {
  // A comment may stand within a stanza, and within a field.
  const lines = text.split('\n').filter((line) => !line.startsWith('#'));
  return lines
    .join('\n')
    .split(/\n\s*\n/)
    .flatMap((stanza) => {
      const fields = new Map(
        stanza
          .replace(/\n[ \t]+/g, ' ')
          .split('\n')
          .flatMap((line) => {
            const [, name = '', value = ''] = /^([\w-]+):\s*(.*)$/.exec(line) ?? [];
            return name === '' ? [] : [/** @type {const} */ ([name.toLowerCase(), value.trim()])];
          }),
      );
      if (/^no$/i.test(fields.get('enabled') ?? '') || !/(?:^|\s)deb(?:\s|$)/.test(fields.get('types') ?? ''))
        return [];
      const signedBy = keyringOf(fields.get('signed-by'));
      return (fields.get('uris') ?? '')
        .split(/\s+/)
        .filter((uri) => uri !== '')
        .map((uri) => ({ uri, signedBy }));
    });
}

/**
 * The first source that is Debian itself: its address ends in `/debian`, unlike that of debian-security or of another vendor.
 * @param {readonly { name: string, text: string }[]} files in the order in which apt reads them
 * @returns {AptSource | null}
 */
export function debianSource(files) {
  const sources = files.flatMap(({ name, text }) =>
    name.endsWith('.sources') ? readStanzas(text) : readOneLiners(text),
  );
  const found = sources.find(({ uri }) => isDebian(uri));
  return found === undefined ? null : { ...found, uri: found.uri.replace(/\/$/, '') };
}

/** That of this machine; null where it has none. @param {string} [folder] @returns {Promise<AptSource | null>} */
export async function readDebianSource(folder = '/etc/apt') {
  const parts = (await readdir(join(folder, 'sources.list.d')).catch(() => [])).sort();
  const names = [
    'sources.list',
    ...parts.filter((name) => /\.(?:list|sources)$/.test(name)).map((name) => join('sources.list.d', name)),
  ];
  return debianSource(
    await Promise.all(
      names.map(async (name) => ({ name, text: await readFile(join(folder, name), 'utf8').catch(() => '') })),
    ),
  );
}
