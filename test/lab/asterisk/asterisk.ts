/**
 * The lab's Asterisk: a folder of configuration and state of its own, the programs from the cache, baresip as an ordinary phone, and the web
 * service that makes passwords. Several may run at once. Whoever starts one is in a network without a default route (asterisk-needs.ts).
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../../support/temporary-folder';
import { startBaresipAt, type Baresip, type BaresipCodec } from '../baresip';
import { programEnvironment } from '../lab-needs';
import { startLabProcess, waitFor, type LabProcess } from '../lab-process';
import { takePorts } from '../ports';
import { asteriskFiles, type AsteriskFiles } from './asterisk-needs';
import { directoriesFile, siteFiles, type AsteriskSite } from './asterisk-site';
import { setPassword, startPasswordService, type PasswordService, type PasswordTarget } from './password-service';

const CONFIGURATION = fileURLToPath(new URL('.', import.meta.url));
const ADDRESS = '127.0.0.1';
/** The SIP domain of the phones. Asterisk looks at the user alone. */
const DOMAIN = 'pbx.ringfence.test';
/** Its default (res_pjsip's `default_realm`). */
const REALM = 'asterisk';

/** What it can be told at its start. */
export interface AsteriskOptions {
  /** Phones besides 1001 and 1002. */
  readonly users?: readonly string[];
  /** Asterisk gives up a call to a phone that nobody answers for so many s. Default 60. */
  readonly answerWithinS?: number;
  /** Whether `bob` takes calls by himself; null: there is no `bob`. Default `auto`. */
  readonly bob?: 'auto' | 'manual' | null;
  /** What `bob` speaks. Default `PCMU`. */
  readonly codec?: BaresipCodec;
}

/** A running Asterisk. */
export interface Asterisk {
  /** `ws://127.0.0.1:PORT/ws` */
  readonly url: string;
  readonly domain: string;
  readonly realm: string;
  /** Users whose passwords the service makes. */
  readonly users: readonly string[];
  /** Where the app asks for a password, and the key that it shows there; random text made at run time. */
  readonly serviceUrl: string;
  readonly key: string;
  /** Writes a password as the service does. */
  readonly setPassword: (user: string, password: string) => Promise<void>;
  /** `bob`, an ordinary phone that plays 440 Hz. Throws when there is none. */
  readonly bob: () => Baresip;
  /** A program that gives its argument to the console, for a person: within the same network. */
  readonly consoleProgram: string;
  /** One command of Asterisk's console; resolves with what it printed. */
  readonly console: (command: string) => Promise<string>;
  /** Contacts that this user is registered with. */
  readonly contacts: (user: string) => Promise<readonly string[]>;
  /** How often it took a REGISTER of this user, since its folder was made. */
  readonly registrations: (user: string) => Promise<number>;
  /** Names of the channels that it has now. */
  readonly channels: () => Promise<readonly string[]>;
  /** The digits that the newest call of `digits` heard. */
  readonly digits: () => Promise<string>;
  readonly pid: () => number;
  /** Ends it without a goodbye, as a crash would: passwords and calls are lost. */
  readonly kill: () => Promise<void>;
  /** Starts it again on the same ports. */
  readonly restart: () => Promise<void>;
  /** What it and its phones printed, SIP messages of this Asterisk included. */
  readonly logs: () => Promise<string>;
  /** Its own folder; goes with `close`. */
  readonly folder: string;
  /** Ends every process and removes the folder. May be called twice. */
  readonly close: () => Promise<void>;
}

/** Writes what is this site's own, beside copies of the files of this folder. */
async function writeConfiguration(folder: string, files: AsteriskFiles, site: AsteriskSite): Promise<void> {
  for (const name of ['etc', 'etc/keys', 'state', 'state/keys', 'spool', 'run', 'log'])
    await mkdir(join(folder, name), { recursive: true, mode: 0o700 });
  const etc = (name: string): string => join(folder, 'etc', name);
  for (const name of (await readdir(CONFIGURATION)).filter((each) => each.endsWith('.conf')))
    await copyFile(join(CONFIGURATION, name), etc(name));
  const own = { ...siteFiles(site), 'asterisk.conf': directoriesFile(folder, files) };
  for (const [name, text] of Object.entries(own)) await writeFile(etc(name), text, { mode: 0o600 });
}

