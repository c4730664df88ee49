/** The Debian packages that Electron and the tests need, and how to get them. */
import { statfs } from 'node:fs/promises';
import { CannotContinue, say, warn } from './program.mjs';
import { isRoot } from './places.mjs';
import { run } from './child.mjs';
import { megabytes } from './meter.mjs';

/** What a package is for: `app` always; `display` on a computer without a display; `tests` in the tests alone; `ui` in those of the window in a browser; `lab` in the tests against real SIP servers; `phones` in those with ordinary phones beside baresip. */
/** @typedef {'app' | 'display' | 'tests' | 'ui' | 'lab' | 'phones'} Need */

/** @type {Readonly<Record<Need, readonly string[]>>} */
const PACKAGES = {
  app: [
    ...[
      'libgtk-3-0',
      'libnss3',
      'libasound2',
      'libgbm1',
      'libatk-bridge2.0-0',
      'libcups2',
      'libdrm2',
      'libxkbcommon0',
      'libxcomposite1',
      'libxdamage1',
      'libxrandr2',
      'libsecret-1-0',
    ],
    // One small family that has Arabic, Greek and Cyrillic names.
    'fonts-dejavu-core',
  ],
  display: ['xvfb', 'xauth'],
  tests: ['dbus', 'gnome-keyring', 'libnss3-tools', 'x11-utils'],
  ui: ['chromium'],
  lab: [
    'kamailio',
    'kamailio-websocket-modules',
    'kamailio-extra-modules',
    'kamailio-tls-modules',
    'kamailio-autheph-modules',
    'rtpengine-daemon',
    'baresip-core',
    'sip-tester',
    'openssl',
    'iproute2',
  ],
  phones: ['linphone-cli', 'twinkle-console'],
};

/** Newer Debian and Ubuntu renamed some libraries for 64-bit times. */
const RENAMED = 't64';

/**
 * Which of `wanted` are missing, from what `dpkg-query` printed.
 * @param {readonly string[]} wanted
 * @param {string} listing lines "package status", for example "libnss3 installed"
 * @returns {string[]}
 */
export function missingPackages(wanted, listing) {
  const installed = new Set(
    listing.split('\n').flatMap((line) => (line.endsWith(' installed') ? line.slice(0, -' installed'.length) : [])),
  );
  return wanted.filter((name) => !installed.has(name) && !installed.has(name + RENAMED));
}

/** @param {readonly string[]} wanted @returns {Promise<string[] | null>} null where there is no dpkg */
async function missingHere(wanted) {
  const names = [...wanted, ...wanted.map((name) => name + RENAMED)];
  const outcome = await run('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\\n', ...names]);
  return outcome.startError === null ? missingPackages(wanted, outcome.stdout) : null;
}

/** The names under which this release knows the packages. @param {readonly string[]} names @returns {Promise<string[]>} */
async function namesOfThisRelease(names) {
  const listing = await run('apt-cache', ['pkgnames', 'lib']);
  const known = new Set(listing.stdout.split('\n'));
  return names.map((name) => (known.has(name + RENAMED) ? name + RENAMED : name));
}

/**
 * Why an apt-get failed, as one sentence.
 * @param {string} output
 * @param {string} command
 * @returns {string}
 */
export function aptProblem(output, command) {
  if (/No space left|enough free space/i.test(output))
    return `No space is left for the system packages: make room, then run \`${command}\`.`;
  if (/Could not get lock|is another process using it/i.test(output))
    return `Another package manager is at work: wait for it, then run \`${command}\`.`;
  if (/Unable to locate package|has no installation candidate/i.test(output)) {
    const name = /(?:Unable to locate package|Package '?)\s*([\w.+-]+)/.exec(output)?.[1] ?? 'a package';
    return `apt-get knows no ${name}: check the network and /etc/apt/sources.list, then run \`apt-get update && ${command}\`.`;
  }
  if (
    /Could not resolve|Could not connect|Failed to fetch|Temporary failure|Connection failed|Unable to connect/i.test(
      output,
    )
  )
    return `The system packages could not be downloaded: check the network, then run \`${command}\`.`;
  const last = output
    .split('\n')
    .filter((line) => line.startsWith('E: '))
    .at(-1);
  return `The system packages could not be installed (${last?.slice(3) ?? 'apt-get failed'}): run \`${command}\` to see why.`;
}

/** Those of a need that are missing here; null where there is no dpkg. @param {Need} need @returns {Promise<string[] | null>} */
export async function missingFor(need) {
  return await missingHere(PACKAGES[need]);
}

/** As root. Rejects with `CannotContinue`. @param {readonly string[]} names */
export async function install(names) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = [
    '-o',
    'DPkg::Lock::Timeout=120',
    '-o',
    'Acquire::Retries=1',
    '-o',
    'Acquire::http::Timeout=20',
    '-o',
    'Acquire::https::Timeout=20',
  ];
  say('  apt-get update');
  // An update that fails for one source of several is no failure: the installation tells.
  await run('apt-get', [...options, '-q', 'update'], { env });
  const packages = await namesOfThisRelease(names);
  const command = `apt-get install ${packages.join(' ')}`;
  say(`  ${command}`);
  const { bavail, bsize } = await statfs('/usr');
  if (bavail * bsize < 500_000_000)
    throw new CannotContinue(
      `The system packages need 500 MB, and ${megabytes(bavail * bsize)} are free on the disk with /usr: make room, then try again.`,
    );
  const started = Date.now();
  let shownAt = started;
  const outcome = await run('apt-get', [...options, '-q', '-y', '--no-install-recommends', 'install', ...packages], {
    env,
    onLine: (line) => {
      if (/^(?:Need to get|Fetched) /.test(line)) say(`  ${line}`);
      const fetching = /^Get:(\d+) \S+ \S+ \S+ (\S+) /.exec(line);
      if (Date.now() - shownAt < 3000) return;
      shownAt = Date.now();
      if (fetching !== null) say(`  downloading, file ${fetching[1] ?? ''}: ${fetching[2] ?? ''}`);
      else say(`  ${line.slice(0, 100)}`);
    },
  });
  if (outcome.code !== 0) throw new CannotContinue(aptProblem(outcome.stdout + outcome.stderr, command));
}

/**
 * Installs what is missing, as root; otherwise names the command that does.
 * @param {readonly Need[]} required what this command can't do without; everything else is only warned about
 * @returns {Promise<string>} half a sentence saying what there is; rejects with `CannotContinue`
 */
export async function ensureSystemPackages(required) {
  if (process.platform !== 'linux') return 'none needed on this system';
  /** @param {readonly Need[]} needs */
  const packagesFor = (needs) => needs.flatMap((need) => [...PACKAGES[need]]);
  const missing = await missingHere(packagesFor(['app', 'display', 'tests']));
  if (missing === null) return 'not checked: this system has no dpkg; the README names what is needed';
  if (missing.length === 0) return 'all there';
  if (isRoot) {
    await install(missing);
    return `installed ${missing.length}`;
  }
  const essential = packagesFor(required).filter((name) => missing.includes(name));
  const command = `sudo apt-get update && sudo apt-get install --no-install-recommends ${missing.join(' ')}`;
  if (essential.length > 0)
    throw new CannotContinue(
      `The system packages ${essential.join(', ')} are missing: run \`${command}\`, then try again.`,
    );
  warn(`some tests will be skipped without ${missing.join(', ')}: \`${command}\` installs them.`);
  return 'enough for this';
}
