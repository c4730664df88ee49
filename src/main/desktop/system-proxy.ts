/** The proxy settings of this computer, as the windows use them: fixed ones, those of the environment, or a PAC script, which Chromium runs. */
import { app, session } from 'electron';

/** In the words of a PAC script: `PROXY host:port; DIRECT`. */
export async function resolveProxy(url: string): Promise<string> {
  await app.whenReady();
  return session.defaultSession.resolveProxy(url);
}
