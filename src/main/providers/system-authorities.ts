/** Whom this computer trusts beside the authorities that come with Node: a company's own, for one. */
import { readFile } from 'node:fs/promises';
import * as tls from 'node:tls';
import { z } from 'zod';

const certificates = z.array(z.string());

/**
 * All authorities (PEM) that Node and this computer trust; null where Node can't ask the computer (before 22.15) or gets no answer. It
 * reads the system's store: not for every request.
 */
export function systemAuthorities(source: object = tls): readonly string[] | null {
  const get = 'getCACertificates' in source ? source.getCACertificates : null;
  if (typeof get !== 'function') return null;
  try {
    return ['default', 'system'].flatMap((which) => certificates.parse(Reflect.apply(get, source, [which])));
  } catch {
    return null;
  }
}

/** The authorities in a PEM file; where none is named, all that this computer trusts. Rejects where the file can't be read or holds none. */
export async function namedAuthorities(
  file: string | undefined,
  system: () => readonly string[] | null = systemAuthorities,
): Promise<readonly string[]> {
  if (file === undefined) return system() ?? tls.rootCertificates;
  const found = (await readFile(file, 'utf8')).match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  if (found === null) throw Object.assign(new Error('no certificate'), { code: 'NO_CERTIFICATE' });
  return found;
}
