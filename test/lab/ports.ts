/** Ports for a lab: one block of them, held by a socket of ours, so that labs which run at once never meet. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that Linux gives to outgoing connections (32768 and up). */
const FIRST = 12_000;
const BLOCK = 500;
const BLOCKS = 40;

/** Offsets in a block. */
export interface LabPorts {
  readonly udp: number;
  readonly ws: number;
  readonly wss: number;
  readonly wssExpired: number;
  readonly wssOtherHost: number;
  readonly rtpengineNg: number;
  readonly rtpengineCli: number;
  /** rtpengine's media. */
  readonly media: readonly [first: number, last: number];
  /** Of the n-th baresip, n < 8: SIP (and the port after it, for TLS), control, and 20 ports of media. */
  readonly phone: (n: number) => {
    readonly sip: number;
    readonly control: number;
    readonly media: readonly [first: number, last: number];
  };
  /** Of the n-th SIPp; they repeat after 30. It takes the port of its media and the second one above. */
  readonly sipp: (n: number) => { readonly sip: number; readonly media: number };
  /** Lets others have the block. */
  readonly release: () => Promise<void>;
}

const PHONES = 8;
const SIPPS = 30;

async function tcpFree(port: number, address: string): Promise<boolean> {
  const server = createServer().listen(port, address);
  const free = await once(server, 'listening').then(
    () => true,
    () => false,
  );
  await new Promise((resolve) => server.close(resolve));
  return free;
}

async function udpFree(port: number, address: string): Promise<boolean> {
  const socket = createSocket('udp4');
  socket.bind(port, address);
  const free = await once(socket, 'listening').then(
    () => true,
    () => false,
  );
  if (free) await new Promise<void>((resolve) => socket.close(resolve));
  return free;
}

/** Takes a block whose server ports are free on `address`; the choice starts at a random one. Rejects when there is none. */
export async function takePorts(address: string): Promise<LabPorts> {
  const start = Math.floor(Math.random() * BLOCKS);
  for (let tried = 0; tried < BLOCKS; tried += 1) {
    const base = FIRST + ((start + tried) % BLOCKS) * BLOCK;
    const holder = createServer().listen(base, '127.0.0.1');
    if (
      !(await once(holder, 'listening').then(
        () => true,
        () => false,
      ))
    )
      continue;
    const servers = Array.from({ length: 10 + 3 * PHONES }, (_, n) => base + 1 + n);
    const free = await Promise.all(servers.flatMap((port) => [tcpFree(port, address), udpFree(port, address)]));
    if (free.every(Boolean)) {
      holder.unref();
      return {
        ws: base + 1,
        wss: base + 2,
        wssExpired: base + 3,
        wssOtherHost: base + 4,
        udp: base + 5,
        rtpengineNg: base + 6,
        rtpengineCli: base + 7,
        phone: (n) => ({
          sip: base + 10 + 2 * n,
          control: base + 10 + 2 * PHONES + n,
          media: [base + 340 + n * 20, base + 340 + n * 20 + 19],
        }),
        sipp: (n) => ({ sip: base + 30 + (n % SIPPS), media: base + 60 + (n % SIPPS) * 4 }),
        media: [base + 190, base + 339],
        release: () => new Promise((resolve) => holder.close(() => resolve())),
      };
    }
    await new Promise((resolve) => holder.close(resolve));
  }
  throw new Error('no block of free ports is left for a lab');
}
