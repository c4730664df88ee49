/** A D-Bus session of its own that starts no service by itself: a service that drops off stays away until the test brings it back. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface PrivateBus {
  /** What `DBUS_SESSION_BUS_ADDRESS` has to be. */
  readonly address: string;
  readonly close: () => Promise<void>;
}

/** Which of these programs is missing here; null: none. */
export async function missingProgram(programs: readonly string[]): Promise<string | null> {
  const folders = (process.env['PATH'] ?? '').split(':');
  for (const program of programs) {
    const found = await Promise.all(
      folders.map((folder) =>
        access(join(folder, program)).then(
          () => true,
          () => false,
        ),
      ),
    );
    if (!found.includes(true)) return program;
  }
  return null;
}

export async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

const configuration = (
  folder: string,
): string => `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${join(folder, 'bus')}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="false"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;

/** The bus's socket and its configuration are in `folder`, which the caller makes and removes. */
export async function startPrivateBus(
  folder: string,
  env: Readonly<NodeJS.ProcessEnv> = process.env,
): Promise<PrivateBus> {
  const file = join(folder, 'bus.conf');
  await writeFile(file, configuration(folder));
  const daemon = spawn('dbus-daemon', [`--config-file=${file}`, '--nofork', '--nopidfile', '--print-address=1'], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [address] = (await once(createInterface(daemon.stdout), 'line')) as [string];
  return { address, close: () => endChild(daemon) };
}
