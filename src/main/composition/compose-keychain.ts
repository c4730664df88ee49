/** The keychain of the app: asked from a utility process. */
import { app, utilityProcess } from 'electron';
import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import { createKeychain, type Keychain } from '../secrets/keychain';
import { createKeychainProcess, type KeychainHost } from '../secrets/keychain-process';

/** What the process gets of our environment: where the keychain is found, and where its dialog is shown. */
const INHERITED = [
  'PATH',
  'LANG',
  'LC_ALL',
  'HOME',
  'USER',
  'LOGNAME',
  'DBUS_SESSION_BUS_ADDRESS',
  'XDG_RUNTIME_DIR',
  'XDG_DATA_HOME',
  'XDG_CURRENT_DESKTOP',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'XAUTHORITY',
  'SystemRoot',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'TEMP',
  'TMPDIR',
  'LD_LIBRARY_PATH',
] as const;

function forkHost(script: string, log: Log): KeychainHost {
  const env = Object.fromEntries(
    INHERITED.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
  const child = utilityProcess.fork(script, [], {
    serviceName: 'Ringfence keychain',
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr?.on('data', (chunk: unknown) => {
    for (const line of String(chunk).split('\n')) if (line.trim() !== '') log.warn(`keychain: ${line}`);
  });
  return {
    post: (message) => child.postMessage(message),
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.on('exit', listener),
    kill: () => void child.kill(),
  };
}

export interface AppKeychain extends Keychain {
  /** Nothing is asked any more, and nothing waits for an answer: the app ends. */
  readonly end: () => void;
}

/** `script` is keychain-host.ts as it was built. */
export function composeKeychain(script: string, clock: Clock, log: Log): AppKeychain {
  const host = createKeychainProcess(() => forkHost(script, log), clock);
  const keychain = createKeychain(clock, {
    // No process can be started before.
    load: async () => {
      await app.whenReady();
      return host;
    },
  });
  return { ...keychain, end: host.end };
}
