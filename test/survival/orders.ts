/** What the tests may ask of the other namespace, and how they ask. */
import { request } from 'node:http';
import { z } from 'zod';

const cable = z.enum(['wifi', 'lan']);
export const order = z.discriminatedUnion('what', [
  z.object({ what: z.literal('facts') }),
  /** Plugs a cable in (and sends the traffic over it), or out. */
  z.object({ what: z.literal('cable'), cable, on: z.boolean() }),
  /** Drops so many percent of the UDP packets, each way. */
  z.object({ what: z.literal('loss'), percent: z.number().min(0).max(100) }),
  z.object({
    what: z.enum(['kill-gateway', 'restart-gateway', 'far-end-hangs-up', 'far-end-calls', 'media-sessions', 'logs']),
  }),
]);
export type Order = z.infer<typeof order>;

const edgeFacts = z.object({
  wssUrl: z.string(),
  ca: z.string(),
  domain: z.string(),
  issuer: z.string(),
  audience: z.string(),
  key: z.string(),
});
/** How to reach the gateway there. */
export type EdgeFacts = z.infer<typeof edgeFacts>;

const reply = z.union([z.object({ answer: z.unknown() }), z.object({ problem: z.string() })]);

async function ask(socket: string, todo: Order): Promise<unknown> {
  const text = await new Promise<string>((resolve, reject) => {
    const asked = request({ socketPath: socket, method: 'POST', path: '/' }, (response) => {
      let body = '';
      response
        .setEncoding('utf8')
        .on('data', (chunk: string) => (body += chunk))
        .on('end', () => resolve(body));
    });
    asked.on('error', reject);
    asked.end(JSON.stringify(todo));
  });
  const answered = reply.parse(JSON.parse(text));
  if ('problem' in answered) throw new Error(`${todo.what}: ${answered.problem}`);
  return answered.answer;
}

/** The network between the app and its gateway. Moments are in ms since the epoch. */
export interface Network {
  readonly facts: () => Promise<EdgeFacts>;
  readonly plug: (cable: 'wifi' | 'lan') => Promise<number>;
  readonly unplug: (cable: 'wifi' | 'lan') => Promise<number>;
  readonly lose: (percent: number) => Promise<number>;
  readonly killGateway: () => Promise<void>;
  /** The moment it listened. */
  readonly restartGateway: () => Promise<number>;
  readonly farEndHangsUp: () => Promise<void>;
  readonly farEndCalls: () => Promise<number>;
  readonly mediaSessions: () => Promise<number>;
  readonly logs: () => Promise<string>;
}

/** Talks to the control on this socket. */
export function networkAt(socket: string): Network {
  const number = async (todo: Order): Promise<number> => z.number().parse(await ask(socket, todo));
  return {
    facts: async () => edgeFacts.parse(await ask(socket, { what: 'facts' })),
    plug: (which) => number({ what: 'cable', cable: which, on: true }),
    unplug: (which) => number({ what: 'cable', cable: which, on: false }),
    lose: (percent) => number({ what: 'loss', percent }),
    killGateway: async () => {
      await ask(socket, { what: 'kill-gateway' });
    },
    restartGateway: () => number({ what: 'restart-gateway' }),
    farEndHangsUp: async () => {
      await ask(socket, { what: 'far-end-hangs-up' });
    },
    farEndCalls: () => number({ what: 'far-end-calls' }),
    mediaSessions: () => number({ what: 'media-sessions' }),
    logs: async () => z.string().parse(await ask(socket, { what: 'logs' })),
  };
}
