/** The practice gateway as a process of its own: it can be killed and started again on the same port. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fingerprintOf } from '../../../src/gateway/authenticator';
import { temporaryFolder } from '../temporary-folder';

/** A gateway that runs. */
export interface GatewayProcess {
  readonly url: string;
  /** The key that it verifies tokens with from the start; text as it would be copied to the clipboard. */
  readonly key: string;
  /** Puts other keys in place, as an operator does: into the key files, then SIGHUP. Resolves when tokens are verified with them; open sockets stay. */
  readonly setKeys: (active: string, next: string | null) => Promise<void>;
  /** Asks the fault port to break something: `fault('/drop', { user: '1001' })`. */
  readonly fault: (path: string, body: Readonly<Record<string, unknown>>) => Promise<unknown>;
  /** How many sockets are open, and how many phones are registered. */
  readonly counts: () => Promise<{ readonly flows: number; readonly bindings: number }>;
  /** What the newest call to `digits` was sent. */
  readonly digits: () => Promise<string>;
  /** How many calls it carries. */
  readonly calls: () => Promise<number>;
  /** Ends it without a goodbye, as a crash would. Resolves when the process is gone. */
  readonly kill: () => Promise<void>;
  /** Starts it again on the same port with the same key; answers with the moment it listened, in ms since the epoch. */
  readonly restart: () => Promise<number>;
  readonly close: () => Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly faultUrl: string;
  /** What it prints. */
  readonly lines: Interface;
}

/** Runs the command line program until it says where it listens. */
async function start(script: string, port: number, keyFile: string, nextKeyFile: string): Promise<Started> {
  const child = spawn(
    process.execPath,
    [script, '--port', String(port), '--key-file', keyFile, '--next-key-file', nextKeyFile, '--faults'],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const printed: string[] = [];
  child.stderr.on('data', (chunk) => printed.push(String(chunk)));
  const lines = createInterface(child.stdout);
  let url: string | undefined;
  let faultUrl: string | undefined;
  return await new Promise((resolve, reject) => {
    lines.on('close', () => reject(new Error(`the gateway did not start:\n${printed.join('\n')}`)));
    lines.on('line', (line) => {
      if (url !== undefined && faultUrl !== undefined) return;
      printed.push(line);
      url ??= /ws:\/\/127\.0\.0\.1:\d+\/\S*/.exec(line)?.[0];
      faultUrl ??= /http:\/\/127\.0\.0\.1:\d+\//.exec(line)?.[0];
      if (url !== undefined && faultUrl !== undefined) resolve({ child, url, faultUrl, lines });
    });
  });
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

/** Starts the built gateway on a free port with a key of its own and its fault port open. */
export async function startGatewayProcess(script: string): Promise<GatewayProcess> {
  const folder = await temporaryFolder();
  const keyFile = join(folder, 'key');
  const key = randomBytes(32).toString('base64url');
  const nextKeyFile = join(folder, 'next-key');
  const writeKeys = async (active: string, next: string | null): Promise<void> => {
    await writeFile(keyFile, `${active}\n`, { mode: 0o600 });
    await writeFile(nextKeyFile, `${next ?? ''}\n`, { mode: 0o600 });
  };
  await writeKeys(key, null);
  const port = await freePort();
  let running = await start(script, port, keyFile, nextKeyFile);
  const faultPort = async (path: string, init?: RequestInit): Promise<unknown> => {
    const answer = await fetch(new URL(path, running.faultUrl), init);
    if (!answer.ok) throw new Error(`the fault port answered ${answer.status} to ${path}`);
    return await answer.json();
  };
  return {
    url: running.url,
    key,
    fault: (path, body) => faultPort(path, { method: 'POST', body: JSON.stringify(body) }),
    counts: async () => {
      const { flows, bindings } = (await faultPort('/stats')) as { readonly flows: number; readonly bindings: number };
      return { flows, bindings };
    },
    digits: async () => {
      const calls = (await faultPort('/digits')) as readonly { readonly digits: string }[];
      return calls.at(-1)?.digits ?? '';
    },
    calls: async () => ((await faultPort('/stats')) as { readonly calls: number }).calls,
    setKeys: async (active, next) => {
      await writeKeys(active, next);
      const { child, lines } = running;
      const said = `Keys read again: ${[active, next]
        .filter((each) => each !== null)
        .map(fingerprintOf)
        .join(' and ')}`;
      await new Promise<void>((resolve, reject) => {
        const hear = (line: string): void => {
          if (line !== said) return;
          lines.off('line', hear);
          resolve();
        };
        lines.on('line', hear);
        lines.once('close', () => reject(new Error('the gateway ended before it had read its keys again')));
        child.kill('SIGHUP');
      });
    },
    kill: () => stop(running.child, 'SIGKILL'),
    restart: async () => {
      running = await start(script, port, keyFile, nextKeyFile);
      return Date.now();
    },
    close: async () => {
      await stop(running.child, 'SIGTERM');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
