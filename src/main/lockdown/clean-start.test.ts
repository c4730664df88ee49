import { describe, expect, it } from 'vitest';
import { FOREIGN_SWITCHES, FOREIGN_VARIABLES } from '../../../test/support/security/foreign-start';
import { cleanStart } from './clean-start';

const usual = { words: [], env: {}, platform: 'linux', isCommand: false } as const;

describe('a package that is started', () => {
  it.each([
    [[]],
    [['--user-data-dir=/f']],
    [['--lang=de', '--ozone-platform=wayland', '--force-device-scale-factor=2', '--disable-gpu']],
    [['tel:+254700000001']],
    [['--help']],
    [['-h']],
  ])('as people start it goes on: %j', (words) => {
    expect(cleanStart({ ...usual, words })).toEqual({ words, without: [], found: [] });
  });

  it.each(FOREIGN_SWITCHES)('with --%s begins again without it', (name) => {
    for (const word of [`--${name}`, `--${name}=1`, `-${name}`, `--${name.toUpperCase()}=1`])
      expect(cleanStart({ ...usual, words: ['--lang=de', word, 'tel:+1'] })).toEqual({
        words: ['--lang=de', 'tel:+1'],
        without: [],
        found: [`--${name}`],
      });
    expect(cleanStart({ ...usual, platform: 'win32', words: [`/${name}=1`] }).found).toEqual([`--${name}`]);
  });

  it('with a switch of Node in its other spelling begins again without it', () => {
    expect(cleanStart({ ...usual, words: ['--inspect_port=9229'] }).found).toEqual(['--inspect-port']);
  });

  it.each(FOREIGN_VARIABLES)('with the variable %s begins again without it', (name) => {
    expect(cleanStart({ ...usual, env: { HOME: '/f', [name]: '1' } })).toEqual({
      words: [],
      without: [name],
      found: [name],
    });
    // As Windows tells them apart: not at all.
    expect(cleanStart({ ...usual, env: { [name.toLowerCase()]: '1' } }).found).toEqual([name.toLowerCase()]);
  });

  it.each([
    'HOME',
    'PATH',
    'LANG',
    'DISPLAY',
    'XDG_RUNTIME_DIR',
    'PULSE_SERVER',
    'CHROME_DESKTOP',
    'NODE_EXTRA_CA_CERTS',
    'no_proxy',
  ])('with the variable %s goes on', (name) =>
    expect(cleanStart({ ...usual, env: { [name]: '1' } }).found).toEqual([]),
  );

  it('tells no value: it may be a secret', () => {
    const told = cleanStart({ ...usual, words: ['--token=s3cret'], env: { NODE_OPTIONS: 's3cret' } });
    expect(JSON.stringify([told.found, told.without])).not.toContain('s3cret');
  });
});

describe('a command', () => {
  const command = (...words: string[]) => cleanStart({ ...usual, words, isCommand: true });
  it('keeps its own options, which are looked at elsewhere', () => {
    const words = ['--user-data-dir=/f', '--no-sandbox', 'keys', 'set', '--profile', 'work', '--slot', 'active'];
    expect(command(...words)).toEqual({ words, without: [], found: [] });
  });
  it('begins again without what stands before it', () => {
    expect(command('--inspect', '--lang=de', 'keys', 'list', '--json')).toEqual({
      words: ['--lang=de', 'keys', 'list', '--json'],
      without: [],
      found: ['--inspect'],
    });
  });
});
