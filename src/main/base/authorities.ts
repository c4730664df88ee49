/**
 * Whom main trusts when it opens a safe connection by itself: an explicit list, so that no variable of somebody's environment adds to it
 * (`NODE_EXTRA_CA_CERTS` does to Node's default, and is in `getCACertificates('default')` too).
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import * as tls from 'node:tls';
import { z } from 'zod';

const certificates = z.array(z.string());

/** The authorities that come with Node, PEM. Trusted for every request of main. */
export const bundledAuthorities = (): readonly string[] => tls.rootCertificates;

function storeOfNode(source: object): readonly string[] | null {
  const get = 'getCACertificates' in source ? source.getCACertificates : null;
  if (typeof get !== 'function') return null;
  try {
    return certificates.parse(Reflect.apply(get, source, ['system']));
  } catch {
    return null;
  }
}

/**
 * The bundled authorities and those of the computer's own store, as its admin set it; null where Node can't read that store (before 22.15) or gets
 * no answer. It reads the store: not for every request.
 */
export function systemAuthorities(source: object = tls): readonly string[] | null {
  const system = storeOfNode(source);
  return system === null ? null : [...bundledAuthorities(), ...system];
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The authorities in a PEM file; where none is named, all that this computer trusts. Rejects where the file can't be read or holds none. */
export async function namedAuthorities(
  file: string | undefined,
  system: () => readonly string[] | null = systemAuthorities,
): Promise<readonly string[]> {
  if (file === undefined) return system() ?? bundledAuthorities();
  const found = (await readFile(file, 'utf8')).match(PEM);
  if (found === null) throw Object.assign(new Error('no certificate'), { code: 'NO_CERTIFICATE' });
  return found;
}

/** Where Debian, Red Hat and SUSE keep the computer's store. */
const STORES = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/ca-bundle.pem'];

function readStores(): readonly string[] {
  for (const path of STORES) {
    try {
      return readFileSync(path, 'latin1').match(PEM) ?? [];
    } catch {
      // Another system keeps it elsewhere.
    }
  }
  return [];
}

/** True where the computer's store holds who issued this certificate (PEM). For a sentence alone: nobody is trusted for it. */
export function isIssuedInStore(
  pem: string,
  store: () => readonly string[] = () => storeOfNode(tls) ?? readStores(),
): boolean {
  try {
    const issued = new X509Certificate(pem);
    return store().some((each) => {
      try {
        const authority = new X509Certificate(each);
        return authority.ca && issued.checkIssued(authority) && issued.verify(authority.publicKey);
      } catch {
        return false;
      }
    });
  } catch {
    return false;
  }
}
