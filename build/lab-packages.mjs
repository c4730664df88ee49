/**
 * The Debian packages of the lab. They bring servers that Debian would start, on every address of the machine, and start again with it: here
 * they are only installed. Nobody must have them: without, the lab's tests are skipped.
 */
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { CannotContinue, warn } from './program.mjs';
import { isRoot } from './places.mjs';
import { run } from './child.mjs';
import { install, missingFor } from './system-packages.mjs';

/** invoke-rc.d and deb-systemd-invoke ask this program whether a service may start; 101 says no (its manual page). */
const POLICY = '/usr/sbin/policy-rc.d';
/** The services in these packages. */
const SERVICES = ['kamailio.service', 'rtpengine-daemon.service', 'rtpengine.service'];

/**
 * Does `work` while no service may start; a policy that is there already stays.
 * @template T
 * @param {() => Promise<T>} work
 * @param {string} policy
 * @returns {Promise<T>}
 */
export async function withoutServices(work, policy = POLICY) {
  const ours = await writeFile(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' }).then(
    () => true,
    () => false,
  );
  const remove = () => rm(policy, { force: true });
  try {
    return await work();
  } finally {
    if (ours) await remove();
  }
}

/**
 * Installs `missing` without starting a service.
 * @param {readonly string[]} missing
 * @param {string} lost what can't be without them, as the beginning of a sentence
 * @returns {Promise<boolean>} false where that failed; the person is told why
 */
async function installed(missing, lost) {
  try {
    await withoutServices(() => install(missing));
    return true;
  } catch (error) {
    if (!(error instanceof CannotContinue)) throw error;
    warn(`${lost}. ${error.message}`);
    return false;
  }
}

/**
 * Installs what is missing, as root; otherwise names the command that does. Never fails: the tests say again what is missing.
 * @returns {Promise<string>} half a sentence saying what there is
 */
export async function installLab() {
  if (process.platform !== 'linux') return 'needs Linux, its tests will be skipped';
  const lab = await missingFor('lab');
  if (lab === null) return "needs Debian's packages, its tests will be skipped where they find no Kamailio";
  const phones = (await missingFor('phones')) ?? [];
  const missing = [...lab, ...phones];
  if (missing.length === 0) return 'all there';
  if (!isRoot) {
    warn(
      `tests of the lab will be skipped without ${missing.join(', ')}: \`sudo apt-get update && sudo apt-get install --no-install-recommends ${missing.join(' ')}\` installs them.`,
    );
    return 'not complete';
  }
  let complete = true;
  if (lab.length > 0) {
    complete = await installed(lab, "the lab's tests will be skipped");
    if (complete && existsSync('/run/systemd/system')) await run('systemctl', ['disable', ...SERVICES]);
  }
  // Each by itself: a release that lacks one phone has the lab and the others all the same.
  for (const phone of phones)
    complete = (await installed([phone], `the tests with ${phone} will be skipped`)) && complete;
  return complete ? `installed ${missing.length}` : 'not complete';
}
