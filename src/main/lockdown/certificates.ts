/**
 * Says what is wrong with a gateway's certificate. Chromium decides (RFC 5280, RFC 6125, with the authorities that the system
 * trusts), and nothing here can overrule it; the page itself would learn no more than close code 1006.
 */
import type { Certificate } from 'electron';
import { fail, type Failure } from '../../contracts/base/result';
import { isIssuedInStore } from '../base/authorities';

/** What is read of a certificate; times in seconds since the epoch. Its names are the far end's words: shown, never trusted. */
export type SeenCertificate = Pick<
  Certificate,
  'issuerName' | 'subjectName' | 'fingerprint' | 'validStart' | 'validExpiry'
> & {
  /** PEM. */
  readonly data?: string;
  /** Whose certificate Chromium found behind it, sent by the server or in a store; none: it knows nobody. */
  readonly issuerCert?: SeenCertificate | null;
};

/** Longer chains are nobody's; Chromium ends a chain with a certificate that has issued itself. */
const LONGEST_CHAIN = 10;

/** The certificate, and those above it. */
function chainOf(certificate: SeenCertificate): readonly SeenCertificate[] {
  const chain: SeenCertificate[] = [];
  const names = new Set<string>();
  let each: SeenCertificate | null = certificate;
  while (each !== null && chain.length < LONGEST_CHAIN) {
    const name = `${each.fingerprint} ${each.subjectName}`;
    if (names.has(name)) break;
    names.add(name);
    chain.push(each);
    each = each.issuerCert ?? null;
  }
  return chain;
}

const day = (seconds: number): string => {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? 'an unknown day' : date.toISOString().slice(0, 10);
};

/** Fit to be shown: no control or direction characters, at most 60 of the others. */
const plain = (text: string): string => {
  const clean = text.replace(/[\p{Cc}\p{Cf}]/gu, '').trim();
  return clean.length > 60 ? `${clean.slice(0, 59)}...` : clean;
};

const hostOf = (url: string): string => {
  try {
    return plain(new URL(url).host);
  } catch {
    return 'the gateway';
  }
};

/**
 * The failure for a certificate that Chromium refused with `error` (`net::ERR_CERT_...`) at `now` (ms since the epoch). Only the host
 * of `url` is repeated: its query may hold a token.
 */
export function certificateFailure(
  url: string,
  error: string,
  certificate: SeenCertificate,
  now: number,
  isInStore: (pem: string) => boolean = isIssuedInStore,
): Failure {
  const host = hostOf(url);
  const code = /ERR_[A-Z_]+/.exec(error)?.[0] ?? 'unknown';
  const details = [
    code,
    `issued by "${plain(certificate.issuerName)}"`,
    `valid from ${day(certificate.validStart)} to ${day(certificate.validExpiry)}`,
    plain(certificate.fingerprint),
  ].join(', ');
  const refused = (sentence: string, action: Failure['action'] = 'retry'): Failure =>
    fail('certificate-refused', sentence, action, { details }).failure;
  switch (code) {
    case 'ERR_CERT_AUTHORITY_INVALID': {
      const top = chainOf(certificate).at(-1) ?? certificate;
      if (top.data !== undefined && isInStore(top.data))
        return refused(
          `This computer's store knows who issued the certificate of ${host} ("${plain(top.issuerName)}"); the store that windows use does not. Add that authority there too (on Linux: ~/.pki/nssdb).`,
        );
      // Chromium has nothing above it, and it has not issued itself.
      if (top === certificate && certificate.issuerName !== certificate.subjectName)
        return refused(
          `${host} does not send the certificate of "${plain(certificate.issuerName)}", the issuer of its own. The gateway's admin has to add it there; a company's own authority has to be added on this computer.`,
        );
      return refused(
        `This computer does not know who issued the certificate of ${host}. If it is your company's own authority, let it be added to the authorities that this computer trusts.`,
      );
    }
    case 'ERR_CERT_COMMON_NAME_INVALID':
      return refused(
        `The certificate that ${host} shows is for another name ("${plain(certificate.subjectName)}"). Check the gateway's address in the profile; in a guest network, sign in with a browser first.`,
        'open-profiles',
      );
    case 'ERR_CERT_DATE_INVALID': {
      if (certificate.validStart * 1000 > now)
        return refused(
          `The certificate of ${host} is valid from ${day(certificate.validStart)} on. Check the date of this computer.`,
          'check-clock',
        );
      if (certificate.validExpiry * 1000 <= now)
        return refused(
          `The certificate of ${host} expired on ${day(certificate.validExpiry)}. The gateway's admin has to renew it.`,
        );
      const above = chainOf(certificate).find(
        ({ validStart, validExpiry }) => validExpiry * 1000 <= now || validStart * 1000 > now,
      );
      return above === undefined
        ? refused(
            `The certificate of ${host} is valid, and one of an authority above it is not today. The gateway's admin has to replace that one; if this computer's date is wrong, set it right.`,
            'check-clock',
          )
        : refused(
            `The certificate of ${host} is valid; that of the authority above it ("${plain(above.subjectName)}") is valid from ${day(above.validStart)} to ${day(above.validExpiry)} only. The gateway's admin has to replace that one.`,
          );
    }
    case 'ERR_CERT_REVOKED':
      return refused(`The certificate of ${host} was revoked by its issuer. The gateway's admin has to replace it.`);
    default:
      return refused(`The certificate of ${host} can't be used (${code}). The gateway's admin has to replace it.`);
  }
}
