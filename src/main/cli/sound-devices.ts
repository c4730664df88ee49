/** What can be known of sound devices without a window: a window asks Chromium, the command line asks the system. */
import { readFile, access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Check } from './check';

/** The system's own places; the tests pass others. */
export interface SoundPlaces {
  readonly platform: NodeJS.Platform;
  /** `XDG_RUNTIME_DIR`, or empty. */
  readonly runtimeDir: string;
  /** `PULSE_SERVER`, or empty. */
  readonly pulseServer: string;
  /** ALSA's list of PCM devices: `/proc/asound/pcm`. */
  readonly pcm: string;
}

export async function checkSound({ platform, runtimeDir, pulseServer, pcm }: SoundPlaces): Promise<Check> {
  const name = 'Sound';
  if (platform !== 'linux')
    return {
      name,
      status: 'warn',
      says: 'The command line sees no sound devices on this system.',
      todo: 'Open Ringfence and press the headset button: it lists microphones and speakers.',
    };
  const sockets = runtimeDir === '' ? [] : [join(runtimeDir, 'pulse', 'native'), join(runtimeDir, 'pipewire-0')];
  const open = await Promise.all(
    sockets.map((socket) =>
      access(socket).then(
        () => true,
        () => false,
      ),
    ),
  );
  if (pulseServer !== '' || open.includes(true))
    return { name, status: 'ok', says: 'A sound server (PipeWire or PulseAudio) runs for this user.', todo: null };
  const devices = await readFile(pcm, 'utf8').catch(() => '');
  const missing = (
    [
      ['capture', 'microphone'],
      ['playback', 'speaker'],
    ] as const
  )
    .filter(([word]) => !new RegExp(`\\b${word}\\b`).test(devices))
    .map(([, thing]) => thing);
  if (missing.length === 0)
    return { name, status: 'ok', says: 'There are a microphone and a speaker (ALSA).', todo: null };
  return {
    name,
    status: 'warn',
    says: `No sound server runs for this user, and ALSA knows no ${missing.join(' and no ')}.`,
    todo: 'Plug in a headset, or run this from the desktop of the person who makes the calls.',
  };
}
