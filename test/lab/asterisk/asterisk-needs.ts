/** What the lab's Asterisk needs of a machine; build/asterisk-folder.mjs and build/namespace.mjs provide it. */
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { missingForLab } from '../lab-needs';

const layout = z.object({
  loader: z.string(),
  libraries: z.string(),
  program: z.string(),
  modules: z.string(),
  data: z.string(),
  state: z.string(),
});

/** Where the parts of Asterisk are; absolute paths. */
export type AsteriskFiles = z.infer<typeof layout>;

const HELP = '`npm test`, `npm run lab-tests` and `npm run lab -- --server asterisk` make it, as root on Linux';

/** True when this network has a default route (proc(5), `/proc/net/route`: destination and mask are zero). */
function hasDefaultRoute(table: string): boolean {
  return table.split('\n').some((line) => /^\S+\t0{8}\t\S+\t\S+\t\S+\t\S+\t\S+\t0{8}/.test(line));
}

/** What is missing of the network that we are in; null when it is fit. */
export function networkProblem(routes: string, addresses: readonly string[]): string | null {
  if (hasDefaultRoute(routes))
    return `Asterisk waits for DNS where there is a default route, so it needs a network namespace: ${HELP}`;
  if (addresses.length === 0)
    return `Asterisk and a browser offer each other no address of loopback alone, so they need a namespace with a cable: ${HELP}`;
  return null;
}

/** IPv4 addresses of this network that are not loopback. */
const ownAddresses = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);

/** Why there can be no Asterisk here, and what helps; null when there can. */
export async function asteriskProblem(): Promise<string | null> {
  if (process.platform !== 'linux') return 'Asterisk needs Linux here';
  const { RINGFENCE_ASTERISK: folder, RINGFENCE_ASTERISK_PROBLEM: problem } = process.env;
  if (problem !== undefined) return problem;
  if (folder === undefined) return `Asterisk is in a folder that was not named: ${HELP}`;
  const unreadable = await readFile(join(folder, 'layout.json')).then(
    () => null,
    () => `Asterisk can't be read in ${folder}: ${HELP}`,
  );
  return (
    unreadable ??
    networkProblem(await readFile('/proc/net/route', 'utf8').catch(() => ''), ownAddresses()) ??
    (await missingForLab())
  );
}

/** Where its parts are. Call `asteriskProblem` first. */
export async function asteriskFiles(): Promise<AsteriskFiles> {
  const folder = process.env['RINGFENCE_ASTERISK'] ?? '';
  const found = layout.parse(JSON.parse(await readFile(join(folder, 'layout.json'), 'utf8')));
  return layout.parse(Object.fromEntries(Object.entries(found).map(([name, path]) => [name, join(folder, path)])));
}
