import { describe, expect, it } from 'vitest';
import { failureSchema } from '../../contracts/base/result-schema';
import { unreachableFailure } from './unreachable-gateway';

const HOST = 'pbx.example.com:8443';

describe('why no WebSocket opens', () => {
  it.each<[string, RegExp, string, string]>([
    [
      'ERR_NAME_NOT_RESOLVED',
      /^The name of pbx\.example\.com:8443 was not found/,
      'gateway-unavailable',
      'open-profiles',
    ],
    ['ERR_INTERNET_DISCONNECTED', /^This computer has no network/, 'gateway-unavailable', 'retry'],
    ['ERR_CONNECTION_REFUSED', /^pbx\.example\.com:8443 does not listen/, 'gateway-unavailable', 'open-profiles'],
    ['ERR_CONNECTION_TIMED_OUT', /does not answer/, 'gateway-unavailable', 'retry'],
    ['ERR_ADDRESS_UNREACHABLE', /can't be reached from this network/, 'gateway-unavailable', 'retry'],
    ['ERR_CONNECTION_RESET', /breaks off each connection/, 'gateway-unavailable', 'retry'],
    ['ERR_CONNECTION_CLOSED', /sign in/, 'gateway-unavailable', 'retry'],
    ['ERR_SSL_PROTOCOL_ERROR', /speaks no TLS at this port/, 'gateway-unavailable', 'open-profiles'],
    ['ERR_SSL_VERSION_OR_CIPHER_MISMATCH', /TLS \(1\.1 or older\)/, 'gateway-unavailable', 'retry'],
    ['ERR_SSL_CLIENT_AUTH_CERT_NEEDED', /asks for a certificate of this computer/, 'gateway-unavailable', 'retry'],
    ['ERR_BAD_SSL_CLIENT_AUTH_CERT', /asks for a certificate of this computer/, 'gateway-unavailable', 'retry'],
    ['ERR_INVALID_HTTP_RESPONSE', /no HTTP/, 'gateway-unavailable', 'open-profiles'],
    [
      'ERR_UNEXPECTED_PROXY_AUTH',
      /password of a proxy \(HTTP 407\), and is none/,
      'gateway-unavailable',
      'open-profiles',
    ],
    ['ERR_UNSAFE_PORT', /no browser opens/, 'gateway-unavailable', 'open-profiles'],
    ['ERR_TUNNEL_CONNECTION_FAILED', /not let through by the proxy/, 'proxy-refused', 'retry'],
    ['ERR_PROXY_CONNECTION_FAILED', /^The proxy that this computer's network settings name/, 'proxy-refused', 'retry'],
    ['ERR_PAC_SCRIPT_FAILED', /PAC/, 'proxy-refused', 'retry'],
    ['ERR_SOMETHING_NEW', /can't be reached \(ERR_SOMETHING_NEW\)/, 'gateway-unavailable', 'retry'],
  ])('%s', (code, sentence, reason, action) => {
    const failure = unreachableFailure(HOST, { kind: 'failed', code });
    expect(failure).toMatchObject({ reason, action, sentence: expect.stringMatching(sentence) as unknown });
    expect(failure?.details).toBe(`${HOST}: ${code}`);
  });

  it.each(['ERR_CERT_AUTHORITY_INVALID', 'ERR_CERT_DATE_INVALID', 'ERR_CERT_COMMON_NAME_INVALID'])(
    '%s is told by who saw the certificate',
    (code) => expect(unreachableFailure(HOST, { kind: 'failed', code })).toBeNull(),
  );

  it('tells a password of the proxy, silence, and a server that is no gateway apart', () => {
    const sentences = [
      unreachableFailure(HOST, { kind: 'proxy-password' }),
      unreachableFailure(HOST, { kind: 'slow' }),
      unreachableFailure(HOST, { kind: 'answered', status: 426 }),
    ].map((failure) => failure?.sentence ?? '');
    expect(sentences).toEqual([
      expect.stringMatching(/user name and a password/),
      expect.stringMatching(/does not answer/),
      expect.stringMatching(/opens no WebSocket/),
    ]);
  });

  it('fits the contract however long the host is', () => {
    for (const code of ['ERR_SSL_VERSION_OR_CIPHER_MISMATCH', 'ERR_SSL_CLIENT_AUTH_CERT_NEEDED', 'ERR_NEW'])
      expect(
        failureSchema.safeParse(unreachableFailure(`${'h'.repeat(250)}:8443`, { kind: 'failed', code })).success,
      ).toBe(true);
  });
});
