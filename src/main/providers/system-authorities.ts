/** Whom this computer trusts beside the authorities that come with Node: a company's own, for one. */
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
