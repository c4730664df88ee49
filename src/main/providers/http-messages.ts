/** What went wrong between us and a provider's server, in words. Nothing that a server said is repeated but its status. */
import { fail, type Failure, type FailureAction, type FailureReason } from '../../contracts/base/result';
import type { WireProblem } from './https-exchange';

const failure = (reason: FailureReason, sentence: string, action: FailureAction, details: string): Failure =>
  fail(reason, sentence, action, { details }).failure;

/** True for the codes of Node's TLS that mean: nobody whom we trust has issued this certificate. */
export function isUnknownIssuer(code: string): boolean {
  return [
    'SELF_SIGNED_CERT_IN_CHAIN',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'CERT_UNTRUSTED',
  ].includes(code);
}

/** The codes of Node's TLS that mean one thing to a person (RFC 5280, RFC 6125). */
function certificateSentence(host: string, code: string): readonly [string, FailureAction] | null {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return [
        `The certificate of ${host}, or that of an authority above it, has expired. The admin of that system has to renew it; if this computer's date is wrong, set it right.`,
        'check-clock',
      ];
    case 'CERT_NOT_YET_VALID':
      return [`The certificate of ${host} is not valid yet. Check the date of this computer.`, 'check-clock'];
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
    case 'HOSTNAME_MISMATCH':
      return [
        `The certificate that ${host} shows is for another name. Check the provider's address in the profile.`,
        'open-profiles',
      ];
    case 'CERT_REVOKED':
      return [
        `The certificate of ${host} was revoked by its issuer. The admin of that system has to replace it.`,
        'retry',
      ];
    case 'CERT_OF_WINDOWS_STORE':
      return [
        `The store that windows use knows who issued the certificate of ${host}; the one that keys are sent by does not (on Linux: /etc/ssl/certs). Let that authority be added there too.`,
        'retry',
      ];
    case 'TLS_OLD_VERSION':
      return [
        `${host} speaks only old, unsafe versions of TLS (1.1 or older). The admin of that system has to allow TLS 1.2 or newer.`,
        'retry',
      ];
    case 'TLS_CERTIFICATE_ASKED':
      return [
        `${host} asks for a certificate of this computer, and Ringfence shows none to anybody. The admin of that system has to switch that off for this address.`,
        'retry',
      ];
    case 'TLS_HANDSHAKE_REFUSED':
      return [
        `${host} refuses a safe connection: it asks for a certificate of this computer, of which Ringfence shows none, or it has no cipher of today.`,
        'retry',
      ];
    case 'TLS_NOT_SPOKEN':
      return [
        `No safe connection to ${host} could be made: it speaks no TLS at this port. Check the provider's address in the profile.`,
        'open-profiles',
      ];
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return [
        `${host} does not send the certificate of its issuer. The admin of that system has to add it there; a company's own authority has to be added on this computer.`,
        'retry',
      ];
    default:
      if (isUnknownIssuer(code))
        return [
          `This computer does not know who issued the certificate of ${host}. If it is your company's own authority, let it be added to the authorities that this computer trusts.`,
          'retry',
        ];
      return /^(?:CERT_|ERR_SSL_|ERR_TLS_|TLS_|EPROTO$|UNABLE_TO_)/.test(code)
        ? [
            `No safe connection to ${host} could be made (${code}). The admin of that system has to look into it.`,
            'retry',
          ]
        : null;
  }
}

