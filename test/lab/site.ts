/** What the lab's Kamailio is told besides kamailio.cfg: addresses, keys, how tokens come, certificates. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabCertificates, ServerCertificate } from './certificates';
import { quoted, type Kamailio, type SiteDefinitions } from './kamailio';
import type { LabOptions, LabPresentation } from './lab-options';
import type { LabPorts } from './ports';

export const DOMAIN = 'lab.ringfence.test';
export const ISSUER = 'ringfence';
export const AUDIENCE = 'lab';
/** Users whom no token may name: the ordinary phones, and the services of the practice gateway. */
const RESERVED = '^(bob|linphone|twinkle|pstn|echo|tone|busy|no-answer|call-me|digits)$';

/** The two keys that Kamailio verifies with. */
export interface LabKeys {
  readonly active: string;
  readonly next: string | null;
}

function variant(presentation: LabPresentation, bearerHeader: string): SiteDefinitions {
  switch (presentation) {
    case 'query':
      return {};
    case 'subprotocol':
      return { WITH_SUBPROTOCOL: null };
    case 'main-injected':
      return { WITH_UPGRADE_HEADER: null };
    case 'digest':
      return { WITH_DIGEST: null };
    case 'bearer':
      return bearerHeader === 'Authorization'
        ? { WITH_BEARER: null }
        : { WITH_BEARER_HEADER: null, BEARER_HEADER: quoted(bearerHeader) };
  }
}

/** Writes tls.cfg; the wrong certificates have ports of their own. */
async function writeTls(
  folder: string,
  address: string,
  ports: LabPorts,
  { good, expired, otherHost }: LabCertificates,
): Promise<string> {
  const profile = (name: string, { certificate, key }: ServerCertificate): string =>
    `[${name}]\nmethod = TLSv1.2+\nverify_certificate = no\nrequire_certificate = no\nprivate_key = ${key}\ncertificate = ${certificate}\n`;
  const path = join(folder, 'tls.cfg');
  const servers = [
    profile('server:default', good),
    profile(`server:${address}:${ports.wssExpired}`, expired),
    profile(`server:${address}:${ports.wssOtherHost}`, otherHost),
  ];
  await writeFile(
    path,
    [...servers, '[client:default]\nverify_certificate = yes\nrequire_certificate = yes\n'].join('\n'),
    { mode: 0o600 },
  );
  return path;
}

/** The definitions of a site.cfg for these options; with certificates, also those of TLS. */
export async function siteOf(
  options: LabOptions,
  folder: string,
  address: string,
  ports: LabPorts,
  certificates: LabCertificates | null,
): Promise<SiteDefinitions> {
  const tls: SiteDefinitions =
    certificates === null
      ? {}
      : {
          WITH_TLS: null,
          TLS_CONFIG: quoted(await writeTls(folder, address, ports, certificates)),
          LISTEN_WSS: `tls:${address}:${ports.wss}`,
          LISTEN_EXPIRED: `tls:${address}:${ports.wssExpired}`,
          LISTEN_OTHER_HOST: `tls:${address}:${ports.wssOtherHost}`,
        };
  return {
    LISTEN_UDP: `udp:${address}:${ports.udp}`,
    SELF: quoted(`sip:${address}:${ports.udp}`),
    LISTEN_WS: `tcp:${address}:${ports.ws}`,
    DOMAIN: quoted(DOMAIN),
    ISSUER: quoted(ISSUER),
    AUDIENCE: quoted(AUDIENCE),
    RESERVED: quoted(RESERVED),
    MAX_LIFE: String(options.maxTokenLifeS ?? 3600),
    ANSWER_WITHIN: String(options.answerWithinMs ?? 60_000),
    KEEPALIVE: String(options.keepaliveS ?? 20),
    RTPENGINE: quoted(`udp:${address}:${ports.rtpengineNg}`),
    ...variant(options.presentation ?? 'query', options.bearerHeader ?? 'Authorization'),
    ...tls,
  };
}

/** The keys in a site.cfg. */
export const keyDefinitions = ({ active, next }: LabKeys): SiteDefinitions => ({
  KEY_ACTIVE: quoted(active),
  ...(next === null ? {} : { KEY_NEXT: quoted(next) }),
});

/** Changes the keys of a running Kamailio as an operator does, by RPC. */
export async function applyKeys(kamailio: Kamailio, { active, next }: LabKeys): Promise<void> {
  await kamailio.rpc(`htable.sets jwt active s:${active}`);
  if (next !== null) await kamailio.rpc(`htable.sets jwt next s:${next}`);
  else if (/name: next$/m.test(await kamailio.rpc('htable.dump jwt'))) await kamailio.rpc('htable.delete jwt next');
}
