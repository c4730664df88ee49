/**
 * As whom Electron runs. Chromium refuses to start as root with its OS sandbox on, so root becomes an unprivileged
 * user where that user can read the checkout; where the sandbox can't work, Electron starts without it and we say so.
 */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isRoot, root } from './places.mjs';
import { run } from './child.mjs';
import { invocationAs, openingsFor } from './become-user.mjs';
import { makePrivateHome } from './private-home.mjs';

/** @typedef {import('./private-home.mjs').User} User */
/** @typedef {import('./private-home.mjs').PrivateHome} PrivateHome */
/** @typedef {import('./become-user.mjs').Invocation} Invocation */
/** @typedef {ElectronLaunch['invoke']} Invoke */

/**
 * @typedef {object} ElectronLaunch
 * @property {string} executablePath
 * @property {string[]} args go before the app's folder: `--no-sandbox`, or nothing
 * @property {Record<string, string>} env the whole environment of the process
 * @property {User | null} user whom root becomes, or null
 * @property {(command: string, args: readonly string[]) => Invocation} invoke how to run Electron, or a program that drives it, as that user
 * @property {boolean} osSandbox whether Chromium's OS sandbox is on (proven by a start)
 * @property {string} reason one line for the person
 * @property {PrivateHome} home remove it at the end
 */

/**
 * The users that root may become, the best first.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} passwd the text of /etc/passwd
 * @returns {User[]}
 */
export function candidateUsers(env, passwd) {
  /** @type {User[]} */
  const users = [];
  const known = passwd.split('\n').map((line) => {
    const [name = '', , uid = '', gid = ''] = line.split(':');
    return { name, uid: Number(uid), gid: Number(gid) };
  });
  const sudo = Number(env['SUDO_UID'] ?? '');
  if (Number.isInteger(sudo) && sudo > 0) {
    const gid = Number(env['SUDO_GID'] ?? '');
    const entry = known.find((user) => user.uid === sudo);
    if (entry !== undefined || gid > 0) users.push(entry ?? { name: env['SUDO_USER'] ?? String(sudo), uid: sudo, gid });
  }
  const nobody = known.find((user) => user.name === 'nobody');
  if (nobody !== undefined && nobody.uid > 0 && nobody.uid !== sudo) users.push(nobody);
  return users;
}

/**
 * Whether a user can run Node and read what Electron and the tests need.
 * @param {User} user
 * @param {Invoke} invoke
 * @param {readonly string[]} paths
 * @returns {Promise<string | null>} null, or half a sentence saying what it can't
 */
async function readingProblem(user, invoke, paths) {
  const script =
    'for (const path of process.argv.slice(1)) try { require("node:fs").accessSync(path, 4) } catch (error) { console.log(path); process.exit(3) }';
  const { command, args, ...as } = invoke(process.execPath, ['-e', script, ...paths]);
  const outcome = await run(command, args, {
    ...as,
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '' },
    timeoutMs: 15_000,
  });
  if (outcome.code === 0) return null;
  if (outcome.code === 3) return `the user ${user.name} can't read ${outcome.stdout.trim()}`;
  return `the user ${user.name} can't run ${process.execPath}`;
}

/**
 * Starts a sandboxed renderer to see that the OS sandbox works.
 * @param {string} executablePath
 * @param {PrivateHome} home
 * @param {Invoke} invoke
 * @returns {Promise<string | null>} null, or half a sentence saying what is missing
 */
async function sandboxProblem(executablePath, home, invoke) {
  const { command, args, ...as } = invoke(executablePath, [join(root, 'build', 'sandbox-probe.mjs')]);
  const outcome = await run(command, args, { ...as, cwd: '/', env: home.env, timeoutMs: 30_000 });
  const mode = /^seccomp=(\w+)$/m.exec(outcome.stdout)?.[1];
  if (outcome.code === 0 && mode === '2') return null;
  if (mode !== undefined) return `a sandboxed renderer runs with seccomp mode ${mode}`;
  const fatal = outcome.stderr
    .split('\n')
    .find((line) => line.includes('FATAL'))
    ?.replace(/^\[[^\]]*\]\s*/, '');
  if (fatal !== undefined && /sandbox/i.test(fatal))
    return 'this kernel or container gives unprivileged users no user namespaces';
  return `Electron does not start with it (${fatal ?? (outcome.signal === null ? `exit code ${String(outcome.code)}` : outcome.signal)})`;
}

