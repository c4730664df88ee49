/** What the tests may ask of the other namespace, and how they ask. */
import { request } from 'node:http';
import { z } from 'zod';
import { PHONE_EVENTS, PHONES, type OrdinaryPhone, type PhoneName } from '../lab/ordinary-phone';

/** What the ordinary phones play in their calls. */
export const PHONE_HZ = 500;

/** What an ordinary phone is told. `text`: whom to call, or digits to send. */
const phoneOrder = z.object({
  what: z.literal('phone'),
  phone: z.enum(PHONES),
  act: z.enum([
    'start',
    'dial',
    'answer',
    'hang-up',
    'hold',
    'resume',
    'send-digits',
    'events',
    'digits',
    'listen',
    'heard',
    'stop',
  ]),
  text: z.string().default(''),
});
export type PhoneOrder = z.infer<typeof phoneOrder>;

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
  phoneOrder,
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

/** An ordinary phone in a namespace of its own, from afar. */
export interface FarPhone {
  /** Registers it; null, or why it can't be had here and what to install. */
  readonly start: () => Promise<string | null>;
  readonly dial: (user: string) => Promise<void>;
  readonly answer: () => Promise<void>;
  readonly hangUp: () => Promise<void>;
  readonly hold: OrdinaryPhone['hold'];
  readonly resume: OrdinaryPhone['resume'];
  readonly sendDigits: OrdinaryPhone['sendDigits'];
  readonly events: OrdinaryPhone['events'];
  readonly digits: OrdinaryPhone['digits'];
  readonly listen: OrdinaryPhone['listen'];
  readonly heard: OrdinaryPhone['heard'];
  /** Ends it, if it runs. */
  readonly stop: OrdinaryPhone['stop'];
}

/** The network between the app and its gateway. Moments are in ms since the epoch. */
export interface Network {
  readonly facts: () => Promise<EdgeFacts>;
  readonly plug: (cable: 'wifi' | 'lan') => Promise<number>;
  readonly unplug: (cable: 'wifi' | 'lan') => Promise<number>;
  readonly lose: (percent: number) => Promise<number>;
  readonly killGateway: () => Promise<void>;
  /** The moment it answered. */
  readonly restartGateway: () => Promise<number>;
  readonly farEndHangsUp: () => Promise<void>;
  readonly farEndCalls: () => Promise<number>;
  readonly mediaSessions: () => Promise<number>;
  readonly phone: (name: PhoneName) => FarPhone;
  readonly logs: () => Promise<string>;
}

function phoneAt(socket: string, phone: PhoneName): FarPhone {
  const tell = (act: PhoneOrder['act'], text = ''): Promise<unknown> =>
    ask(socket, { what: 'phone', phone, act, text });
  const done = async (act: PhoneOrder['act'], text?: string): Promise<void> => {
    await tell(act, text);
  };
  return {
    start: async () =>
      z
        .string()
        .nullable()
        .parse(await tell('start')),
    dial: (user) => done('dial', user),
    answer: () => done('answer'),
    hangUp: () => done('hang-up'),
    hold: () => done('hold'),
    resume: () => done('resume'),
    sendDigits: (digits) => done('send-digits', digits),
    events: async () => z.array(z.enum(PHONE_EVENTS)).parse(await tell('events')),
    digits: async () => z.string().parse(await tell('digits')),
    listen: () => done('listen'),
    heard: async () => Buffer.from(z.string().parse(await tell('heard')), 'base64'),
    stop: () => done('stop'),
  };
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
    phone: (name) => phoneAt(socket, name),
    logs: async () => z.string().parse(await ask(socket, { what: 'logs' })),
  };
}
