/** The practice gateway as an Electron utility process. */
import { utilityProcess } from 'electron';
import type { Log } from '../base/log';
import type { GatewayProcess } from './practice-line';

/** All that the gateway gets of our environment: nothing that could hold a secret. */
const INHERITED = ['PATH', 'LANG', 'LC_ALL', 'TZ', 'SystemRoot', 'TEMP', 'TMPDIR', 'LD_LIBRARY_PATH'] as const;

/** Starts `script` in a process of its own. What it prints goes through our log. */
export function forkGateway(script: string, log: Log): GatewayProcess {
  const env = Object.fromEntries(
    INHERITED.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
  const child = utilityProcess.fork(script, [], {
    serviceName: 'Ringfence practice gateway',
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const print = (chunk: unknown): void => {
    for (const line of String(chunk).split('\n')) if (line.trim() !== '') log.info(`practice gateway: ${line}`);
  };
  child.stdout?.on('data', print);
  child.stderr?.on('data', print);
  return {
    post: (message) => child.postMessage(message),
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.on('exit', listener),
    kill: () => void child.kill(),
  };
}
