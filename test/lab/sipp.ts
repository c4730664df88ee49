/** SIPp as the odd peer: plays one scenario file and says how it went. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startLabProcess, waitFor } from './lab-process';

export interface SippOptions {
  /** `uas` waits for a call, `uac` places one. */
  readonly role: 'uas' | 'uac';
  /** For `uas`: the user that Kamailio sends to it, by a static contact. Default `pstn`. */
  readonly user?: string;
  /** For `uac`: whom it calls (SIPp's `[service]`). */
  readonly target?: string;
  /** How many calls it plays before it ends. Default 1. */
  readonly calls?: number;
  /** Further arguments of sipp, for example `-rtp_echo` or `-key name value`. */
  readonly args?: readonly string[];
  /** Ends it after so many ms; it then counts as failed. Default 30000. */
  readonly timeoutMs?: number;
}

/** How a scenario ended. */
export interface SippOutcome {
  /** True when all calls went as the scenario says (SIPp's exit code 0). */
  readonly ok: boolean;
  readonly code: number | null;
  /** SIP messages as SIPp traced them (`-trace_msg`), and its complaints. */
  readonly messages: string;
  readonly errors: string;
}

/** A SIPp that plays. */
export interface Sipp {
  readonly pid: number;
  /** `host:port` where it listens. */
  readonly address: string;
  /** `sip:pstn@domain`: what a phone dials to reach it. */
  readonly uri: string;
  /** Never rejects. */
  readonly done: Promise<SippOutcome>;
  /** What it traced so far. */
  readonly messages: () => Promise<string>;
  /** Ends it now; resolves when it is gone. */
  readonly stop: () => Promise<void>;
}

/** What a SIPp needs to know of its lab. */
export interface SippPlace {
  readonly folder: string;
  readonly address: string;
  readonly domain: string;
  /** Kamailio's UDP port. */
  readonly proxyPort: number;
  readonly ports: { readonly sip: number; readonly media: number };
  /** Tells it from the others, in file names. */
  readonly name: string;
}

const read = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

/** True when a UDP socket of this network namespace is bound to the port. */
async function udpBound(port: number): Promise<boolean> {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return (await read('/proc/net/udp'))
    .split('\n')
    .some((line) => line.trim().split(/\s+/)[1]?.endsWith(wanted) === true);
}

/** Starts SIPp; resolves when it listens. */
export async function startSippAt(place: SippPlace, scenario: string, options: SippOptions): Promise<Sipp> {
  const user = options.user ?? 'pstn';
  const traced = join(place.folder, `${place.name}-messages.log`);
  const complained = join(place.folder, `${place.name}-errors.log`);
  const labProcess = await startLabProcess(place.folder, place.name, 'sipp', [
    ...[
      '-sf',
      scenario,
      '-i',
      place.address,
      '-p',
      String(place.ports.sip),
      '-mi',
      place.address,
      '-mp',
      String(place.ports.media),
      '-m',
      String(options.calls ?? 1),
      '-nostdin',
    ],
    ...['-trace_msg', '-message_file', traced, '-trace_err', '-error_file', complained, '-key', 'domain', place.domain],
    ...(options.target === undefined ? [] : ['-s', options.target]),
    ...(options.args ?? []),
    ...(options.role === 'uac' ? [`${place.address}:${place.proxyPort}`] : []),
  ]);
  const timer = setTimeout(() => void labProcess.kill(), options.timeoutMs ?? 30_000);
  const done = labProcess.exited.then(async (code) => {
    clearTimeout(timer);
    return { ok: code === 0, code, messages: await read(traced), errors: await read(complained) };
  });
  let over = false;
  void done.then(() => (over = true));
  if (options.role === 'uas')
    await waitFor('it listened', labProcess, async () => over || (await udpBound(place.ports.sip)));
  return {
    pid: labProcess.pid,
    address: `${place.address}:${place.ports.sip}`,
    uri: `sip:${user}@${place.domain}`,
    done,
    messages: () => read(traced),
    stop: async () => {
      await labProcess.kill();
      await done;
    },
  };
}
