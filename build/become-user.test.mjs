import { describe, expect, it } from 'vitest';
import { foldersAbove, invocationAs, openingScript, openingsFor } from './become-user.mjs';

const NOBODY = { name: 'nobody', uid: 65534, gid: 65534 };

describe('openingsFor', () => {
  /** @param {string[]} closed */
  const closes = (closed) => (/** @type {string} */ folder) => Promise.resolve(closed.includes(folder));

  it.each([
    ['nothing is closed', [], ['/srv/ringfence', '/usr/bin'], []],
    [
      'the checkout is in a closed home',
      ['/closed'],
      ['/closed/ringfence', '/usr/bin'],
      [{ closed: '/closed', needed: ['/closed/ringfence'] }],
    ],
    [
      'so are Node and the checkout',
      ['/closed'],
      ['/closed/ringfence', '/closed/.nvm/bin'],
      [{ closed: '/closed', needed: ['/closed/ringfence', '/closed/.nvm/bin'] }],
    ],
    ['the outermost of two', ['/a', '/a/b'], ['/a/b/c'], [{ closed: '/a', needed: ['/a/b/c'] }]],
    ['the folder itself does not count', ['/srv/ringfence'], ['/srv/ringfence'], []],
  ])('%s', async (_, closed, paths, openings) => {
    expect(await openingsFor(paths, closes(closed))).toEqual(openings);
  });

  it('looks at the folders above from the outside in', () => {
    expect(foldersAbove('/a/b/c')).toEqual(['/a', '/a/b']);
    expect(foldersAbove('/a')).toEqual([]);
  });
});

describe('invocationAs', () => {
  it('runs the command itself where no other user is needed', () => {
    expect(invocationAs(null, [], '', 'node', ['x'])).toEqual({ command: 'node', args: ['x'] });
  });

  it('becomes the user directly where the user can reach everything', () => {
    expect(invocationAs(NOBODY, [], '/h', 'node', ['x'])).toEqual({
      command: 'node',
      args: ['x'],
      uid: 65534,
      gid: 65534,
    });
  });

  it('passes the command through untouched, whatever is in it', () => {
    const { command, args } = invocationAs(NOBODY, [{ closed: '/closed', needed: ['/closed/r'] }], '/h', 'node', [
      '$(x)',
      "a'b",
    ]);
    expect(command).toBe('unshare');
    expect(args.slice(-4)).toEqual(['sh', 'node', '$(x)', "a'b"]);
  });
});

it('holds what is needed before it covers the closed folder, and quotes paths', () => {
  const lines = openingScript(NOBODY, [{ closed: '/closed', needed: ["/closed/it's mine"] }], '/h').split('\n');
  expect(lines).toEqual([
    'set -e',
    "mount -t tmpfs -o mode=700,size=1m ringfence '/h'",
    "mkdir '/h/0'",
    "mount --rbind '/closed/it'\\''s mine' '/h/0'",
    "mount -t tmpfs -o mode=755,size=1m ringfence '/closed'",
    "mkdir -p '/closed/it'\\''s mine'",
    "mount --move '/h/0' '/closed/it'\\''s mine'",
    'cd "$PWD"',
    'exec setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all -- "$@"',
  ]);
});
