import { describe, expect, it } from 'vitest';
import { debianSource } from './apt-sources.mjs';

const DEBIAN = 'http://mirror.example/debian';

/** @type {readonly (readonly [what: string, name: string, text: string, expected: unknown])[]} */
const table = [
  ['a line', 'sources.list', `deb ${DEBIAN} bookworm main\n`, { uri: DEBIAN, signedBy: null }],
  ['a slash at the end', 'a.list', `deb ${DEBIAN}/ bookworm main`, { uri: DEBIAN, signedBy: null }],
  [
    'options',
    'a.list',
    `deb [arch=amd64 signed-by=/usr/share/keyrings/d.gpg] ${DEBIAN} sid main`,
    { uri: DEBIAN, signedBy: '/usr/share/keyrings/d.gpg' },
  ],
  ['a comment', 'a.list', `# deb ${DEBIAN} bookworm main\n#deb ${DEBIAN} bookworm main`, null],
  ['sources alone', 'a.list', `deb-src ${DEBIAN} bookworm main`, null],
  ['security', 'a.list', 'deb http://mirror.example/debian-security bookworm-security main', null],
  ['another vendor', 'a.list', 'deb https://vendor.example/apt bookworm main', null],
  ["another vendor's debian folder", 'a.list', 'deb https://vendor.example/debian/stable any main', null],
  ['another system', 'a.list', 'deb http://mirror.example/ubuntu noble main', null],
  ['a disc', 'a.list', 'deb cdrom:[Debian]/debian bookworm main', null],
  [
    'a stanza after another one',
    'debian.sources',
    [
      'Types: deb',
      'URIs: http://mirror.example/debian-security',
      'Suites: x',
      '',
      'Types: deb deb-src',
      '# archive/debian/2025',
      `URIs: ${DEBIAN}`,
      'Suites: bookworm bookworm-updates',
      'Signed-By: /usr/share/keyrings/d.gpg',
    ].join('\n'),
    { uri: DEBIAN, signedBy: '/usr/share/keyrings/d.gpg' },
  ],
  [
    'several addresses over two lines',
    'debian.sources',
    `types: deb\nuris: https://vendor.example/apt\n ${DEBIAN}/\nsuites: sid\n`,
    { uri: DEBIAN, signedBy: null },
  ],
  ['a stanza that is off', 'debian.sources', `Types: deb\nEnabled: no\nURIs: ${DEBIAN}\nSuites: sid\n`, null],
  [
    'a key in the file',
    'debian.sources',
    `Types: deb\nURIs: ${DEBIAN}\nSuites: sid\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n`,
    { uri: DEBIAN, signedBy: null },
  ],
  ['nothing', 'sources.list', '', null],
];

describe('debianSource', () => {
  it.each(table)('%s', (_, name, text, expected) => {
    expect(debianSource([{ name, text }])).toEqual(expected);
  });
  it('takes the first of several files', () => {
    expect(
      debianSource([
        { name: 'sources.list', text: '# moved\n' },
        { name: 'sources.list.d/a.list', text: 'deb https://vendor.example/apt x main' },
        { name: 'sources.list.d/b.sources', text: `Types: deb\nURIs: ${DEBIAN}\nSuites: sid` },
      ]),
    ).toEqual({ uri: DEBIAN, signedBy: null });
  });
});
