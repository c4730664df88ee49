/** Kamailio as the lab runs it: started from kamailio.cfg with a site.cfg of its own, spoken to by kamcmd. */
import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { programEnvironment } from './lab-needs';
import { startLabProcess, waitFor, type LabProcess } from './lab-process';

const CONFIG = fileURLToPath(new URL('kamailio.cfg', import.meta.url));

/** What a site.cfg says; values as they stand after `#!define NAME`, null for a name without a value. */
export type SiteDefinitions = Readonly<Record<string, string | null>>;

export interface Kamailio {
  readonly pid: () => number;
  readonly kill: () => Promise<void>;
  /** Resolves when it can be used, with the moment when it answered, in ms since the epoch. */
  readonly start: (definitions: SiteDefinitions) => Promise<number>;
  readonly stop: () => Promise<void>;
  readonly rpc: (command: string) => Promise<string>;
  readonly printed: () => Promise<string>;
}

/** How long one attempt waits for the answer, ms. */
const ANSWER_MS = 5_000;
/** Empty tables of Kamailio's own package: where it keeps calls for its next start. */
const TABLES = '/usr/share/kamailio/dbtext/kamailio';
/** The keep-alive of RFC 5626 section 4.4.1, and its answer. */
const PING = '\r\n\r\n';
const PONG = '\r\n';

/**
 * True when Kamailio answers there. That something takes the connection says little: the system does so from the moment that the port is
 * open, and Kamailio reads nothing before its processes are there, a second later on a busy computer.
 */
export function answers(port: number, address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, address, () => socket.write(PING));
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('data', (data) => end(data.toString() === PONG));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
    socket.setTimeout(ANSWER_MS, () => end(false));
  });
}

/** A string for a Kamailio configuration. */
export const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

/** One command for kamcmd by its input: what an argument says, everybody on the machine can read. */
function kamcmd(folder: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('kamcmd', ['-s', `unixs:${join(folder, 'kamailio_ctl')}`], {
      cwd: folder,
      env: programEnvironment(folder),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let out = '';
    child.stdout.on('data', (text) => (out += String(text)));
    child.stderr.on('data', (text) => (out += String(text)));
    child.once('error', reject);
    child.stdin.on('error', () => undefined);
    child.stdin.end(`${command}\n`);
    child.once('close', (code) => {
      // It greets, then repeats the command behind its prompt.
      const answer = out.slice(out.indexOf('\n', out.indexOf('kamcmd> ')) + 1).replace(/kamcmd> $/, '');
      if (code !== 0 || /^error: /m.test(answer))
        reject(new Error(`kamcmd ${command.split(' ')[0] ?? ''}: ${answer.trim()}`));
      else resolve(answer);
    });
  });
}

/** Prepares a Kamailio in `folder`/kamailio that listens for WebSockets on `port`; `start` starts it. */
export async function prepareKamailio(parent: string, address: string, port: number): Promise<Kamailio> {
  const folder = join(parent, 'kamailio');
  await mkdir(folder, { mode: 0o700 });
  const calls = join(folder, 'calls');
  await mkdir(calls, { mode: 0o700 });
  // An empty text is written as null: no message may keep Kamailio from its next start.
  for (const table of ['dialog', 'dialog_vars', 'version']) {
    const text = await readFile(join(TABLES, table), 'utf8');
    await writeFile(join(calls, table), table === 'version' ? text : text.replaceAll('(string)', '(string,null)'));
  }
  let running: LabProcess | null = null;
  const current = (): LabProcess => {
    if (running === null) throw new Error('Kamailio was not started');
    return running;
  };
  return {
    pid: () => current().pid,
    kill: () => current().kill(),
    stop: async () => {
      await running?.stop();
    },
    start: async (definitions) => {
      const site: SiteDefinitions = { ...definitions, CALLS_DB: quoted(`text://${calls}`) };
      const lines = Object.entries(site).map(
        ([name, value]) => `#!define ${name}${value === null ? '' : ` ${value}`}\n`,
      );
      await writeFile(join(folder, 'site.cfg'), lines.join(''), { mode: 0o600 });
      running = await startLabProcess(folder, 'kamailio', 'kamailio', [
        '-DD',
        '-E',
        '-m',
        '64',
        '-M',
        '8',
        '-Y',
        folder,
        '-w',
        folder,
        '-P',
        join(folder, 'kamailio.pid'),
        '-f',
        CONFIG,
      ]);
      await waitFor('it answered', running, () => answers(port, address));
      const answering = Date.now();
      await waitFor('it took commands', running, () =>
        kamcmd(folder, 'core.version').then(
          () => true,
          () => false,
        ),
      );
      return answering;
    },
    rpc: (command) => kamcmd(folder, command),
    printed: async () => (await running?.printed()) ?? '',
  };
}
