/** baresip as an ordinary phone: plays a tone, records both directions, is controlled over its ctrl_tcp socket. */

import { existsSync } from 'node:fs';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { startLabProcess, waitFor } from './lab-process';
import type { LabPorts } from './ports';

/** What it can be told at its start. */
export interface BaresipOptions {
  /** Its SIP user; registered over UDP, without any token. */
  readonly user: string;
  /** The only codec that it offers and takes. Default `PCMU`. */
  readonly codec?: BaresipCodec;
  /** Default `auto`. */
  readonly answerMode?: 'auto' | 'manual';
  /** Frequency of the tone that it plays, in Hz. Default 440. */
  readonly toneHz?: number;
}

export type BaresipCodec = 'PCMU' | 'PCMA' | 'opus';

/** One event as baresip prints it, for example `CALL_ESTABLISHED` or `CALL_DTMF_START`. */
export interface BaresipEvent {
  readonly type: string;
  /** Call-ID of the SIP dialog; empty for what concerns no call. */
  readonly id: string;
  /** The other end's SIP URI. */
  readonly peer: string;
  /** The event's parameter: a digit, the cause of an end ... */
  readonly param: string;
  /** Milliseconds since the epoch when we read it. */
  readonly at: number;
}

/** A WAV file that baresip wrote. */
export interface Recording {
  readonly path: string;
  /** `dec`: what it heard; `enc`: what it sent. */
  readonly direction: 'dec' | 'enc';
}

/** A running baresip. */
export interface Baresip {
  readonly user: string;
  /** `sip:bob@domain`. */
  readonly uri: string;
  readonly pid: number;
  /** Everything that it reported, oldest first. */
  readonly events: readonly BaresipEvent[];
  /** The first event of this type that came after the event number `from` (default: any); rejects after `ms` (default 10000). */
  readonly event: (type: string, options?: { readonly from?: number; readonly ms?: number }) => Promise<BaresipEvent>;
  /** Calls this user of the lab's domain, or a whole SIP URI. */
  readonly dial: (target: string) => Promise<void>;
  /** Takes the call that rings (with answer mode `manual`). */
  readonly answer: () => Promise<void>;
  readonly hangup: () => Promise<void>;
  readonly hold: () => Promise<void>;
  readonly resume: () => Promise<void>;
  /** Sends these digits as RFC 4733 events. */
  readonly sendDigits: (digits: string) => Promise<void>;
  /** For the calls to come. */
  readonly setAnswerMode: (mode: 'auto' | 'manual') => Promise<void>;
  /** The digits that it was sent since its start. */
  readonly digits: () => string;
  /** Calls that it has now. */
  readonly calls: () => number;
  /** The WAV files written so far, oldest first; those of a call are complete when the call has ended. */
  readonly recordings: () => Promise<readonly Recording[]>;
  /** Any other command of its menu (`help` lists them); resolves with what it printed. */
  readonly command: (command: string, params?: string) => Promise<string>;
  /** Unregisters and ends. */
  readonly stop: () => Promise<void>;
  /** Ends it without a goodbye. */
  readonly kill: () => Promise<void>;
}

/** What a baresip needs to know of its lab. */
export interface BaresipPlace {
  readonly folder: string;
  readonly address: string;
  readonly domain: string;
  /** Kamailio's UDP port. */
  readonly registrarPort: number;
  readonly ports: ReturnType<LabPorts['phone']>;
}

const CODECS: Readonly<Record<BaresipCodec, string>> = {
  PCMU: 'PCMU/8000/1',
  PCMA: 'PCMA/8000/1',
  opus: 'opus/48000/2',
};
const MODULES = [
  '/usr/lib/baresip/modules',
  '/usr/lib/x86_64-linux-gnu/baresip/modules',
  '/usr/lib/aarch64-linux-gnu/baresip/modules',
];

/** Each line that looks odd cost somebody a failure: an address and not `lo`; ausine wants 48000 Hz and two channels; no stdio without a terminal. */
const configuration = (place: BaresipPlace, folder: string, toneHz: number): string => `poll_method epoll
sip_listen ${place.address}:${place.ports.sip}
sip_trans_def udp
call_max_calls 4
audio_player aubridge,null0
audio_source ausine,${toneHz}
audio_alert aubridge,null1
ausrc_srate 48000
auplay_srate 8000
ausrc_channels 2
auplay_channels 1
audio_txmode poll
rtp_ports ${place.ports.media[0]}-${place.ports.media[1]}
rtp_stats yes
net_interface ${place.address}
module_path ${MODULES.find((path) => existsSync(path)) ?? ''}
module g711.so
module opus.so
module ausine.so
module aufile.so
module aubridge.so
module sndfile.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
snd_path ${join(folder, 'recordings')}
ctrl_tcp_listen ${place.address}:${place.ports.control}
`;

const frame = z.union([
  z.object({
    event: z.literal(true),
    type: z.string(),
    id: z.string().default(''),
    peeruri: z.string().default(''),
    param: z.string().default(''),
  }),
  z.object({ response: z.literal(true), ok: z.boolean(), data: z.string().default(''), token: z.string().default('') }),
]);

