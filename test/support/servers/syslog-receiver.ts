/** A syslog receiver over TLS: takes frames apart by RFC 5425 section 4.3, and messages by the ABNF of RFC 5424 section 6. What does not fit is a failure of the sender. */
import { readFile } from 'node:fs/promises';
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import type { ServerCertificate } from '../../lab/certificates';

export interface SyslogMessage {
  readonly facility: number;
  readonly severity: number;
  readonly timestamp: string;
  readonly hostname: string;
  readonly appName: string;
  readonly processId: string;
  readonly messageId: string;
  /** By SD-ID, then by name; escapes are undone. */
  readonly data: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Without the byte order mark. */
  readonly text: string;
}

export interface SyslogReceiver {
  readonly port: number;
  readonly messages: SyslogMessage[];
  /** What was no frame, or no message. */
  readonly faults: string[];
  readonly protocols: string[];
  /** How many connections ended with close_notify, not with a reset. */
  readonly closed: () => number;
  /** Ends the connections that there are. */
  readonly drop: () => void;
  readonly close: () => Promise<void>;
}

const HEADER =
  /^<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)) ([\x21-\x7e]{1,255}) ([\x21-\x7e]{1,48}) ([\x21-\x7e]{1,128}) ([\x21-\x7e]{1,32}) /;
const NAME = '[\\x21\\x23-\\x3c\\x3e-\\x5c\\x5e-\\x7e]{1,32}';
const ELEMENT = new RegExp(`^\\[(${NAME})((?: ${NAME}="(?:[^"\\\\\\]]|\\\\["\\\\\\]])*")*)\\]`);
const PARAMETER = new RegExp(` (${NAME})="((?:[^"\\\\\\]]|\\\\["\\\\\\]])*)"`, 'g');
const MARK = '\uFEFF';

export function parseSyslog(message: string): SyslogMessage | null {
  const [head, priority = '', timestamp = '', hostname = '', appName = '', processId = '', messageId = ''] =
    HEADER.exec(message) ?? [];
  if (head === undefined || Number(priority) > 191 || Number.isNaN(Date.parse(timestamp))) return null;
  let rest = message.slice(head.length);
  const data: Record<string, Record<string, string>> = {};
  for (;;) {
    const [element, id, parameters = ''] = ELEMENT.exec(rest) ?? [];
    if (element === undefined || id === undefined) break;
    if (Object.hasOwn(data, id)) return null;
    data[id] = Object.fromEntries(
      [...parameters.matchAll(PARAMETER)].map(([, name = '', value = '']) => [
        name,
        value.replace(/\\(["\\\]])/g, '$1'),
      ]),
    );
    rest = rest.slice(element.length);
  }
  if (Object.keys(data).length === 0) {
    if (!rest.startsWith('-')) return null;
    rest = rest.slice(1);
  }
  if (rest !== '' && !rest.startsWith(` ${MARK}`)) return null;
  return {
    facility: Number(priority) >> 3,
    severity: Number(priority) & 7,
    timestamp,
    hostname,
    appName,
    processId,
    messageId,
    data,
    text: rest.slice(2),
  };
}

export async function openSyslogReceiver(
  { certificate, key }: ServerCertificate,
  { port = 0, ...more }: TlsOptions & { readonly port?: number } = {},
): Promise<SyslogReceiver> {
  const messages: SyslogMessage[] = [];
  const faults: string[] = [];
  const protocols: string[] = [];
  const sockets = new Set<TLSSocket>();
  /** Those whose handshake is not over, too. */
  const connections = new Set<Socket>();
  let closed = 0;
  const server = createServer({ cert: await readFile(certificate), key: await readFile(key), ...more }, (socket) => {
    sockets.add(socket);
    protocols.push(socket.getProtocol() ?? '');
    let bytes = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (;;) {
        const space = bytes.indexOf(' ');
        if (space === -1) break;
        const length = bytes.subarray(0, space).toString('latin1');
        // MSG-LEN begins with no zero.
        if (!/^[1-9]\d{0,5}$/.test(length)) {
          faults.push(`no length: ${length.slice(0, 20)}`);
          socket.destroy();
          return;
        }
        const end = space + 1 + Number(length);
        if (bytes.length < end) break;
        const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(space + 1, end));
        bytes = bytes.subarray(end);
        const message = parseSyslog(text);
        if (message === null) faults.push(`no message: ${text.slice(0, 200)}`);
        else messages.push(message);
      }
    });
    socket.on('end', () => {
      closed += 1;
      if (bytes.length > 0) faults.push('a message was cut off');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    messages,
    faults,
    protocols,
    closed: () => closed,
    drop: () => sockets.forEach((socket) => socket.destroy()),
    close: async () => {
      const done = new Promise((resolve) => server.close(resolve));
      connections.forEach((socket) => socket.destroy());
      await done;
    },
  };
}
