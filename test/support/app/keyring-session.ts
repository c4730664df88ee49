/** A D-Bus session of its own with a gnome-keyring of its own: a real keychain that has nothing to do with the person's. */
import { execFile, spawn } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { endChild, missingProgram, startPrivateBus } from './private-bus';
import { temporaryFolder } from '../temporary-folder';

const run = promisify(execFile);

/** A running keyring. */
export interface KeyringSession {
  /** `DBUS_SESSION_BUS_ADDRESS` of the bus that it is on. */
  readonly bus: string;
  /** Locks it, as a screen lock or a sign-out would. */
  readonly lock: () => Promise<void>;
  /** Ends both processes and removes what they wrote. */
  readonly close: () => Promise<void>;
}

const PASSWORD = 'only for tests';
const PROGRAMS = ['dbus-daemon', 'dbus-send', 'gnome-keyring-daemon'] as const;

/** Why no keyring can be started here, as a sentence that says what to install; null when one can. */
export async function keyringProblem(): Promise<string | null> {
  if (process.platform !== 'linux') return 'A private keyring can only be started on Linux.';
  const missing = await missingProgram(PROGRAMS);
  return missing === null ? null : `${missing} is missing: apt-get install dbus gnome-keyring.`;
}

/** Starts a bus and an unlocked keyring on it. Rejects when one of them does not come up. */
export async function startKeyring(): Promise<KeyringSession> {
  const folder = await temporaryFolder();
  for (const name of ['run', 'data', 'home']) await mkdir(join(folder, name), { mode: 0o700 });
  // Without a display the daemon cannot hang on a prompt of its own.
  const env = {
    ...process.env,
    DISPLAY: undefined,
    WAYLAND_DISPLAY: undefined,
    HOME: join(folder, 'home'),
    XDG_RUNTIME_DIR: join(folder, 'run'),
    XDG_DATA_HOME: join(folder, 'data'),
  };

  const daemon = await startPrivateBus(join(folder, 'run'), env);
  const bus = daemon.address;
  const onBus = { ...env, DBUS_SESSION_BUS_ADDRESS: bus };

  const keyring = spawn('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], {
    env: onBus,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  keyring.stdin.end(PASSWORD);
  const send = async (destination: string, path: string, method: string, ...args: string[]): Promise<string> =>
    (
      await run(
        'dbus-send',
        ['--session', '--print-reply', '--reply-timeout=5000', `--dest=${destination}`, path, method, ...args],
        { env: onBus },
      )
    ).stdout;
  const hasOwner = async (): Promise<boolean> =>
    (
      await send(
        'org.freedesktop.DBus',
        '/org/freedesktop/DBus',
        'org.freedesktop.DBus.NameHasOwner',
        'string:org.freedesktop.secrets',
      )
    ).includes('true');
  const limit = Date.now() + 10_000;
  while (!(await hasOwner())) if (Date.now() > limit) throw new Error('gnome-keyring did not come up within 10 s');

  return {
    bus,
    lock: async () => {
      await send(
        'org.freedesktop.secrets',
        '/org/freedesktop/secrets',
        'org.freedesktop.Secret.Service.Lock',
        'array:objpath:/org/freedesktop/secrets/collection/login',
      );
    },
    close: async () => {
      await endChild(keyring);
      await daemon.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
