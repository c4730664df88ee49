/**
 * Asterisk for the lab, in a folder of its own in the cache. Debian 12 has no Asterisk; Debian sid does. Its packages are unpacked and not
 * installed: no script of theirs runs, nothing is mounted, and nothing on this machine changes. Sid's own dynamic loader starts it with
 * sid's own libraries (ld.so(8)), so that any user can run it from there, as often as wanted at once.
 */
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CannotContinue, say, warn } from './program.mjs';
import { cacheFolder, isRoot } from './places.mjs';
import { readDebianSource } from './apt-sources.mjs';
import { run } from './child.mjs';
import { provideRuntime } from './runtime-cache.mjs';
import { aptProblem } from './system-packages.mjs';

/** Changes whenever the folder's content would. */
const RECIPE = 'asterisk sid 1';
/** What of the packages is kept: programs, libraries, modules, and Asterisk's own data. */
const KEPT = /** @type {const} */ (['usr/lib', 'usr/sbin/asterisk', 'usr/share/asterisk', 'var/lib/asterisk']);
const PROGRAM = 'usr/sbin/asterisk';
const NEEDS_BYTES = 900_000_000;
const AGAIN = 'npm run lab -- --server asterisk';

/** Where the folder is, made or not. @returns {string} */
const asteriskFolder = () => join(cacheFolder(), 'asterisk-debian-sid');

/** What is where in it, relative to the folder; test/lab/asterisk/asterisk-needs.ts reads it. */
const LAYOUT = 'layout.json';

/**
 * Finds what is where in an unpacked folder.
 * @param {string} folder
 * @returns {Promise<{ loader: string, libraries: string, program: string, modules: string, data: string, state: string }>} relative paths
 */
async function layoutOf(folder) {
  for (const triplet of await readdir(join(folder, 'usr', 'lib'))) {
    const libraries = join('usr', 'lib', triplet);
    const loader = (await readdir(join(folder, libraries)).catch(() => [])).find((name) =>
      /^ld-linux[\w-]*\.so\.\d$/.test(name),
    );
    if (loader === undefined) continue;
    return {
      loader: join(libraries, loader),
      libraries,
      program: PROGRAM,
      modules: join(libraries, 'asterisk', 'modules'),
      data: join('usr', 'share', 'asterisk'),
      state: join('var', 'lib', 'asterisk'),
    };
  }
  throw new CannotContinue('The packages of Debian sid hold no dynamic loader: this processor is not known here.');
}

