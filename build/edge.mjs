/** Runs test/survival/edge.ts in the namespace that networks.mjs made: `node edge.mjs SOCKET DESK PHONE=NAMESPACE...`. Prints `ready`, or what is missing; ends with its standard input. */
import { once } from 'node:events';
import { join } from 'node:path';
import { runnerImport } from 'vite';
import { root } from './places.mjs';

const [socket = '', desk = '', ...places] = process.argv.slice(2);
/** @type {Record<string, string>} */
const phones = {};
for (const [phone = '', namespace = ''] of places.map((place) => place.split('='))) phones[phone] = namespace;
/** @type {{ module: { openEdge: (socket: string, desk: string, phones: Record<string, string>) => Promise<{ close: () => Promise<void> } | { problem: string }> } }} */
const { module } = await runnerImport(join(root, 'test', 'survival', 'edge.ts'), {
  root,
  configFile: false,
  logLevel: 'error',
});
const edge = await module.openEdge(socket, desk, phones);
if ('problem' in edge) process.stdout.write(`${edge.problem}\n`);
else {
  process.stdout.write('ready\n');
  process.stdin.resume();
  await once(process.stdin, 'end');
  await edge.close();
}
