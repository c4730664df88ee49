/**
 * Shows a proxy's password to Chromium: a plain request to a gateway by way of that proxy, which is answered with it. From then on Chromium gives it to
 * that proxy for the WebSockets of the same session too, without a challenge that would end an older Electron (electron#48505).
 */
import { net, session } from 'electron';
import type { ProxyLogin } from '../../contracts/proxy';
import type { Clock } from '../base/clock';

const LOGIN_TIME_MS = 10_000;

/** `address`: https, without a path. Resolves when the proxy has let it through or refused: true, it wanted the password. */
export function showToProxy(
  address: string,
  login: (proxy: string) => ProxyLogin | null,
  clock: Pick<Clock, 'after'>,
): Promise<boolean> {
  return new Promise((resolve) => {
    let shown = false;
    const request = net.request({
      url: address,
      session: session.defaultSession,
      method: 'HEAD',
      redirect: 'manual',
      credentials: 'omit',
    });
    const end = (): void => {
      cancel();
      resolve(shown);
      request.abort();
    };
    const cancel = clock.after(LOGIN_TIME_MS, end);
    request.on('login', ({ isProxy, host, port }, answer) => {
      const known = isProxy && !shown ? login(`${host}:${port}`) : null;
      if (known === null) {
        answer();
        return;
      }
      shown = true;
      answer(known.user, known.password);
    });
    request.on('response', end);
    request.on('redirect', end);
    request.on('error', end);
    request.end();
  });
}