/** A sentence has 300 characters at most. */
const shown = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}...` : text);

/** The proxy of the network stands between. */
function proxyFailure(
  host: string,
  proxy: string,
  { status, code, asksBasic }: Extract<WireProblem, { kind: 'proxy' }>,
): Failure {
  const refused = (sentence: string): Failure => failure('proxy-refused', sentence, 'retry', `${proxy}: ${code}`);
  if (code === 'PROXY_KIND')
    return refused(
      `This computer's network settings send requests to ${host} through a kind of proxy that tokens can't be fetched through (SOCKS). Let its admin name an HTTP proxy.`,
    );
  if (status === 407)
    return refused(
      asksBasic
        ? `The proxy ${proxy} wants a user name and a password, and lets nothing through to ${host} without.`
        : `The proxy ${proxy} wants a proof of a kind that is not known here, and lets nothing through to ${host}. Let its admin except this address.`,
    );
  if (status === 0)
    return refused(
      `The proxy ${proxy} that this computer's network settings name can't be reached. Check those settings.`,
    );
  return refused(
    `The proxy ${proxy} lets nothing through to ${host} (HTTP ${status}). Let its admin allow that address.`,
  );
}

/** There is no answer. */
export function problemFailure(address: string, problem: WireProblem): Failure {
  const host = shown(address);
  switch (problem.kind) {
    case 'slow':
      return failure(
        'provider-unreachable',
        `${host} took longer than 10 seconds to answer. Try again.`,
        'retry',
        `${host}: time out`,
      );
    case 'long':
      return failure(
        'answer-invalid',
        `${host} answered with more than a token can be. Check the provider's address in the profile.`,
        'open-profiles',
        `${host}: more than 64 kB`,
      );
    case 'encoded':
      return failure(
        'answer-invalid',
        `${host} answered in a compressed form that was not asked for. Check the provider's address in the profile.`,
        'open-profiles',
        `${host}: Content-Encoding`,
      );
    case 'proxy':
      return proxyFailure(host, shown(problem.proxy), problem);
    case 'broken': {
      const certificate = certificateSentence(host, problem.code);
      if (certificate !== null)
        return failure('certificate-refused', certificate[0], certificate[1], `${host}: ${problem.code}`);
      if (problem.code === 'ERR_INVALID_CHAR')
        return failure(
          'profile-invalid',
          `A header for ${host} holds a character that no header can hold. Check the headers in the profile.`,
          'open-profiles',
          `${host}: ${problem.code}`,
        );
      if (problem.code === 'ENOTFOUND' || problem.code === 'EAI_AGAIN')
        return failure(
          'provider-unreachable',
          `There is no way to ${host}: its name was not found. Check the network.`,
          'retry',
          `${host}: ${problem.code}`,
        );
      return failure(
        'provider-unreachable',
        `${host} can't be reached, or broke off. Check the network, then try again.`,
        'retry',
        `${host}: ${problem.code}`,
      );
    }
  }
}

/** The answer is a refusal. `line` is the profile's name. */
export function statusFailure(address: string, line: string, status: number): Failure {
  const host = shown(address);
  const details = `HTTP ${status} from ${host}`;
  if (status === 401 || status === 403)
    return failure(
      'provider-refused',
      `${host} refused the key of "${line}" (${status}). It is not asked again until the key or the profile is changed, or the connection tested.`,
      'open-keys',
      details,
    );
  if (status === 402)
    return failure(
      'balance-exhausted',
      `The account of "${line}" at ${host} has no money left. Top it up, then try again.`,
      'retry',
      details,
    );
  if (status === 409 || status === 425)
    return failure('not-ready', `${host} is still setting up "${line}". It is tried again shortly.`, 'retry', details);
  if (status === 429)
    return failure(
      'rate-limited',
      `${host} was asked too often for "${line}". It is tried again shortly.`,
      'retry',
      details,
    );
  if (status === 502 || status === 504)
    return failure(
      'provider-unreachable',
      `A server in front of ${host} answers, and does not reach ${host} itself (${status}). It is tried again shortly.`,
      'retry',
      details,
    );
  if (status === 503)
    return failure(
      'provider-unreachable',
      `${host} takes no requests now (503): it is busy, or being worked on. It is tried again shortly.`,
      'retry',
      details,
    );
  if (status >= 500)
    return failure(
      'provider-unreachable',
      `${host} has trouble of its own (${status}). It is tried again shortly.`,
      'retry',
      details,
    );
  if (status >= 300 && status < 400)
    return failure(
      'provider-refused',
      `${host} points to another address (${status}). A key is never sent on: if this network wants you to sign in, do that in a browser; else write the right address into the profile.`,
      'open-profiles',
      details,
    );
  if (status === 404 || status === 405)
    return failure(
      'provider-refused',
      `${host} makes no tokens at this address (${status}). Check the provider's address in the profile.`,
      'open-profiles',
      details,
    );
  return failure(
    'provider-refused',
    `${host} refused to make a token for "${line}" (${status}). Check the profile.`,
    'open-profiles',
    details,
  );
}

/** The answer is no answer to what was asked. `problem` is in our own words. */
export function answerFailure(address: string, problem: string): Failure {
  const host = shown(address);
  return failure(
    'answer-invalid',
    `What ${host} answered can't be used: ${problem}. Check the provider's address in the profile.`,
    'open-profiles',
    host,
  );
}
