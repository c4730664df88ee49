/** ICE servers in the answers of token servers, in whatever form: those that a browser takes, and how many addresses it would not. */
import { z } from 'zod';
import { grantedIceServer, MOST_GRANTED_URLS, type IceLeftOut } from '../../contracts/profile/grant';
import { iceServer } from '../../contracts/profile/profile';

export type AnsweredIceServer = z.infer<typeof grantedIceServer>;
export interface AnsweredIce {
  readonly servers: readonly AnsweredIceServer[];
  readonly leftOut: IceLeftOut;
}

/** What one entry may look like; each field is read by itself, so that an odd one spoils no other. */
const entryShape = z.record(z.string(), z.unknown());
const texts = z.union([z.string().transform((one) => [one]), z.array(z.unknown())]);
/** `url` is RTCIceServer's of before 2016 (a browser takes it no more); `uris` is that of draft-uberti-behave-turn-rest-00 section 2.2. */
const ADDRESS_FIELDS = ['urls', 'url', 'uris'];
/** `password` is that of the same draft. */
const CREDENTIAL_FIELDS = ['credential', 'password'];

interface Address {
  readonly url: string;
  /** Addresses of one entry and one kind stay one server. */
  readonly server: number;
  readonly username?: string;
  readonly credential?: string;
}

const textOf = (entry: Readonly<Record<string, unknown>>, names: readonly string[]): string | undefined =>
  // Empty ones are none: a browser refuses them.
  names.map((name) => entry[name]).find((value): value is string => typeof value === 'string' && value !== '');

/** The scheme is written in any case (RFC 3986 section 3.1); Chromium compares it letter by letter. */
const normal = (url: unknown): string =>
  typeof url === 'string' ? url.trim().replace(/^[A-Za-z]+:/, (scheme) => scheme.toLowerCase()) : '';

/** A relay over TLS on 443 is what passes where nothing else does, so that it is the last to go; any other relay over TLS goes before it. */
const worth = (url: string): number => (/^turns:.*:443(?:\?|$)/.test(url) ? 2 : url.startsWith('turns:') ? 1 : 0);

/** Reads one server or a list of them. Never fails: what is no ICE server at all counts as one address that can't be read. */
export function readIceServers(value: unknown): AnsweredIce {
  const leftOut = { unreadable: 0, withoutCredential: 0, tooMany: 0 };
  const addresses: Address[] = [];
  const seen = new Set<string>();
  for (const [server, each] of (Array.isArray(value) ? (value as readonly unknown[]) : [value]).entries()) {
    const entry = entryShape.safeParse(each);
    const fields = entry.success ? ADDRESS_FIELDS.filter((name) => (entry.data[name] ?? null) !== null) : [];
    const given = fields.flatMap((name) => texts.safeParse(entry.data?.[name]).data ?? [undefined]);
    if (entry.data === undefined || given.length === 0) {
      leftOut.unreadable += 1;
      continue;
    }
    const username = textOf(entry.data, ['username']);
    const credential = textOf(entry.data, CREDENTIAL_FIELDS);
    for (const written of given) {
      const url = normal(written);
      const isTurn = /^turns?:/.test(url);
      const known = JSON.stringify([url, isTurn ? username : '', isTurn ? credential : '']);
      if (seen.has(known)) continue;
      seen.add(known);
      if (!iceServer.shape.urls.element.safeParse(url).success) leftOut.unreadable += 1;
      else if (!isTurn) addresses.push({ url, server });
      else if (username === undefined || credential === undefined) leftOut.withoutCredential += 1;
      else if (grantedIceServer.safeParse({ urls: [url], username, credential }).success)
        addresses.push({ url, server, username, credential });
      else leftOut.unreadable += 1;
    }
  }
  const kept = new Set(
    [...addresses].sort((one, other) => worth(other.url) - worth(one.url)).slice(0, MOST_GRANTED_URLS),
  );
  leftOut.tooMany = addresses.length - kept.size;
  const servers = new Map<string, AnsweredIceServer>();
  for (const address of addresses) {
    if (!kept.has(address)) continue;
    const { url, server, username, credential } = address;
    const key = `${server} ${username === undefined ? 'stun' : 'turn'}`;
    const before = servers.get(key);
    if (before !== undefined) before.urls.push(url);
    else servers.set(key, { urls: [url], ...(username === undefined ? {} : { username, credential }) });
  }
  return { servers: [...servers.values()], leftOut };
}
