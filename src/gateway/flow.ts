/**
 * One flow: one WebSocket that speaks SIP (RFC 7118), bound to the subject of the token that opened it, or of the first
 * credentials that were good on it (see admission.ts). It reads frames,
 * answers keep-alives (RFC 5626 section 4.4.1 and WebSocket pings), and hands parsed messages on.
 */
import type { RawData, WebSocket } from 'ws';
import type { AdmittedFlow } from './admission';
import type { TokenIdentity } from './authenticator';
import { UNCONSTRAINED, type CallConstraints } from './call-constraints';
import type { Clock } from './clock';
import type { Log } from './log';
import { formatSipMessage, parseSipMessage, SIP_LIMITS, type SipMessage } from './sip-message';
import { randomToken, replyTo } from './sip-reply';

const PING_MS = 20_000;
/** A phone that reads this slowly is gone. Bytes. */
const MAX_BUFFERED = 1_048_576;

/** What tests may do to a flow; without faults both are constant. */
export interface FlowFaults {
  readonly isSilent: (user: string) => boolean;
  /** Milliseconds that each outgoing message is late. */
  readonly delayMs: () => number;
}

export interface FlowOptions {
  readonly socket: WebSocket;
  /** What its handshake's token said; null when it opened without one. */
  readonly identity: TokenIdentity | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly faults: FlowFaults;
  readonly onMessage: (flow: Flow, message: SipMessage) => void;
  readonly onEnd: (flow: Flow) => void;
}

export class Flow implements AdmittedFlow {
  readonly id = randomToken(8);
  readonly openedWithToken: boolean;
  /** Resolves when the socket is gone and the end has been told. */
  readonly ended: Promise<void>;
  #identity: TokenIdentity | null;
  #instance: string | null = null;
  #isOver = false;
  #settleEnded: () => void = () => undefined;
  #awaitingPong = false;
  #stopPing: () => void = () => undefined;
  #lastSend = 0;
  readonly #options: FlowOptions;

  constructor(options: FlowOptions) {
    this.#options = options;
    this.#identity = options.identity;
    this.openedWithToken = options.identity !== null;
    this.ended = new Promise((resolve) => {
      this.#settleEnded = resolve;
    });
    const { socket } = options;
    socket.on('message', (data, isBinary) => this.#read(data, isBinary));
    socket.on('ping', (data: Buffer) => {
      if (!this.#isSilent() && socket.readyState === socket.OPEN) socket.pong(data);
    });
    socket.on('pong', () => {
      this.#awaitingPong = false;
    });
    socket.on('error', (error) => options.log(`flow ${this.id} error ${error.message}`));
    socket.on('close', (code) => this.#end(code));
    this.#schedulePing();
  }

  /** Empty while it belongs to nobody. */
  get user(): string {
    return this.#identity?.subject ?? '';
  }

  get expiresAt(): number {
    return this.#identity?.expiresAt ?? 0;
  }

  get constraints(): CallConstraints {
    return this.#identity?.constraints ?? UNCONSTRAINED;
  }

  get isBound(): boolean {
    return this.#identity !== null;
  }

  bind(identity: TokenIdentity): void {
    this.#identity = identity;
  }

  get instance(): string | null {
    return this.#instance;
  }

  learnInstance(instance: string): void {
    this.#instance = instance;
  }

  isOpen(): boolean {
    return !this.#isOver && this.#options.socket.readyState === this.#options.socket.OPEN;
  }

  /** Sends one message as one text frame; dropped when the flow has ended. */
  send(message: SipMessage): void {
    this.#sendText(formatSipMessage(message));
  }

  /** Closes with a WebSocket close code; the end is told when the socket is gone. */
  close(code: number): void {
    this.#options.socket.close(code);
  }

  /** Cuts the TCP connection without a word. */
  destroy(): void {
    this.#options.socket.terminate();
  }

  #isSilent(): boolean {
    return this.#options.faults.isSilent(this.user);
  }

  #read(data: RawData, isBinary: boolean): void {
    if (this.#isSilent()) return;
    const text = decode(data, isBinary);
    if (text === null) return;
    if (/^(?:\r\n)*$/.test(text)) {
      if (text === '\r\n\r\n') this.#sendText('\r\n');
      return;
    }
    const message = parseSipMessage(text);
    if (message.kind !== 'malformed') {
      this.#options.onMessage(this, message);
      return;
    }
    this.#options.log(`flow ${this.id} user=${this.user} malformed message: ${message.problem}`);
    if (message.request !== null && message.request.method !== 'ACK')
      this.send(replyTo(message.request, 400, { phrase: `Bad Request, ${message.problem}` }));
  }

  #sendText(text: string): void {
    if (this.#isSilent() || !this.isOpen()) return;
    const { socket, clock } = this.#options;
    const delay = this.#options.faults.delayMs();
    if (delay === 0 && this.#lastSend <= clock.now()) {
      socket.send(text);
      if (socket.bufferedAmount > MAX_BUFFERED) this.destroy();
      return;
    }
    // Messages never overtake each other, however the delay changes.
    this.#lastSend = Math.max(this.#lastSend, clock.now() + delay);
    clock.after(this.#lastSend - clock.now(), () => {
      if (this.isOpen()) socket.send(text);
    });
  }

  #schedulePing(): void {
    this.#stopPing = this.#options.clock.after(PING_MS, () => {
      if (this.#awaitingPong && !this.#isSilent()) {
        this.destroy();
        return;
      }
      if (this.isOpen() && !this.#isSilent()) {
        this.#awaitingPong = true;
        this.#options.socket.ping();
      }
      this.#schedulePing();
    });
  }

  #end(code: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopPing();
    this.#options.log(`flow ${this.id} closed user=${this.user} code=${code}`);
    this.#options.onEnd(this);
    this.#settleEnded();
  }
}

function decode(data: RawData, isBinary: boolean): string | null {
  const bytes = Array.isArray(data)
    ? Buffer.concat(data)
    : Buffer.from(data instanceof ArrayBuffer ? new Uint8Array(data) : data);
  if (bytes.length > SIP_LIMITS.messageBytes) return null;
  // ws has checked the UTF-8 of text frames; binary ones are checked here.
  if (!isBinary) return bytes.toString('utf8');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
