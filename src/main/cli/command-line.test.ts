import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT, HELP, readCommandLine, wordsOf, type Command } from './command-line';

const read = (line: string) => readCommandLine(line.split(' ').filter((word) => word !== ''));
const sentenceOf = (line: string): string => {
  const found = read(line);
  if (found === null || found.ok) throw new Error(`"${line}" was taken`);
  return found.sentence;
};

describe('a command line', () => {
  it.each<[string, Command]>([
    [
      'keys set --profile work --slot active',
      { name: 'keys set', profileId: 'work', slot: 'active', anyway: false, passphraseFd: null },
    ],
    [
      'keys set --slot=next --profile=work --passphrase-fd 3',
      { name: 'keys set', profileId: 'work', slot: 'next', anyway: false, passphraseFd: 3 },
    ],
    [
      'keys set --anyway --profile work --slot active',
      { name: 'keys set', profileId: 'work', slot: 'active', anyway: true, passphraseFd: null },
    ],
    ['keys list', { name: 'keys list', json: false }],
    ['public-key --profile work', { name: 'public-key', profileId: 'work', slot: 'active', json: false }],
    [
      'public-key --profile work --slot next --json',
      { name: 'public-key', profileId: 'work', slot: 'next', json: true },
    ],
    ['--user-data-dir=/tmp/x keys list --json', { name: 'keys list', json: true }],
    ['keys list --user-data-dir=/tmp/x', { name: 'keys list', json: false }],
    ['keys rotate --profile work', { name: 'keys rotate', profileId: 'work', step: 'promote', passphraseFd: null }],
    [
      'keys rotate --profile work --early --passphrase-fd 0',
      { name: 'keys rotate', profileId: 'work', step: 'promote-early', passphraseFd: 0 },
    ],
    [
      'keys rotate --profile work --finish',
      { name: 'keys rotate', profileId: 'work', step: 'finish', passphraseFd: null },
    ],
    ['keys rotate --profile work --back', { name: 'keys rotate', profileId: 'work', step: 'back', passphraseFd: null }],
    [
      'profiles import lines.json',
      { name: 'profiles import', file: 'lines.json', apply: false, json: false, passphraseFd: null },
    ],
    [
      'profiles import --apply --json a.json',
      { name: 'profiles import', file: 'a.json', apply: true, json: true, passphraseFd: null },
    ],
    ['doctor --no-sandbox', { name: 'doctor', json: false }],
    ['audit verify --json', { name: 'audit verify', json: true }],
    ['--help', { name: 'help' }],
    ['keys set -h', { name: 'help' }],
  ])('%s', (line, command) => {
    expect(read(line)).toEqual({ ok: true, command });
  });

  it.each([
    '',
    '--user-data-dir=/tmp/x --no-sandbox --inspect=0',
    'tel:+254722000000',
    'sip:echo@practice.ringfence.local',
  ])('"%s" opens the window', (line) => {
    expect(read(line)).toBeNull();
  });

  it.each([
    ['keys', /no such command/],
    ['keys forget', /no such command/],
    ['frobnicate', /no such command/],
    ['keys list --verbose', /no such option/],
    ['keys list --apply', /no such option/],
    ['keys list --inspect=0', /no such option/],
    ['keys list more', /no other words/],
    ['keys list --json=yes', /its value/],
    ['keys list --json --json', /twice/],
    ['keys list --user-data-dir /tmp/x', /--user-data-dir=FOLDER/],
    ['keys set --profile work', /--slot is/],
    ['keys set --slot active', /--profile names/],
    ['keys set --profile', /its value/],
    ['keys set --profile Work --slot active', /--profile names/],
    ['keys set --profile work --slot both', /--slot is/],
    ['keys set --profile work --slot active --passphrase-fd 0', /Standard input holds the key/],
    ['keys set --profile work --slot active --passphrase-fd 2', /file descriptor/],
    ['keys set --profile work --slot active --passphrase-fd three', /file descriptor/],
    ['keys rotate --profile work --early --finish', /--early and --finish are different steps/],
    ['keys rotate --profile work --finish --back', /--finish and --back are different steps/],
    ['profiles import', /path of a file/],
    ['profiles import a.json b.json', /one file/],
  ])('"%s" is refused', (line, sentence) => {
    expect(sentenceOf(line)).toMatch(sentence);
  });
});

describe('a key among the words', () => {
  const keys = [
    randomBytes(32).toString('base64url'),
    randomBytes(32).toString('hex'),
    randomBytes(32).toString('base64'),
    '-----BEGIN PRIVATE KEY----- MC4CAQ',
    `-h${randomBytes(32).toString('base64url')}`,
    `--${randomBytes(32).toString('base64url')}`,
  ];
  const places: readonly ((key: string) => readonly string[])[] = [
    (key) => [key],
    (key) => ['keys', key],
    (key) => ['keys', 'set', '--profile', 'work', '--slot', 'active', key],
    (key) => ['keys', 'set', key, '--profile', 'work', '--slot', 'active'],
    (key) => ['keys', 'set', '--profile', 'work', '--slot', key],
    (key) => ['keys', 'set', '--profile', key, '--slot', 'active'],
    (key) => ['keys', 'set', '--profile', 'work', '--slot', 'active', '--key', key],
    (key) => ['keys', 'set', '--profile', 'work', '--slot', 'active', `--key=${key}`],
    (key) => ['keys', 'set', '--profile', 'work', '--slot', 'active', `--${key}`],
    (key) => ['keys', 'list', '--passphrase', key],
  ];

  it('is refused wherever it stands, and never repeated', () => {
    let refused = 0;
    for (const key of keys) {
      for (const place of places) {
        const found = readCommandLine(place(key));
        // 63 letters and digits could be the id of a profile: it is looked for, and its name is not repeated (known-profile.ts).
        if (found?.ok === true && found.command.name === 'keys set' && found.command.profileId === key) continue;
        expect(found, JSON.stringify(place('KEY'))).toMatchObject({ ok: false });
        expect(JSON.stringify(found)).not.toContain(key.slice(0, 12));
        if (found?.ok === false && found.sentence.includes('A key is never given as an argument')) refused += 1;
      }
    }
    expect(refused).toBeGreaterThanOrEqual(keys.length * (places.length - 1));
  });
});

it('every exit code is documented, in README.md and in the help', async () => {
  const readme = await readFile(join(import.meta.dirname, '../../../README.md'), 'utf8');
  const [, table = ''] = /\| exit code \| means \|\n([^]*?)\n\n/.exec(readme) ?? [];
  const codes = Object.values(EXIT).map(String);
  expect([...table.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => code)).toEqual(codes);
  const [, told = ''] = /Exit codes\n([^]*)$/.exec(HELP) ?? [];
  expect([...told.matchAll(/\b\d+\b/g)].map(([code]) => code)).toEqual(codes);
});

describe('the words of a process', () => {
  it.each([
    [['/opt/ringfence', 'keys', 'list'], false, ['keys', 'list']],
    [['electron', '--no-sandbox', '/src', 'keys', 'list', '--json'], true, ['keys', 'list', '--json']],
    [['electron', '/src'], true, []],
    [['electron', '--version'], true, []],
  ])('%j', (argv, fromSource, words) => {
    expect(wordsOf(argv, fromSource)).toEqual(words);
  });
});