/** @param {string} why half a sentence @returns {string} */
const withoutSandbox = (why) => `Electron runs WITHOUT Chromium's OS sandbox: ${why}.`;

/**
 * Decides, and proves the decision by a start. Needs a display in `env` on Linux.
 * @param {object} choice
 * @param {string} choice.executablePath
 * @param {'temporary' | 'persistent'} choice.home temporary: for tests; persistent: for a person's own use (of root: RINGFENCE_HOME names another place)
 * @param {readonly string[]} [choice.mustRead] further paths that the unprivileged user must be able to read
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<ElectronLaunch>}
 */
export async function electronLaunch({ executablePath, home, mustRead = [] }, env = process.env) {
  /** @type {Invoke} */
  const asOurselves = (command, args) => invocationAs(null, [], '', command, args);
  if (!isRoot) {
    const own = await makePrivateHome({ user: null, persistent: null }, env);
    if (process.platform !== 'linux')
      return {
        executablePath,
        args: [],
        env: own.env,
        user: null,
        invoke: asOurselves,
        osSandbox: true,
        reason: "Chromium's OS sandbox is on.",
        home: own,
      };
    const problem = await sandboxProblem(executablePath, own, asOurselves);
    return {
      executablePath,
      args: problem === null ? [] : ['--no-sandbox'],
      env: own.env,
      user: null,
      invoke: asOurselves,
      osSandbox: problem === null,
      reason: problem === null ? "Chromium's OS sandbox is on." : withoutSandbox(problem),
      home: own,
    };
  }
  /** @param {string} name whose home it is */
  const keptAt = (name) => (home === 'persistent' ? (env['RINGFENCE_HOME'] ?? `/var/lib/ringfence-${name}`) : null);
  const paths = [
    executablePath,
    join(root, 'package.json'),
    join(root, 'build', 'sandbox-probe.mjs'),
    join(root, 'node_modules', '.package-lock.json'),
    ...mustRead,
  ];
  /** @type {string[]} */
  const problems = [];
  for (const user of candidateUsers(env, await readFile('/etc/passwd', 'utf8').catch(() => ''))) {
    const place = await makePrivateHome({ user, persistent: keptAt(user.name) }, env);
    /** @type {(openings: readonly import('./become-user.mjs').Opening[]) => Invoke} */
    const through = (openings) => (command, args) => invocationAs(user, openings, place.hold, command, args);
    let invoke = through([]);
    let problem = await readingProblem(user, invoke, paths);
    const openings =
      problem === null ? [] : await openingsFor([root, dirname(executablePath), dirname(process.execPath)]);
    if (openings.length > 0) {
      invoke = through(openings);
      if ((await readingProblem(user, invoke, paths)) === null) problem = null;
    }
    if (problem === null) {
      const missing = await sandboxProblem(executablePath, place, invoke);
      if (missing !== null) problem = `as the user ${user.name}, ${missing}`;
    }
    if (problem === null) {
      const opened =
        openings.length === 0
          ? ''
          : `, and sees only what it needs of ${openings.map(({ closed }) => closed).join(' and ')}`;
      return {
        executablePath,
        args: [],
        env: place.env,
        user,
        invoke,
        osSandbox: true,
        reason: `Chromium's OS sandbox is on: root became the user ${user.name}, with its home in ${place.folder}${opened}.`,
        home: place,
      };
    }
    problems.push(problem);
    await place.remove();
  }
  const why =
    problems.length === 0
      ? 'this is root, and there is no user "nobody" to become'
      : `this is root, and ${problems.join('; ')}`;
  const place = await makePrivateHome({ user: null, persistent: keptAt('root') }, env);
  return {
    executablePath,
    args: ['--no-sandbox'],
    env: place.env,
    user: null,
    invoke: asOurselves,
    osSandbox: false,
    reason: withoutSandbox(why),
    home: place,
  };
}

/**
 * The variables by which test runners learn how to launch the app.
 * @param {ElectronLaunch} launch
 * @returns {Record<string, string>}
 */
export function launchVariables(launch) {
  return {
    RINGFENCE_E2E_ELECTRON: launch.executablePath,
    RINGFENCE_E2E_ARGS: JSON.stringify(launch.args),
    RINGFENCE_E2E_APP: root,
    RINGFENCE_E2E_OS_SANDBOX: launch.osSandbox ? '1' : '0',
    RINGFENCE_E2E_OS_SANDBOX_REASON: launch.reason,
  };
}
