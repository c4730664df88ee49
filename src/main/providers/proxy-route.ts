/** The way to a server, as the computer's network settings have it: the words of a PAC script, which Chromium answers with for every kind of setting. */
import { isLoopbackHost } from '../../contracts/base/loopback';

export type Hop =
  | { readonly kind: 'direct' }
  /** `tls`: the proxy itself is spoken to over TLS. */
  | { readonly kind: 'proxy'; readonly tls: boolean; readonly host: string; readonly port: number };

/** Tried one after the other, as far as a proxy can't be reached; empty: the settings name only kinds that are not known here (SOCKS). */
export type Route = readonly Hop[];

export const DIRECT: Route = [{ kind: 'direct' }];

/** More are nobody's settings. */
const MOST_HOPS = 5;

function hopOf(words: string): Hop | null {
  const [kind = '', place = ''] = words.trim().split(/\s+/);
  if (/^direct$/i.test(kind)) return { kind: 'direct' };
  if (!/^(?:proxy|https?)$/i.test(kind)) return null;
  const tls = /^https$/i.test(kind);
  const address = `${tls ? 'https' : 'http'}://${place}`;
  if (place === '' || !URL.canParse(address)) return null;
  const { hostname, port } = new URL(address);
  return {
    kind: 'proxy',
    tls,
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (tls ? 443 : 80) : Number(port),
  };
}

/** Reads `PROXY a:3128; HTTPS b:443; DIRECT`. */
export function readRoute(words: string): Route {
  const hops = words
    .split(';')
    .filter((each) => each.trim() !== '')
    .map(hopOf);
  return hops.length === 0 ? DIRECT : hops.filter((hop) => hop !== null).slice(0, MOST_HOPS);
}

/** The route to `url`: straight to this computer whatever the settings say; `resolve` answers in a PAC script's words. Never rejects. */
export async function routeTo(url: URL, resolve: ((url: string) => Promise<string>) | undefined): Promise<Route> {
  if (resolve === undefined || url.protocol !== 'https:' || isLoopbackHost(url.hostname)) return DIRECT;
  try {
    // Neither path nor query: a script of the network has no business with them.
    return readRoute(await resolve(`${url.origin}/`));
  } catch {
    return DIRECT;
  }
}
