/** Why no WebSocket to a gateway opens, in words: what a look at its host by Chromium's own means found. */
import { fail, type Failure, type FailureAction, type FailureReason } from '../../contracts/base/result';

/** What a look found. `code`: Chromium's, without `net::`. */
export type Look =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly contentType?: string | undefined;
      readonly retryAfter?: string | undefined;
    }
  /** The network's proxy wants a password. */
  | { readonly kind: 'proxy-password' }
  | { readonly kind: 'slow' }
  | { readonly kind: 'failed'; readonly code: string };

type Told = readonly [sentence: string, action: FailureAction, reason?: FailureReason];

const CERTIFICATE_ASKED: Told = [
  "asks for a certificate of this computer, and Ringfence shows none to anybody. The gateway's admin has to switch that off for this address.",
  'retry',
];

/** Each sentence begins with the host. */
const OF_THE_HOST: Readonly<Record<string, Told>> = {
  ERR_CONNECTION_REFUSED: [
    'does not listen at this port. Check the port in the profile, and whether the gateway runs.',
    'open-profiles',
  ],
  ERR_CONNECTION_TIMED_OUT: ['does not answer. Check the network and its firewall.', 'retry'],
  ERR_TIMED_OUT: ['does not answer. Check the network and its firewall.', 'retry'],
  ERR_ADDRESS_UNREACHABLE: ["can't be reached from this network. Check the network, or its VPN.", 'retry'],
  ERR_NETWORK_ACCESS_DENIED: ["can't be reached: a firewall of this computer does not let Ringfence out.", 'retry'],
  ERR_CONNECTION_RESET: [
    'breaks off each connection, or something on the way does: a firewall, or a network that wants you to sign in.',
    'retry',
  ],
  ERR_CONNECTION_CLOSED: [
    'breaks off each connection, or something on the way does: a firewall, or a network that wants you to sign in.',
    'retry',
  ],
  ERR_EMPTY_RESPONSE: ['takes the connection and says nothing. Check the port in the profile.', 'open-profiles'],
  ERR_SSL_PROTOCOL_ERROR: ['speaks no TLS at this port. Check the port in the profile.', 'open-profiles'],
  ERR_SSL_VERSION_OR_CIPHER_MISMATCH: [
    "speaks only old, unsafe versions of TLS (1.1 or older), or none that is shared. The gateway's admin has to allow TLS 1.2 or newer.",
    'retry',
  ],
  ERR_SSL_CLIENT_AUTH_CERT_NEEDED: CERTIFICATE_ASKED,
  ERR_BAD_SSL_CLIENT_AUTH_CERT: CERTIFICATE_ASKED,
  ERR_UNEXPECTED_PROXY_AUTH: [
    'asks for the password of a proxy (HTTP 407), and is none. Check the address in the profile.',
    'open-profiles',
  ],
  ERR_INVALID_HTTP_RESPONSE: [
    'answers with something that is no HTTP. Check the port in the profile.',
    'open-profiles',
  ],
  ERR_UNSAFE_PORT: [
    'is to be reached at a port that no browser opens. Check the port in the profile.',
    'open-profiles',
  ],
  ERR_TUNNEL_CONNECTION_FAILED: [
    'is not let through by the proxy of this network. Let its admin allow connections to it.',
    'retry',
    'proxy-refused',
  ],
};

/** Each is a sentence of its own. */
const OF_THE_NETWORK: Readonly<Record<string, Told>> = {
  ERR_INTERNET_DISCONNECTED: ['This computer has no network.', 'retry'],
  ERR_PROXY_CONNECTION_FAILED: [
    "The proxy that this computer's network settings name can't be reached. Check those settings.",
    'retry',
    'proxy-refused',
  ],
  ERR_PROXY_CERTIFICATE_INVALID: [
    'The certificate of the proxy of this network does not hold.',
    'retry',
    'proxy-refused',
  ],
  ERR_PROXY_AUTH_UNSUPPORTED: [
    'The proxy of this network wants a password of a kind that is not known here.',
    'retry',
    'proxy-refused',
  ],
  ERR_MANDATORY_PROXY_CONFIGURATION_FAILED: [
    "The script of this computer's network settings that names the proxy (PAC) can't be used.",
    'retry',
    'proxy-refused',
  ],
};

const SAME_AS: Readonly<Record<string, string>> = {
  ERR_NETWORK_UNREACHABLE: 'ERR_ADDRESS_UNREACHABLE',
  ERR_NAME_RESOLUTION_FAILED: 'ERR_NAME_NOT_RESOLVED',
  ERR_RESPONSE_HEADERS_TRUNCATED: 'ERR_INVALID_HTTP_RESPONSE',
  ERR_RESPONSE_HEADERS_TOO_BIG: 'ERR_INVALID_HTTP_RESPONSE',
  ERR_PAC_SCRIPT_FAILED: 'ERR_MANDATORY_PROXY_CONFIGURATION_FAILED',
  ERR_SSL_OBSOLETE_VERSION: 'ERR_SSL_VERSION_OR_CIPHER_MISMATCH',
};

const shown = (host: string): string => (host.length > 80 ? `${host.slice(0, 79)}...` : host);

/** Null: the certificate is what is wrong, and its own words say more. */
export function unreachableFailure(address: string, look: Look): Failure | null {
  const host = shown(address);
  const told = (sentence: string, action: FailureAction, details: string, reason?: FailureReason): Failure =>
    fail(reason ?? 'gateway-unavailable', sentence, action, { details: `${host}: ${details}` }).failure;
  switch (look.kind) {
    case 'answered':
      return told(
        `${host} answers, and opens no WebSocket: its URL has another path, it refuses the token, or a proxy on the way lets no WebSockets through.`,
        'open-profiles',
        `HTTP ${look.status}, no WebSocket`,
      );
    case 'proxy-password':
      return told(
        'The proxy of this network wants a user name and a password, and lets no call through without.',
        'retry',
        'HTTP 407',
        'proxy-refused',
      );
    case 'slow':
      return told(`${host} takes the connection and does not answer. Check the network.`, 'retry', 'time out');
    case 'failed': {
      const code = SAME_AS[look.code] ?? look.code;
      if (/^ERR_CERT_|^ERR_SSL_PINNED_|^ERR_SSL_SERVER_CERT_/.test(code)) return null;
      if (code === 'ERR_NAME_NOT_RESOLVED')
        return told(
          `The name of ${host} was not found. Check the network, and the gateway's URL in the profile.`,
          'open-profiles',
          look.code,
        );
      const ofNetwork = OF_THE_NETWORK[code];
      if (ofNetwork !== undefined) return told(ofNetwork[0], ofNetwork[1], look.code, ofNetwork[2]);
      const ofHost = OF_THE_HOST[code];
      if (ofHost !== undefined) return told(`${host} ${ofHost[0]}`, ofHost[1], look.code, ofHost[2]);
      return told(`${host} can't be reached (${look.code}). Check the network, then try again.`, 'retry', look.code);
    }
  }
}
