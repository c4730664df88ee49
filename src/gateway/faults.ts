/**
 * The fault port: lets a test break things on purpose. A server of its own on 127.0.0.1 that exists only when it was asked
 * for. Requests and answers are JSON.
 */
import { createServer, type IncomingMessage } from 'node:http';
import { z } from 'zod';
import { ok, type Result } from '../contracts/base/result';
import { closeServer, listenOnLoopback } from './listen';

/** What is broken at the moment. */
export class FaultState {
  readonly silent = new Set<string>();
  delayMs = 0;
  #refusals = 0;

  /** Refuses the next `count` tokens that are good (Infinity: all; 0: none any more). */
  refuseTokens(count: number): void {
    this.#refusals = count;
  }

  /** True when the token at hand shall be refused; counts it. */
  takeRefusal(): boolean {
    if (this.#refusals === 0) return false;
    this.#refusals -= 1;
    return true;
  }
}

/** What the fault port may do and see. */
export interface FaultTargets {
  readonly state: FaultState;
  /** Cuts the sockets of a user; the value is how many. */
  readonly drop: (user: string) => number;
  /** Closes the sockets of a user with a WebSocket close code. */
  readonly closeWith: (user: string, code: number) => number;
  /** Ends the whole gateway as a crash would. */
  readonly kill: () => void;
  readonly stats: () => unknown;
  readonly digits: () => unknown;
}

const user = z.string().min(1).max(64);
const isCloseCode = (code: number): boolean =>
  code === 1000 ||
  (code >= 1001 && code <= 1014 && ![1004, 1005, 1006].includes(code)) ||
  (code >= 3000 && code <= 4999);

interface Action {
  readonly run: (body: unknown, targets: FaultTargets) => unknown;
}

function action<S extends z.ZodType>(input: S, run: (input: z.output<S>, targets: FaultTargets) => unknown): Action {
  return { run: (body, targets) => run(input.parse(body), targets) };
}

/** Every action by its path: the table is the documentation. */
const POST: Readonly<Record<string, Action>> = {
  '/drop': action(z.strictObject({ user }), (input, targets) => ({ dropped: targets.drop(input.user) })),
  '/silent': action(z.strictObject({ user, on: z.boolean() }), (input, { state }) => {
    if (input.on) state.silent.add(input.user);
    else state.silent.delete(input.user);
    return {};
  }),
  '/refuse-tokens': action(
    z.strictObject({ on: z.boolean(), count: z.number().int().min(1).max(1000).optional() }),
    (input, { state }) => {
      // With a count: so many, then none.
      state.refuseTokens(input.on ? (input.count ?? Infinity) : 0);
      return {};
    },
  ),
  '/delay': action(z.strictObject({ ms: z.number().min(0).max(60_000) }), (input, { state }) => {
    state.delayMs = input.ms;
    return {};
  }),
  '/close-code': action(z.strictObject({ user, code: z.number().int().refine(isCloseCode) }), (input, targets) => ({
    closed: targets.closeWith(input.user, input.code),
  })),
  '/kill': action(z.strictObject({}), () => ({})),
};
const GET: Readonly<Record<string, (targets: FaultTargets) => unknown>> = {
  '/stats': (targets) => targets.stats(),
  '/digits': (targets) => targets.digits(),
};

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > 10_000) throw new Error('too large');
  }
  return text === '' ? {} : JSON.parse(text);
}

async function handle(request: IncomingMessage, targets: FaultTargets): Promise<readonly [number, unknown]> {
  const path = (request.url ?? '').replace(/\?.*$/, '');
  if (request.method === 'GET') {
    const read = GET[path];
    return read === undefined ? [404, { error: 'no such thing' }] : [200, read(targets)];
  }
  const found = POST[path];
  if (request.method !== 'POST' || found === undefined) return [404, { error: 'no such fault' }];
  try {
    return [200, found.run(await bodyOf(request), targets)];
  } catch {
    return [400, { error: 'the body does not fit this fault' }];
  }
}

/** Opens the fault port on any free port. */
export async function startFaults(
  targets: FaultTargets,
): Promise<Result<{ readonly url: string; readonly close: () => Promise<void> }>> {
  const server = createServer((request, response) => {
    void handle(request, targets).then(([status, body]) => {
      response.writeHead(status, { 'Content-Type': 'application/json', Connection: 'close' });
      response.end(JSON.stringify(body), () => {
        if (status === 200 && request.method === 'POST' && request.url === '/kill') targets.kill();
      });
    });
  });
  const listening = await listenOnLoopback(server, 0);
  if (!listening.ok) return listening;
  return ok({ url: `http://127.0.0.1:${listening.value}/`, close: () => closeServer(server) });
}
