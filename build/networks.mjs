/**
 * Network namespaces for a phone whose network changes: `desk`, where the app runs, has two cables (wifi, lan) to `edge`, where a
 * real gateway listens on 10.77.0.1. Each ordinary phone has a namespace of its own with one cable to `edge`. Nothing in them reaches any
 * other network. Needs root and iproute2.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CannotContinue } from './program.mjs';
import { isRoot, root } from './places.mjs';
import { run } from './child.mjs';

const PREFIX = 'ringfence-';
/** The ordinary phones, and the number of each one's net: 10.77.NUMBER.0/24. Both have a default route: Linphone asks for one. */
const PHONES = /** @type {const} */ ([
  ['linphone', 3],
  ['twinkle', 4],
]);

/**
 * @typedef {object} Networks
 * @property {readonly string[]} desk words to put before a command to run it there
 * @property {string} socket what answers there breaks and repairs the network: test/survival/edge.ts
 * @property {() => Promise<void>} remove
 */

/** The namespace of an ordinary phone. @param {string} phone @param {number} pid of the process that makes it */
const namespaceOf = (phone, pid) => `${PREFIX}${phone}-${pid}`;

/**
 * The commands that join an ordinary phone's namespace to `edge`. The phone's end of the cable is its eth0.
 * @param {string} phone @param {number} net @param {string} name its namespace @param {string} edge
 * @returns {string[]}
 */
const joiningCommands = (phone, net, name, edge) => [
  `netns add ${name}`,
  `-n ${name} link set lo up`,
  `link add ${phone} netns ${edge} type veth peer name eth0 netns ${name}`,
  `-n ${edge} addr add 10.77.${net}.1/24 dev ${phone}`,
  `-n ${edge} link set ${phone} up`,
  `-n ${name} addr add 10.77.${net}.2/24 dev eth0`,
  `-n ${name} link set eth0 up`,
  `-n ${name} route add default via 10.77.${net}.1 dev eth0`,
];

/** The commands that lay the cables; addresses and routes as test/survival/edge.ts expects them. @param {string} desk @param {string} edge @returns {string[]} */
export function layingCommands(desk, edge) {
  const cables = [
    ['wifi', 1],
    ['lan', 2],
  ].flatMap(([name, net]) => [
    `link add ${name} netns ${desk} type veth peer name ${name} netns ${edge}`,
    `-n ${edge} addr add 10.77.${net}.1/24 dev ${name}`,
    `-n ${edge} link set ${name} up`,
    `-n ${desk} addr add 10.77.${net}.2/24 dev ${name}`,
  ]);
  return [
    `netns add ${desk}`,
    `netns add ${edge}`,
    `-n ${desk} link set lo up`,
    `-n ${edge} link set lo up`,
    `-n ${edge} addr add 10.77.0.1/32 dev lo`,
    ...cables,
    `-n ${desk} link set wifi up`,
    `-n ${desk} route add default via 10.77.1.1 dev wifi`,
  ];
}

/** Removes what a run that was killed has left. @param {string} listing of `ip netns list` */
async function sweep(listing) {
  for (const [name, pid] of [...listing.matchAll(/^ringfence-(?:desk|edge|linphone|twinkle)-(\d+)/gm)].map((found) => [
    found[0],
    Number(found[1]),
  ])) {
    try {
      process.kill(Number(pid), 0);
    } catch {
      await run('ip', ['netns', 'delete', String(name)]);
    }
  }
}

/**
 * Lays the cables and starts the gateway; `socket` is where its control listens.
 * @param {string} socket a path of at most 107 bytes, in a folder that the tests' user can enter
 * @returns {Promise<Networks | { problem: string }>} the problem is a sentence with what to do; throws CannotContinue when all is there and the gateway does not start
 */
export async function makeNetworks(socket) {
  if (process.platform !== 'linux')
    return { problem: 'this needs Linux, whose network namespaces hold two networks of our own' };
  if (!isRoot) return { problem: 'only root can make network namespaces: run npm test as root' };
  const listing = await run('ip', ['netns', 'list']);
  if (listing.startError !== null) return { problem: 'iproute2 is missing: apt-get install iproute2' };
  await sweep(listing.stdout);
  const [desk, edge] = [`${PREFIX}desk-${process.pid}`, `${PREFIX}edge-${process.pid}`];
  const phones = PHONES.map(([phone, net]) => ({ phone, net, name: namespaceOf(phone, process.pid) }));
  const removeNow = () => {
    for (const name of [desk, ...phones.map((one) => one.name), edge])
      spawnSync('ip', ['netns', 'delete', name], { stdio: 'ignore' });
  };
  const commands = [
    ...layingCommands(desk, edge),
    ...phones.flatMap(({ phone, net, name }) => joiningCommands(phone, net, name, edge)),
  ];
  for (const words of commands) {
    const outcome = await run('ip', words.split(' '));
    if (outcome.code === 0) continue;
    removeNow();
    return {
      problem: `network namespaces can't be made here (ip ${words}: ${outcome.stderr.trim().split('\n')[0] ?? ''}): a container needs the capability SYS_ADMIN`,
    };
  }
  const places = phones.map(({ phone, name }) => `${phone}=${name}`);
  const program = [process.execPath, join(root, 'build', 'edge.mjs'), socket, desk, ...places];
  const child = spawn('ip', ['netns', 'exec', edge, ...program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const remove = async () => {
    process.off('exit', removeNow);
    // The gateway's processes end by themselves when their standard input does.
    child.stdin.end();
    await ended;
    removeNow();
  };
  process.on('exit', removeNow);
  for await (const line of createInterface(child.stdout)) {
    if (line === 'ready') return { desk: ['ip', 'netns', 'exec', desk], socket, remove };
    await remove();
    return { problem: line };
  }
  await remove();
  throw new CannotContinue('the gateway in the network namespace did not start; what it printed is above');
}
