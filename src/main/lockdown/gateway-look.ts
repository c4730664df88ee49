/**
 * A look at a gateway whose WebSocket did not open. Chromium tells a page, and an app that listens to its requests, no more than that it failed; a
 * plain request to the same address by the same network settings fails with the reason. (Of an HTTP status it tells 401 and a proxy's 407 alone: all
 * others it takes for a failure.) The request carries no token, no query and no cookie.
 */
import { net, session } from 'electron';
import type { Clock } from '../base/clock';
import type { Look } from './unreachable-gateway';

/** In memory only; nothing else is asked there. */
export const LOOK_PARTITION = 'look';
/** From its begin to an answer, ms. */
const LOOK_TIME_MS = 5_000;

const one = (header: string | readonly string[] | undefined): string | undefined =>
  typeof header === 'string' ? header : header?.[0];

/** `address`: https, without a query. Resolves always. */
export function lookAtGateway(address: string, clock: Pick<Clock, 'after'>): Promise<Look> {
  return new Promise((resolve) => {
    const request = net.request({
      url: address,
      session: session.fromPartition(LOOK_PARTITION),
      method: 'GET',
      redirect: 'manual',
      credentials: 'omit',
    });
    let isOver = false;
    const end = (look: Look): void => {
      if (isOver) return;
      isOver = true;
      cancel();
      resolve(look);
      request.abort();
    };
    const cancel = clock.after(LOOK_TIME_MS, () => end({ kind: 'slow' }));
    request.on('response', ({ statusCode, headers }) =>
      end({
        kind: 'answered',
        status: statusCode,
        contentType: one(headers['content-type']),
        retryAfter: one(headers['retry-after']),
      }),
    );
    request.on('redirect', (status) => end({ kind: 'answered', status }));
    request.on('login', ({ isProxy }, answer) => {
      // Nobody's password is given here.
      answer();
      end(isProxy ? { kind: 'proxy-password' } : { kind: 'answered', status: 401 });
    });
    request.on('error', ({ message }) =>
      end({ kind: 'failed', code: /ERR_[A-Z0-9_]+/.exec(message)?.[0] ?? 'unknown' }),
    );
    request.end();
  });
}
