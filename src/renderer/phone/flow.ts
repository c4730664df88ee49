/** One WebSocket to the gateway (a flow, RFC 5626), with a liveness probe that wants an answer. */
import type { Grant } from '../../contracts/grant';
import type { Clock } from './clock';
import { isProbeBranch, optionsProbe, peek } from './sip-wire';
import { redact, type TraceEntry } from './trace';

/** What the engine needs of a WebSocket; the browser's and that of `ws` have it. */
export interface WebSocketLike {
  readonly protocol: string;
  readonly send: (data: string) => void;
  readonly close: () => void;
  addEventListener(type: 'open' | 'error' | 'close', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}
export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;

/** How a flow ended. `probe`: it was silent and did not answer within `afterMs`. */
export type FlowEnd = { readonly how: 'refused' } | { readonly how: 'closed' } | { readonly how: 'probe'; readonly afterMs: number };

export interface FlowDeps {
  readonly WebSocket: WebSocketConstructor;
  readonly clock: Clock;
  readonly random: () => number;
  readonly trace: (entry: TraceEntry) => void;
}

export interface FlowListener {
  readonly onOpen: () => void;
  /** A SIP message; keep-alives and probe answers are not passed on. */
  readonly onMessage: (text: string, flow: Flow) => void;
  /** Once, whatever ended it, unless `close` did. */
  readonly onEnd: (end: FlowEnd, flow: Flow) => void;
}

export interface Flow {
  readonly number: number;
  readonly send: (text: string) => void;
  /** Asks for a sign of life now; none within `answerMs` ends the flow. */
  readonly probe: (answerMs: number) => void;
  /** A draining flow is not probed: it only waits for its calls. */
  readonly stopProbing: () => void;
  readonly close: () => void;
}

/** Milliseconds. */
const OPEN_WITHIN = 5_000;
const QUIET_BEFORE_PROBE = 5_000;
const ANSWER_WITHIN = 3_000;

function presentedUrl(grant: Grant): string {
  if (grant.presentation.kind === 'main-injected') return grant.url;
  const url = new URL(grant.url);
  url.searchParams.set(grant.presentation.parameter, grant.presentation.token);
  return url.href;
}

/** The secret parts of a grant: never traced. */
const secretsOf = (grant: Grant): readonly string[] => (grant.presentation.kind === 'query' ? [grant.presentation.token] : []);

/** Opens a WebSocket with the grant's token as its presentation says (RFC 7118 section 5: subprotocol `sip`). */
export function openFlow(number: number, grant: Grant, deps: FlowDeps, listener: FlowListener): Flow {
  const { clock } = deps;
  const secrets = secretsOf(grant);
  const token = Math.floor(deps.random() * 0xffffffff).toString(36);
  const transport = grant.url.startsWith('wss:') ? 'WSS' : 'WS';
  let state: 'opening' | 'open' | 'over' = 'opening';
  let probing = true;
  let sequence = 0;
  let cancelTimer: () => void = () => undefined;
  const socket = new deps.WebSocket(presentedUrl(grant), ['sip']);

  const over = (end: FlowEnd | null): void => {
    if (state === 'over') return;
    state = 'over';
    cancelTimer();
    try {
      socket.close();
    } catch {
      // A socket that never opened may refuse to be closed; it is gone either way.
    }
    if (end !== null) listener.onEnd(end, flow);
  };
  const write = (text: string): void => {
    if (state !== 'open') return;
    deps.trace({ direction: 'out', flow: number, text: redact(text, secrets) });
    socket.send(text);
  };
  const probe = (answerMs: number): void => {
    if (state !== 'open') return;
    cancelTimer();
    sequence += 1;
    write(optionsProbe({ identity: grant.identity, transport, token, sequence }));
    cancelTimer = clock.after(answerMs, () => over({ how: 'probe', afterMs: answerMs }));
  };
  const alive = (): void => {
    cancelTimer();
    if (probing && state === 'open') cancelTimer = clock.after(QUIET_BEFORE_PROBE, () => probe(ANSWER_WITHIN));
  };
  const flow: Flow = {
    number,
    send: write,
    probe,
    stopProbing: () => {
      probing = false;
      cancelTimer();
    },
    close: () => over(null),
  };

  cancelTimer = clock.after(OPEN_WITHIN, () => over({ how: 'refused' }));
  socket.addEventListener('open', () => {
    if (state !== 'opening') return;
    if (socket.protocol !== 'sip') {
      over({ how: 'refused' });
      return;
    }
    state = 'open';
    alive();
    listener.onOpen();
  });
  socket.addEventListener('message', (event: { readonly data: unknown }) => {
    if (state !== 'open') return;
    alive();
    // Binary frames are no use to SIP over our gateways; a keep-alive (RFC 5626 section 3.5.1) is answered here.
    if (typeof event.data !== 'string') return;
    const text = event.data;
    if (text.trim() === '') {
      if (text === '\r\n\r\n') socket.send('\r\n');
      return;
    }
    deps.trace({ direction: 'in', flow: number, text: redact(text, secrets) });
    const message = peek(text);
    if (message !== null && message.kind === 'response' && isProbeBranch(message.branch)) return;
    listener.onMessage(text, flow);
  });
  // The reason of a refused handshake is hidden from a page: all of them are close code 1006.
  socket.addEventListener('error', () => over({ how: state === 'opening' ? 'refused' : 'closed' }));
  socket.addEventListener('close', () => over({ how: state === 'opening' ? 'refused' : 'closed' }));
  return flow;
}