/** Takes netstrings (`LENGTH:BYTES,`) out of a stream. */
function netstrings(socket: Socket, take: (text: string) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk)]);
    for (;;) {
      const colon = rest.indexOf(0x3a);
      const length = Number(rest.subarray(0, Math.max(colon, 0)).toString('latin1'));
      if (colon < 1 || rest.length < colon + length + 2) return;
      take(rest.subarray(colon + 1, colon + 1 + length).toString('utf8'));
      rest = rest.subarray(colon + length + 2);
    }
  });
}

/** Opens its control port; false when it does not listen. */
function openControl(place: BaresipPlace): Promise<Socket | false> {
  return new Promise((resolve) => {
    const socket = connect(place.ports.control, place.address, () => resolve(socket));
    socket.on('error', () => resolve(false));
  });
}

/** Starts a baresip and waits until it is registered. Rejects with what it printed last. */
export async function startBaresipAt(place: BaresipPlace, options: BaresipOptions): Promise<Baresip> {
  const folder = join(place.folder, `baresip-${options.user}`);
  await mkdir(join(folder, 'recordings'), { recursive: true, mode: 0o700 });
  await writeFile(join(folder, 'config'), configuration(place, folder, options.toneHz ?? 440));
  const account = [
    `<sip:${options.user}@${place.domain};transport=udp>`,
    'auth_pass=none',
    `outbound="sip:${place.address}:${place.registrarPort};transport=udp"`,
    'regint=60',
    `answermode=${options.answerMode ?? 'auto'}`,
    `audio_codecs=${CODECS[options.codec ?? 'PCMU']}`,
  ];
  await writeFile(join(folder, 'accounts'), `${account.join(';')}\n`);
  const labProcess = await startLabProcess(folder, `baresip-${options.user}`, 'baresip', ['-f', folder]);
  const socket = await waitFor('its control port opened', labProcess, () => openControl(place));

  const events: BaresipEvent[] = [];
  const waiting = new Map<string, (answer: { readonly ok: boolean; readonly data: string }) => void>();
  let watchers: readonly (() => void)[] = [];
  let asked = 0;
  netstrings(socket, (text) => {
    const parsed = frame.safeParse(JSON.parse(text));
    if (!parsed.success) return;
    const message = parsed.data;
    if ('event' in message)
      events.push({ type: message.type, id: message.id, peer: message.peeruri, param: message.param, at: Date.now() });
    else waiting.get(message.token)?.(message);
    for (const look of watchers) look();
  });
  const command = (name: string, params = ''): Promise<string> =>
    new Promise((resolve, reject) => {
      const token = String((asked += 1));
      waiting.set(token, ({ ok, data }) => {
        waiting.delete(token);
        if (ok) resolve(data);
        else reject(new Error(`baresip refused ${name} ${params}: ${data}`));
      });
      const text = JSON.stringify({ command: name, params, token });
      socket.write(`${Buffer.byteLength(text)}:${text},`);
    });
  const tell = async (name: string, params = ''): Promise<void> => {
    await command(name, params);
  };
  const event: Baresip['event'] = (type, { from = 0, ms = 10_000 } = {}) =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = events.slice(from).find((one) => one.type === type);
        if (found === undefined) return;
        end();
        resolve(found);
      };
      const end = (): void => {
        clearTimeout(timer);
        watchers = watchers.filter((one) => one !== look);
      };
      const timer = setTimeout(() => {
        end();
        reject(
          new Error(
            `${options.user} waited ${ms} ms for ${type}; it had ${events
              .slice(from)
              .map((one) => one.type)
              .join(', ')}`,
          ),
        );
      }, ms);
      watchers = [...watchers, look];
      look();
    });
  await waitFor('it was registered', labProcess, async () =>
    (await labProcess.printed()).includes(`${options.user}@${place.domain}: {0/UDP/v4} 200`),
  );
  return {
    user: options.user,
    uri: `sip:${options.user}@${place.domain}`,
    pid: labProcess.pid,
    events,
    event,
    dial: (target) => tell('dial', target.startsWith('sip:') ? target : `sip:${target}@${place.domain}`),
    answer: () => tell('accept'),
    hangup: () => tell('hangup'),
    hold: () => tell('hold'),
    resume: () => tell('resume'),
    sendDigits: async (digits) => {
      for (const digit of digits) await command('sndcode', digit);
    },
    setAnswerMode: (mode) => tell('answermode', mode),
    digits: () =>
      events
        .filter(({ type }) => type === 'CALL_DTMF_START')
        .map(({ param }) => param)
        .join(''),
    calls: () => {
      // An incoming call that is answered by itself has no CALL_INCOMING.
      const ids = (of: (type: string) => boolean): Set<string> =>
        new Set(events.filter(({ id, type }) => id !== '' && of(type)).map(({ id }) => id));
      return ids((type) => type.startsWith('CALL_')).size - ids((type) => type === 'CALL_CLOSED').size;
    },
    recordings: async () => {
      const names = (await readdir(join(folder, 'recordings'))).filter((name) => name.endsWith('.wav'));
      const files = await Promise.all(
        names.map(async (name) => ({
          path: join(folder, 'recordings', name),
          bornAt: (await stat(join(folder, 'recordings', name))).birthtimeMs,
        })),
      );
      return files
        .sort((a, b) => a.bornAt - b.bornAt)
        .map(({ path }) => ({ path, direction: path.endsWith('-enc.wav') ? 'enc' : 'dec' }));
    },
    command,
    stop: async () => {
      socket.destroy();
      await labProcess.stop();
    },
    kill: async () => {
      socket.destroy();
      await labProcess.kill();
    },
  };
}
