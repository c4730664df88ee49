/**
 * The gateway as an Electron utilityProcess. Keys come by message and live in memory only: never in argv, never in the
 * environment. It ends when it is told to.
 *
 *   in:  {type: 'start', options} · {type: 'set-keys', keys} · {type: 'close'}
 *   out: {type: 'listening', url, port, domain, faultUrl} | {type: 'failed', failure} · {type: 'log', line}
 */
import { z } from 'zod';
import { fail, type Failure } from '../contracts/base/result';
import { startGateway, type GatewayHandle } from './index';
import { gatewayKeys } from './verifying-key';

const command = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start'), options: z.unknown() }),
  z.object({ type: z.literal('set-keys'), keys: gatewayKeys }),
  z.object({ type: z.literal('close') }),
]);

/** What the process says. */
export type GatewayReport =
  | {
      readonly type: 'listening';
      readonly url: string;
      readonly port: number;
      readonly domain: string;
      readonly faultUrl: string | null;
    }
  | { readonly type: 'failed'; readonly failure: Failure }
  | { readonly type: 'log'; readonly line: string };

/** The little of Electron's ParentPort that is used; its types belong to main's zone. */
interface ParentPort {
  readonly on: (event: 'message', listener: (event: { readonly data: unknown }) => void) => void;
  readonly postMessage: (message: GatewayReport) => void;
}
const parentPort = z.custom<ParentPort>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    'on' in value &&
    typeof value.on === 'function' &&
    'postMessage' in value &&
    typeof value.postMessage === 'function',
  'this file runs as an Electron utility process only',
);

const port = parentPort.parse(Reflect.get(process, 'parentPort'));
let gateway: GatewayHandle | null = null;

async function start(input: unknown): Promise<void> {
  // `startGateway` parses the options; only their being an object is settled here.
  const options = z.looseObject({ port: z.number(), keys: gatewayKeys }).safeParse(input);
  if (!options.success) {
    port.postMessage({
      type: 'failed',
      failure: fail(
        'key-unusable',
        'The practice gateway needs a port and a key of at least 32 characters.',
        'open-keys',
      ).failure,
    });
    return;
  }
  const started = await startGateway({
    ...options.data,
    log: (line) => port.postMessage({ type: 'log', line }),
    onKill: () => process.exit(1),
  });
  if (!started.ok) {
    port.postMessage({ type: 'failed', failure: started.failure });
    return;
  }
  gateway = started.value;
  const { url, port: listening, domain, faultUrl } = gateway;
  port.postMessage({ type: 'listening', url, port: listening, domain, faultUrl });
  await gateway.warmUp();
}

async function close(): Promise<void> {
  await gateway?.close();
  process.exit(0);
}

port.on('message', ({ data }) => {
  const parsed = command.safeParse(data);
  if (!parsed.success) return;
  switch (parsed.data.type) {
    case 'start':
      if (gateway === null) void start(parsed.data.options);
      return;
    case 'set-keys':
      gateway?.setKeys(parsed.data.keys);
      return;
    case 'close':
      void close();
  }
});
