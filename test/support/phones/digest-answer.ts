/** What a raw client does when it is asked for a password (RFC 3261 section 22.2, RFC 2617). */
import { digestResponse } from '../../../src/gateway/digest';
import { headersOf, parseCseq, headerOf, type HeaderField, type SipRequest } from '../../../src/gateway/sip-message';
import type { SipResponse } from '../../../src/gateway/sip-message';
import { randomToken } from '../../../src/gateway/sip-reply';

const CHALLENGES = [
  [401, 'WWW-Authenticate', 'Authorization'],
  [407, 'Proxy-Authenticate', 'Proxy-Authorization'],
] as const;

/** The headers that `answerChallenge` may replace. */
const isNew = ({ name }: HeaderField): boolean =>
  ['Via', 'CSeq', 'Authorization', 'Proxy-Authorization'].includes(name);

/** The request once more, with credentials; null when the response asks for none that we can give (MD5 with qop=auth). */
export function answerChallenge(
  request: SipRequest,
  response: SipResponse,
  who: { readonly username: string; readonly password: string; readonly cseq: number },
): SipRequest | null {
  for (const [status, asks, answers] of CHALLENGES) {
    if (response.status !== status) continue;
    for (const challenge of headersOf(response, asks)) {
      const of = (name: string): string =>
        new RegExp(`[\\s,]${name}="?([^",]*)`, 'i').exec(challenge)?.slice(1, 2).join('') ?? '';
      if (!/^(?:|md5)$/i.test(of('algorithm')) || of('qop') !== 'auth') continue;
      const [realm, nonce, opaque, nc, cnonce] = [of('realm'), of('nonce'), of('opaque'), '00000001', randomToken()];
      const proof = digestResponse({ ...who, realm, nonce, nc, cnonce, method: request.method, uri: request.uri });
      const value = [
        `Digest username="${who.username}"`,
        `realm="${realm}"`,
        `nonce="${nonce}"`,
        `uri="${request.uri}"`,
        `response="${proof}"`,
        `nc=${nc}`,
        `cnonce="${cnonce}"`,
        'qop=auth',
        'algorithm=MD5',
        ...(opaque === '' ? [] : [`opaque="${opaque}"`]),
      ].join(', ');
      return {
        ...request,
        headers: [
          { name: 'Via', value: `SIP/2.0/WS client.invalid;branch=z9hG4bK${randomToken()}` },
          { name: 'CSeq', value: `${who.cseq} ${request.method}` },
          { name: answers, value },
          ...request.headers.filter((one) => !isNew(one)),
        ],
      };
    }
  }
  return null;
}

/** Which request a response answers: Call-ID and CSeq. */
export const keyOf = (message: SipRequest | SipResponse): string => {
  const { number = 0, method = '' } = parseCseq(headerOf(message, 'CSeq') ?? '') ?? {};
  return `${headerOf(message, 'Call-ID') ?? ''} ${number} ${method}`;
};
