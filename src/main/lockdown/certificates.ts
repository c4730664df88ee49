/**
 * Says what is wrong with a gateway's certificate. Chromium decides (RFC 5280, RFC 6125, with the authorities that the system
 * trusts), and nothing here can overrule it; the page itself would learn no more than close code 1006.
 */
import type { Certificate } from 'electron';
import { fail, type Failure } from '../../contracts/base/result';

/** What is read of a certificate; times in seconds since the epoch. Its names are the far end's words: shown, never trusted. */
export type SeenCertificate = Pick<
  Certificate,
  'issuerName' | 'subjectName' | 'fingerprint' | 'validStart' | 'validExpiry'
>;

const day = (seconds: number): string => {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? 'an unknown day' : date.toISOString().slice(0, 10);
};

/** Fit to be shown: no control or direction characters, at most 80 of the others. */
const plain = (text: string): string => {
  const clean = text.replace(/[\p{Cc}\p{Cf}]/gu, '').trim();
  return clean.length > 80 ? `${clean.slice(0, 79)}...` : clean;
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
export function certificateFailure(url: string, error: string, certificate: SeenCertificate, now: number): Failure {
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
    case 'ERR_CERT_AUTHORITY_INVALID':
      return refused(
        `This computer does not know who issued the certificate of ${host}. If it is your company's own authority, let it be added to the authorities that this computer trusts.`,
      );
    case 'ERR_CERT_COMMON_NAME_INVALID':
      return refused(
        `The certificate that ${host} shows is for another name ("${plain(certificate.subjectName)}"). Check the gateway's address in the profile.`,
        'open-profiles',
      );
    case 'ERR_CERT_DATE_INVALID':
      return certificate.validStart * 1000 > now
        ? refused(
            `The certificate of ${host} is valid from ${day(certificate.validStart)} on. Check the date of this computer.`,
            'check-clock',
          )
        : refused(
            `The certificate of ${host} expired on ${day(certificate.validExpiry)}. Who runs the gateway has to renew it.`,
          );
    case 'ERR_CERT_REVOKED':
      return refused(
        `The certificate of ${host} was withdrawn by who issued it. Who runs the gateway has to replace it.`,
      );
    default:
      return refused(`The certificate of ${host} can't be used (${code}). Who runs the gateway has to replace it.`);
  }
}
