/**
 * The lab: Kamailio (WebSocket edge and registrar that verifies tokens in its own configuration), rtpengine (WebRTC <-> RTP), baresip
 * and SIPp (the ordinary phones), started and stopped together. Several labs may run at once.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { mintToken } from '../support/phones/test-tokens';
import { temporaryFolder } from '../support/temporary-folder';
import { startBaresipAt, type Baresip, type BaresipOptions } from './baresip';
import { makeCertificates } from './certificates';
import { prepareKamailio } from './kamailio';
import { startLinphoneAt } from './linphone';
import type { OrdinaryPhone, PhoneName } from './ordinary-phone';
import { missingForLab } from './lab-needs';
import type { LabOptions, LabPresentation } from './lab-options';
import { takePorts } from './ports';
import { startRtpengine } from './rtpengine';
import { startSippAt, type Sipp, type SippOptions } from './sipp';
import { startTwinkleAt } from './twinkle';
import { applyKeys, AUDIENCE, DOMAIN, ISSUER, keyDefinitions, siteOf, type LabKeys } from './site';

export type { LabOptions, LabPresentation } from './lab-options';

/** What `mint` takes; all but `sub` has a default. */
export interface LabTokenParts {
  readonly sub: string;
  /** Default 300. */
  readonly lifeS?: number;
  /** Default: the active key. */
  readonly key?: string;
  /** Milliseconds since the epoch; default now. */
  readonly now?: number;
  /** Overwrite the JOSE header and the claims; undefined removes a claim. */
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** A SIP user and password that live `lifeS` seconds, for the presentation `digest`. */
export interface LabCredentials {
  readonly username: string;
  readonly password: string;
}

/** A running lab. */
export interface Lab {
  readonly presentation: LabPresentation;
  /** `ws://ADDRESS:PORT/`. */
  readonly url: string;
  /** `wss://ADDRESS:PORT/`, or null without `tls`. */
  readonly wssUrl: string | null;
  /** Path of the certificate (PEM) of the CA made for this run, or null without `tls`. */
  readonly ca: string | null;
  /** `wss://` URLs that show a wrong certificate by the same CA, or null without `tls`. */
  readonly wrongCertificates: { readonly expired: string; readonly otherHost: string } | null;
  /** SIP domain; also the realm. */
  readonly domain: string;
  readonly issuer: string;
  readonly audience: string;
  /** Random text made at run time; what the app would load from a file. */
  readonly activeKey: string;
  /** The verifier's second key, or null for none. As an operator does it: by RPC, effective at once; with `digest` by a restart of Kamailio. */
  readonly setNextKey: (key: string | null) => Promise<void>;
  readonly setActiveKey: (key: string) => Promise<void>;
  /** A token that Kamailio takes, or one that is wrong in the way that the parts say. */
  readonly mint: (parts: LabTokenParts) => string;
  /** SIP credentials (presentation `digest`); `lifeS` may be negative. */
  readonly credentials: (user: string, options?: { readonly lifeS?: number; readonly key?: string }) => LabCredentials;
  /** `bob`, an ordinary phone that plays 440 Hz. */
  readonly baresip: Baresip;
  /** One more ordinary phone. */
  readonly startBaresip: (options: BaresipOptions) => Promise<Baresip>;
  /** One more ordinary phone, in the network namespace that the words `inside` enter. Call `missingForPhone` first. */
  readonly startPhone: (phone: PhoneName, inside: readonly string[], toneHz: number) => Promise<OrdinaryPhone>;
  /** Plays the scenario file (an absolute path); resolves when SIPp listens. */
  readonly sipp: (scenario: string, options: SippOptions) => Promise<Sipp>;
  /** Media sessions that rtpengine holds now. */
  readonly mediaSessions: () => Promise<number>;
  readonly kamailio: {
    /** The main process; changes with a restart. */
    readonly pid: () => number;
    /** Ends it without a goodbye, as a crash would: bindings and dialogs are lost. */
    readonly kill: () => Promise<void>;
    /** Starts it again on the same ports with the same keys; answers with the moment it answered, in ms since the epoch. */
    readonly restart: () => Promise<number>;
    /** One RPC command (`kamcmd`), for example `ul.dump`. Rejects with what Kamailio answered when it fails. */
    readonly rpc: (command: string) => Promise<string>;
    /** Contacts that this user is registered with. */
    readonly contacts: (user: string) => Promise<readonly string[]>;
  };
  /** What every process of the lab printed. */
  readonly logs: () => Promise<string>;
  /** The lab's own folder; goes with `close`. */
  readonly folder: string;
  /** Ends every process, the phones first, and removes the folder. May be called twice. */
  readonly close: () => Promise<void>;
}

/** Why there can be no lab here, and what to install; null when there can. */
export async function labProblem(): Promise<string | null> {
  return await missingForLab();
}

/** Starts a lab; rejects with what the process that failed printed last. Call `labProblem` first. */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const { presentation = 'query', address = '127.0.0.1', tls = false } = options;
  const folder = await temporaryFolder();
  // What was started, the oldest first; it ends the other way round.
  const ends: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> =>
    (closing ??= (async () => {
      for (const end of ends.reverse()) await end();
    })());
  try {
    const ports = await takePorts(address);
    ends.push(ports.release);
    const certificates = tls
      ? await makeCertificates(join(folder, 'tls'), [
          ...new Set(['127.0.0.1', 'localhost', address, ...(options.certificateNames ?? [])]),
        ])
      : null;
    const rtpengine = await startRtpengine(folder, address, ports);
    ends.push(() => rtpengine.process.stop());
    const kamailio = await prepareKamailio(folder, address, ports.ws);
    ends.push(() => kamailio.stop());
    const site = await siteOf(options, folder, address, ports, certificates);
    let keys: LabKeys = { active: randomBytes(32).toString('base64url'), next: null };
    const setKeys = async (changed: LabKeys): Promise<void> => {
      keys = changed;
      // What auth_ephemeral's RPC changes, it changes in one of Kamailio's processes alone (5.6.3).
      if (presentation === 'digest') await restart();
      else await applyKeys(kamailio, keys);
    };
    await kamailio.start({ ...site, ...keyDefinitions(keys) });

    // Contacts over UDP: known again after a restart, as if these phones had registered again.
    const contacts = new Map<string, string>();
    const addContact = async (user: string, uri: string): Promise<void> => {
      contacts.set(user, uri);
      await kamailio.rpc(`ul.add location ${user} ${uri} 0 1.0 . 0 0 4294967295`);
    };
    const restart = async (): Promise<number> => {
      await kamailio.kill();
      const answering = await kamailio.start({ ...site, ...keyDefinitions(keys) });
      for (const [user, uri] of contacts) await addContact(user, uri);
      return answering;
    };
    const contactsOf = async (user: string): Promise<string[]> => {
      const dump = await kamailio.rpc('ul.dump');
      const part = dump.split('AoR: ').find((one) => one.startsWith(`${user}\n`)) ?? '';
      return [...part.matchAll(/Address: (\S+)/g)].map(([, uri = '']) => uri);
    };

    let phones = 0;
    const addBaresip = async (phone: BaresipOptions): Promise<Baresip> => {
      const started = await startBaresipAt(
        { folder, address, domain: DOMAIN, registrarPort: ports.udp, ports: ports.phone(phones) },
        phone,
      );
      phones += 1;
      ends.push(started.stop);
      for (const uri of await contactsOf(phone.user)) contacts.set(phone.user, uri);
      return started;
    };
    const baresip = await addBaresip({
      user: 'bob',
      codec: options.codec ?? 'PCMU',
      answerMode: options.answerMode ?? 'auto',
    });

    const startPhone: Lab['startPhone'] = async (phone, inside, toneHz) => {
      const start = { linphone: startLinphoneAt, twinkle: startTwinkleAt }[phone];
      const registered = async (user: string): Promise<boolean> => (await contactsOf(user)).length > 0;
      const registrar = `${address}:${ports.udp}`;
      const started = await start({ folder, domain: DOMAIN, registrar, inside, registered }, toneHz);
      ends.push(started.stop);
      for (const uri of await contactsOf(started.user)) contacts.set(started.user, uri);
      return started;
    };

    let sipps = 0;
    const wss = (port: number): string => `wss://${address}:${port}/`;
    return {
      presentation,
      url: `ws://${address}:${ports.ws}/`,
      wssUrl: certificates === null ? null : wss(ports.wss),
      ca: certificates?.ca ?? null,
      wrongCertificates:
        certificates === null ? null : { expired: wss(ports.wssExpired), otherHost: wss(ports.wssOtherHost) },
      domain: DOMAIN,
      issuer: ISSUER,
      audience: AUDIENCE,
      get activeKey() {
        return keys.active;
      },
      setNextKey: (next) => setKeys({ ...keys, next }),
      setActiveKey: (active) => setKeys({ ...keys, active }),
      mint: ({ key = keys.active, claims, ...parts }) =>
        mintToken({ ...parts, key, claims: { iss: ISSUER, aud: AUDIENCE, ...claims } }),
      credentials: (user, { lifeS = 300, key = keys.active } = {}) => {
        const username = `${Math.floor(Date.now() / 1000) + lifeS}:${user}`;
        return { username, password: createHmac('sha1', key).update(username).digest('base64') };
      },
      baresip,
      startBaresip: addBaresip,
      startPhone,
      sipp: async (scenario, play) => {
        const name = `sipp-${(sipps += 1)}`;
        const place = { folder, address, domain: DOMAIN, proxyPort: ports.udp, ports: ports.sipp(sipps), name };
        if (play.role === 'uas')
          await addContact(play.user ?? 'pstn', `sip:${play.user ?? 'pstn'}@${address}:${place.ports.sip}`);
        const started = await startSippAt(place, scenario, play);
        ends.push(started.stop);
        return started;
      },
      mediaSessions: rtpengine.sessions,
      kamailio: {
        pid: kamailio.pid,
        kill: kamailio.kill,
        restart,
        rpc: kamailio.rpc,
        contacts: contactsOf,
      },
      logs: async () => {
        const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.log'));
        return (
          await Promise.all(names.map(async (name) => `--- ${name}\n${await readFile(join(folder, name), 'utf8')}`))
        ).join('\n');
      },
      folder,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
