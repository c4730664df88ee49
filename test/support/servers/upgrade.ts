/** One try to open a WebSocket, seen from outside: what the server says to the upgrade request (RFC 6455 section 4.1). */
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';

export interface UpgradeAnswer {
  /** 101 when the socket would be open. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** Asks once and hangs up, whatever the answer. `query` is put behind the URL's `?`. */
export async function askForUpgrade(url: string, query: string, protocol = 'sip'): Promise<UpgradeAnswer> {
  const target = new URL(url.replace(/^ws/, 'http'));
  target.search = query;
  const headers = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol': protocol,
  };
  return await new Promise((resolve, reject) => {
    const answered = (response: IncomingMessage): void => {
      response.socket.destroy();
      resolve({ status: response.statusCode ?? 0, headers: response.headers });
    };
    request(target, { headers }).on('response', answered).on('upgrade', answered).on('error', reject).end();
  });
}
