import { describe, expect, it } from 'vitest';
import { foldersAbove, invocationAs, openingScript, openingsFor } from './become-user.mjs';

const NOBODY = { name: 'nobody', uid: 65534, gid: 65534 };

describe('openingsFor', () => {
  /** @param {string[]} closed */
  const closes = (closed) => (/** @type {string} */ folder) => Promise.resolve(closed.includes(folder));

  it.each([
    ['nothing is closed', [], ['/srv/ringfence', '/usr/bin'], []],
    ['the checkout is in a closed home', ['/root'], ['/root/ringfence', '/usr/bin'], [{ closed: '/root', needed: ['/root/ringfence'] }]],
    ['so are Node and the checkout', ['/root'], ['/root/ringfence', '/root/.nvm/bin'], [{ closed: '/root', needed: ['/root/ringfence', '/root/.nvm/bin'] }]],
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
    expect(invocationAs(NOBODY, [], '/h', 'node', ['x'])).toEqual({ command: 'node', args: ['x'], uid: 65534, gid: 65534 });
  });

  it('passes the command through untouched, whatever is in it', () => {
    const { command, args } = invocationAs(NOBODY, [{ closed: '/root', needed: ['/root/r'] }], '/h', 'node', ['$(x)', "a'b"]);
    expect(command).toBe('unshare');
    expect(args.slice(-4)).toEqual(['sh', 'node', '$(x)', "a'b"]);
  });
});

it('holds what is needed before it covers the closed folder, and quotes paths', () => {
  const lines = openingScript(NOBODY, [{ closed: '/root', needed: ["/root/it's mine"] }], '/h').split('\n');
  expect(lines).toEqual([
    'set -e',
    "mount -t tmpfs -o mode=700,size=1m ringfence '/h'",
    "mkdir '/h/0'",
    "mount --rbind '/root/it'\\''s mine' '/h/0'",
    "mount -t tmpfs -o mode=755,size=1m ringfence '/root'",
    "mkdir -p '/root/it'\\''s mine'",
    "mount --move '/h/0' '/root/it'\\''s mine'",
    'cd "$PWD"',
    'exec setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all -- "$@"',
  ]);
});
