/**
 * A network namespace that has loopback and nothing else: what runs inside reaches no network and nobody on it, and every address that a
 * browser offers is 127.0.0.1. With a cable it has one more address, on a virtual cable whose both ends are inside: Asterisk and Chromium
 * offer each other no candidate of loopback alone. There is no default route: with one, Asterisk would wait for DNS at each Contact host
 * that ends in `.invalid`. Needs root and iproute2.
 */
import { spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { isRoot } from './places.mjs';
import { run } from './child.mjs';

const PREFIX = 'ringfence-';
const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * @typedef {object} Namespace
 * @property {readonly string[]} inside words to put before a command to run it inside; none: on this computer's own network
 * @property {string} reason one line for the person
 * @property {() => void} remove may be called twice; happens by itself when this process ends by an exit or a signal
 */

/** @param {string} reason @returns {Namespace} */
const none = (reason) => ({ inside: [], reason, remove: () => undefined });

/**
 * Which of the namespaces listed by `ip netns list` were left by processes that are gone.
 * @param {string} listing
 * @param {(pid: number) => boolean} isRunning
 * @returns {string[]}
 */
export function leftBehind(listing, isRunning) {
  return listing.split('\n').flatMap((line) => {
    const found = new RegExp(`^(${PREFIX}(\\d+))(?: |$)`).exec(line);
    return found?.[1] !== undefined && !isRunning(Number(found[2])) ? [found[1]] : [];
  });
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** The commands that lay the cable. @param {string} name @returns {string[]} */
const cableCommands = (name) => [
  `-n ${name} link add cable0 type veth peer name cable1`,
  `-n ${name} addr add 10.99.0.1/24 dev cable0`,
  `-n ${name} link set cable0 up`,
  `-n ${name} link set cable1 up`,
];

/**
 * Makes the namespace of this process, one at a time. Where that can't be, the answer runs things as they are and says why.
 * @param {{ cable?: boolean, staysOnSignals?: boolean }} [options] `staysOnSignals`: the caller ends what runs inside first, then removes it
 * @returns {Promise<Namespace>}
 */
export async function makeNamespace({ cable = false, staysOnSignals = false } = {}) {
  if (process.platform !== 'linux') return none('this system has no network namespaces: on plain loopback');
  if (!isRoot) return none('only root can make a network namespace: on plain loopback');
  const listing = await run('ip', ['netns', 'list']);
  if (listing.startError !== null) return none('iproute2 is missing: on plain loopback');
  for (const name of leftBehind(listing.stdout, isRunning)) await run('ip', ['netns', 'delete', name]);

  const name = `${PREFIX}${process.pid}`;
  const made = await run('ip', ['netns', 'add', name]);
  const removeNow = () => {
    spawnSync('ip', ['netns', 'delete', name], { stdio: 'ignore' });
  };
  /** @param {string} what @param {string} said */
  const failed = (what, said) => {
    removeNow();
    return none(`${what} (${said.trim().split('\n')[0] ?? ''}): on plain loopback`);
  };
  if (made.code !== 0) return failed('no network namespace can be made here', made.stderr);
  const up = await run('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
  if (up.code !== 0) return failed('its loopback does not come up', up.stderr);
  for (const words of cable ? cableCommands(name) : []) {
    const laid = await run('ip', words.split(' '));
    if (laid.code !== 0) return failed('no virtual cable can be laid here', laid.stderr);
  }
  const entered = await run('ip', ['netns', 'exec', name, 'true']);
  if (entered.code !== 0) return failed('nothing can be run inside a network namespace here', entered.stderr);

  // An exit also ends the children that run() started.
  /** @param {NodeJS.Signals} signal */
  const end = (signal) => process.exit(128 + constants.signals[signal]);
  if (!staysOnSignals) for (const signal of SIGNALS) process.on(signal, end);
  process.on('exit', removeNow);
  return {
    inside: ['ip', 'netns', 'exec', name],
    reason: `in a network namespace of its own (${name}) that has loopback${cable ? ' and one cable within' : ' alone'}`,
    remove: () => {
      for (const signal of SIGNALS) process.off(signal, end);
      process.off('exit', removeNow);
      removeNow();
    },
  };
}