/** Options by which apt-get works in a folder of its own and knows one source alone. @param {string} folder @returns {string[]} */
export function aptOptions(folder) {
  const settings = {
    'Dir::State': folder,
    'Dir::State::status': join(folder, 'status'),
    'Dir::State::lists': join(folder, 'lists'),
    'Dir::Cache': folder,
    'Dir::Cache::archives': join(folder, 'archives'),
    'Dir::Log': folder,
    'Dir::Etc::sourcelist': join(folder, 'debian.sources'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
    'APT::Get::Assume-Yes': 'true',
    'APT::Install-Recommends': 'false',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '1',
    'Acquire::http::Timeout': '20',
    'Acquire::https::Timeout': '20',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

/** Fetches the packages of Asterisk and of all that it needs. @param {string} folder empty @returns {Promise<string[]>} their paths */
async function fetchPackages(folder) {
  const source = await readDebianSource();
  if (source === null)
    throw new CannotContinue(
      "Asterisk comes from Debian sid, and no line of this machine's apt sources names Debian itself (an address that ends in /debian): add one, then try again.",
    );
  await mkdir(join(folder, 'lists', 'partial'), { recursive: true });
  await mkdir(join(folder, 'archives', 'partial'), { recursive: true });
  // Nothing counts as installed: all that it needs comes along.
  await writeFile(join(folder, 'status'), '');
  const stanza = ['Types: deb', `URIs: ${source.uri}`, 'Suites: sid', 'Components: main'];
  if (source.signedBy !== null) stanza.push(`Signed-By: ${source.signedBy}`);
  await writeFile(join(folder, 'debian.sources'), `${stanza.join('\n')}\n`);
  const options = aptOptions(folder);
  for (const words of [['update'], ['--download-only', 'install', 'asterisk']]) {
    say(`  apt-get ${words.join(' ')} (Debian sid, into a folder of its own)`);
    const outcome = await run('apt-get', ['-q', ...options, ...words], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    });
    if (outcome.startError !== null)
      throw new CannotContinue('Asterisk comes from Debian sid by apt-get, which this machine does not have.');
    // An update that failed shows at the latest when the package is not found.
    if (outcome.code !== 0) throw new CannotContinue(aptProblem(outcome.stdout + outcome.stderr, AGAIN));
  }
  const archives = join(folder, 'archives');
  return (await readdir(archives)).filter((name) => name.endsWith('.deb')).map((name) => join(archives, name));
}

/** @param {string} staging @param {string} scratch */
async function make(staging, scratch) {
  const packages = await fetchPackages(join(scratch, 'apt'));
  say(`  unpacking ${packages.length} packages`);
  const unpacked = join(scratch, 'root');
  for (const path of packages) {
    const outcome = await run('dpkg-deb', ['-x', path, unpacked]);
    if (outcome.code !== 0)
      throw new CannotContinue(
        `A package of Asterisk can't be unpacked (${outcome.startError ?? outcome.stderr.trim().split('\n')[0] ?? ''}): check the disk, then run \`${AGAIN}\`.`,
      );
  }
  for (const path of KEPT) {
    await mkdir(dirname(join(staging, path)), { recursive: true });
    await rename(join(unpacked, path), join(staging, path));
  }
  const layout = await layoutOf(staging);
  await writeFile(join(staging, LAYOUT), JSON.stringify(layout));
  // Whoever runs it later finds a program that starts.
  const [loader, libraries, program] = [layout.loader, layout.libraries, layout.program].map((path) =>
    join(staging, path),
  );
  const outcome = await run(loader ?? '', ['--inhibit-cache', '--library-path', libraries ?? '', program ?? '', '-V']);
  if (outcome.code !== 0)
    throw new CannotContinue(
      `Asterisk of Debian sid does not start on this machine (${outcome.startError ?? outcome.stderr.trim().split('\n')[0] ?? ''}): its tests need a newer kernel or another processor.`,
    );
  say(`  ${outcome.stdout.trim()}`);
}

/**
 * The folder, made when it is not there, damaged or of another recipe. Takes about half a minute then.
 * @param {string} [folder]
 * @returns {Promise<string>} rejects with `CannotContinue`
 */
export async function provideAsterisk(folder = asteriskFolder()) {
  await provideRuntime(folder, {
    recipe: RECIPE,
    program: 'Asterisk',
    version: 'of Debian sid',
    executable: PROGRAM,
    needsBytes: NEEDS_BYTES,
    make,
  });
  return folder;
}

/**
 * Makes the folder for the tests, where they can run at all. Never fails: the tests say again what is missing.
 * @returns {Promise<{ said: string, env: Record<string, string> }>} half a sentence saying what there is; what tells the tests where, or why not
 */
export async function installAsterisk() {
  /** @param {string} problem */
  const without = (problem) => ({
    said: `${problem}: its tests will be skipped`,
    env: { RINGFENCE_ASTERISK_PROBLEM: problem },
  });
  if (process.platform !== 'linux') return without('Asterisk needs Linux here');
  if (!isRoot) return without('only root can make the network namespace that Asterisk needs: run npm test as root');
  const folder = asteriskFolder();
  try {
    await provideAsterisk(folder);
    return { said: `Asterisk is in ${folder}`, env: { RINGFENCE_ASTERISK: folder } };
  } catch (error) {
    if (!(error instanceof CannotContinue)) throw error;
    warn(`Asterisk's tests will be skipped. ${error.message}`);
    return without(error.message);
  }
}