/** Starts one; rejects with what the process that failed printed last. Call `asteriskProblem` first. */
export async function startAsterisk(options: AsteriskOptions = {}): Promise<Asterisk> {
  const { users = [], answerWithinS = 60, bob = 'auto', codec = 'PCMU' } = options;
  const folder = await temporaryFolder();
  const files = await asteriskFiles();
  const own = join(folder, 'asterisk');
  const loader = ['--inhibit-cache', '--library-path', files.libraries];
  const words = [...loader, files.program, '-C', join(own, 'etc', 'asterisk.conf')];
  // What was started, the oldest first; it ends the other way round.
  const ends: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> =>
    (closing ??= (async () => {
      for (const end of ends.reverse()) await end();
    })());
  const command = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const child = spawn(files.loader, [...words, '-rx', text], { env: programEnvironment(own), stdio: 'pipe' });
      let out = '';
      child.stdout.on('data', (part) => (out += String(part)));
      child.stderr.on('data', (part) => (out += String(part)));
      child.once('error', reject);
      child.once('close', (code) => {
        if (code === 0 && !out.startsWith('No such command')) resolve(out);
        else reject(new Error(`${text}: ${out.trim()}`));
      });
    });
  let running: LabProcess | null = null;
  const current = (): LabProcess => {
    if (running === null) throw new Error('Asterisk was not started');
    return running;
  };
  const start = async (): Promise<void> => {
    const started = await startLabProcess(own, 'asterisk', files.loader, [...words, '-f', '-n']);
    running = started;
    const booted = (): Promise<boolean> =>
      command('core waitfullybooted').then(
        (said) => said.includes('fully booted'),
        () => false,
      );
    await waitFor('it was fully booted', started, booted, 20_000);
    await command('pjsip set logger on');
  };
  const logs = async (): Promise<string> => {
    const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.log'));
    const texts = names.map(async (name) => `--- ${name}\n${await readFile(join(folder, name), 'utf8')}`);
    return (await Promise.all(texts)).join('\n');
  };
  try {
    const ports = await takePorts(ADDRESS);
    ends.push(ports.release);
    const login = { user: 'passwords', password: randomBytes(16).toString('hex') };
    const { ws: http, udp: sip, media } = ports;
    await writeConfiguration(own, files, {
      address: ADDRESS,
      ports: { http, sip, media },
      login,
      users,
      answerWithinS,
    });
    const consoleProgram = join(folder, 'console');
    const quoted = [files.loader, ...words].map((word) => `'${word}'`).join(' ');
    await writeFile(consoleProgram, `#!/bin/sh\nexec ${quoted} -rx "$*"\n`, { mode: 0o755 });
    ends.push(async () => running?.stop());
    await start();
    const target: PasswordTarget = {
      ari: `http://${ADDRESS}:${ports.ws}/ari`,
      login: `${login.user}:${login.password}`,
      users: ['1001', '1002', ...users],
    };
    const key = randomBytes(32).toString('base64url');
    const service: PasswordService = await startPasswordService(target, key);
    ends.push(service.close);
    const place = { folder, address: ADDRESS, domain: DOMAIN, registrarPort: ports.udp, ports: ports.phone(0) };
    const phone = bob === null ? null : await startBaresipAt(place, { user: 'bob', codec, answerMode: bob });
    if (phone !== null) ends.push(phone.stop);
    return {
      url: `ws://${ADDRESS}:${ports.ws}/ws`,
      domain: DOMAIN,
      realm: REALM,
      users: target.users,
      serviceUrl: service.url,
      key,
      setPassword: (user, password) => setPassword(target, user, password),
      bob: () => {
        if (phone === null) throw new Error('this lab has no bob');
        return phone;
      },
      consoleProgram,
      console: command,
      contacts: async (user) =>
        [...(await command('pjsip show contacts')).matchAll(/Contact: +(\S+?)\/(\S+)/g)].flatMap(
          ([, aor = '', uri = '']) => (aor === user ? [uri] : []),
        ),
      registrations: async (user) =>
        (await logs())
          .split(/\r?\n\r?\n/)
          .filter(
            (message) =>
              /^SIP\/2\.0 200 /m.test(message) &&
              /^CSeq: \d+ REGISTER/m.test(message) &&
              message.includes(`To: <sip:${user}@`),
          ).length,
      channels: async () =>
        (await command('core show channels concise'))
          .split('\n')
          .map((line) => line.split('!')[0] ?? '')
          .filter((name) => name.includes('/')),
      digits: async () => /^\s*DIGITS=(\S*)/m.exec(await command('dialplan show globals'))?.[1] ?? '',
      pid: () => current().pid,
      kill: () => current().kill(),
      restart: async () => {
        await current().kill();
        await start();
      },
      logs,
      folder,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
