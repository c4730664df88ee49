/** Sautikit's token endpoints, from its documentation: both generations, its errors, and no more. */
import {
  answerJson,
  openHttpServer,
  type Answer,
  type HttpServerUnderTest,
  type SeenRequest,
} from './hostile-http-server';

export interface FakeSautikit extends HttpServerUnderTest {
  /** What the account is like from now on. */
  readonly become: (state: 'fine' | 'out-of-money' | 'profile-pending' | 'key-revoked') => void;
}

export interface FakeSautikitOptions {
  readonly key: string;
  /** The token for the next connect. */
  readonly mint: () => string;
  /** `endpoint` of the newer generation's answer. */
  readonly gatewayUrl?: string;
}

const LIFE_S = 300;

/** Errors of the `sip` generation are `{error: {...}}`, those of `webrtc` are `{code, reason}`. */
const refusal = (path: string, status: number, code: string, message: string): Answer =>
  answerJson(
    status,
    path === '/v1/sip/token' ? { error: { code, message, request_id: 'req_1' } } : { code, reason: message },
  );

/** Starts it on a free port. */
export async function openFakeSautikit({ key, mint, gatewayUrl }: FakeSautikitOptions): Promise<FakeSautikit> {
  let state: Parameters<FakeSautikit['become']>[0] = 'fine';
  const usual = ({ method, path, headers, body }: SeenRequest): Answer => {
    if (method !== 'POST')
      return answerJson(405, { error: { code: 'method', message: 'use POST', request_id: 'req_1' } });
    // It does as careless servers do: it repeats the key in its message.
    if (headers['authorization'] !== `Bearer ${key}` || state === 'key-revoked')
      return refusal(path, 401, 'api_key.revoked', `the key ${headers['authorization'] ?? ''} was revoked`);
    if (state === 'out-of-money') return refusal(path, 402, 'wallet.insufficient_funds', 'top up');
    if (state === 'profile-pending') return refusal(path, 409, 'webrtc.token.profile_pending', 'retry shortly');
    if (path === '/v1/sip/token')
      return body === ''
        ? answerJson(200, { token: mint(), expires_at: new Date(Date.now() + LIFE_S * 1000).toISOString() })
        : refusal(path, 400, 'body', 'no body is taken');
    if (path !== '/v1/webrtc/token') return refusal(path, 404, 'path', 'no such path');
    if (headers['content-type'] !== 'application/json' || !body.startsWith('{'))
      return refusal(path, 400, 'body', 'at least {}');
    return answerJson(200, {
      token: mint(),
      ...(gatewayUrl === undefined ? {} : { endpoint: gatewayUrl }),
      sipProfile: { username: '1001' },
      turnServer: {
        iceServers: [
          { urls: ['stun:127.0.0.1:3478'] },
          { urls: 'turn:127.0.0.1:3478', username: '1:agent', credential: 'given for minutes' },
        ],
      },
      expiresIn: LIFE_S,
    });
  };
  const server = await openHttpServer((seen, response) => usual(seen)(seen, response));
  return {
    ...server,
    become: (wanted) => {
      state = wanted;
    },
  };
}
