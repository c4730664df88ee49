import { describe, expect, it } from 'vitest';
import { privateEnvironment } from './private-home.mjs';
import { candidateUsers } from './unprivileged.mjs';

const PASSWD =
  'root:x:0:0:root:/root:/bin/bash\nagent:x:1000:1001:Agent:/home/agent:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n';
const AGENT = { name: 'agent', uid: 1000, gid: 1001 };
const NOBODY = { name: 'nobody', uid: 65534, gid: 65534 };

describe('candidateUsers', () => {
  it.each([
    ['root itself becomes nobody', {}, [NOBODY]],
    ['sudo goes back to its user first', { SUDO_UID: '1000', SUDO_GID: '1001' }, [AGENT, NOBODY]],
    [
      'a user that /etc/passwd does not know',
      { SUDO_UID: '2000', SUDO_GID: '2001', SUDO_USER: 'far' },
      [{ name: 'far', uid: 2000, gid: 2001 }, NOBODY],
    ],
    ['root by sudo from root', { SUDO_UID: '0', SUDO_GID: '0' }, [NOBODY]],
    ['nonsense', { SUDO_UID: 'x' }, [NOBODY]],
  ])('%s', (_, env, users) => {
    expect(candidateUsers(env, PASSWD)).toEqual(users);
  });

  it('knows nobody where there is none', () => {
    expect(candidateUsers({}, 'root:x:0:0:root:/root:/bin/bash\n')).toEqual([]);
  });
});

describe('privateEnvironment', () => {
  it('passes what programs need, and no session, token or home of ours', () => {
    const env = privateEnvironment(
      '/tmp/r',
      {
        PATH: '/bin',
        LANG: 'C',
        RINGFENCE_X: '1',
        PWD: '/root',
        HOME: '/root',
        NPM_TOKEN: 'secret',
        DBUS_SESSION_BUS_ADDRESS: 'unix:',
        SSH_AUTH_SOCK: '/s',
        XDG_RUNTIME_DIR: '/run/user/0',
      },
      'nobody',
    );
    expect(env).toEqual({
      PATH: '/bin',
      LANG: 'C',
      RINGFENCE_X: '1',
      HOME: '/tmp/r/home',
      XDG_CONFIG_HOME: '/tmp/r/home/.config',
      XDG_DATA_HOME: '/tmp/r/home/.local/share',
      XDG_STATE_HOME: '/tmp/r/home/.local/state',
      XDG_CACHE_HOME: '/tmp/r/home/.cache',
      XDG_RUNTIME_DIR: '/tmp/r/run',
      TMPDIR: '/tmp/r/tmp',
      DBUS_SESSION_BUS_ADDRESS: 'disabled:',
      USER: 'nobody',
      LOGNAME: 'nobody',
    });
  });
});
