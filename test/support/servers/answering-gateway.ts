/**
 * A gateway in memory whose every answer a test chooses: to the upgrade, to REGISTER, and how the connection ends. It notes
 * when it is asked. Its time is that of `setTimeout` and `Date`: fake them for an hour in a moment.
 */
import type { WebSocketConstructor, WebSocketLike } from '../../../src/renderer/phone/wire/flow';
import { localResponse, peek, type WireMessage } from '../../../src/renderer/phone/wire/sip-wire';

export interface RegisterReply {
  readonly status: number;
  readonly headers?: readonly string[];
  /** What the 200 lists of bindings, as whole lines; without it our own Contact. */
  readonly contact?: (own: string) => readonly string[];
}

/** What becomes of one connection. */
export interface GatewayAnswer {
  /** `open`: 101 with `sip`; `other-protocol`: 101 without; a number: that HTTP status; `silent`: none. */
  readonly upgrade: 'open' | 'other-protocol' | 'silent' | number;
  /** The final response to REGISTER, or to the number-th one on this connection (from 0); null: none. */
  readonly register: RegisterReply | null | ((number: number) => RegisterReply);
  /** The close code, and how long after the answer to REGISTER (after the upgrade, where there is none). */
  readonly close?: { readonly code: number; readonly afterMs: number };
  /** Milliseconds until each answer leaves: of the number-th answer of this gateway. */
  readonly lateMs?: (answer: number) => number;
  /** Retry-After of the answer to the upgrade, in s; that to REGISTER is among its `headers`. */
  readonly retryAfterS?: number;
}

export interface AnsweringGateway {
  readonly WebSocket: WebSocketConstructor;
  /** What reached it, and when (ms since the epoch). */
  readonly requests: { readonly at: number; readonly what: 'connect' | 'REGISTER'; readonly text: string }[];
  /** Main's word about an upgrade that was answered with another status than 101. */
  onStatus: (status: number, retryAfterMs: number | undefined) => void;
}

const withHeaders = (response: string, headers: readonly string[]): string =>
  headers.length === 0
    ? response
    : response.replace('Content-Length: 0', [...headers, 'Content-Length: 0'].join('\r\n'));

/** `answerTo` is asked at each connect, with the number of those before it. */
export function createAnsweringGateway(answerTo: (connect: number) => GatewayAnswer): AnsweringGateway {
  let connects = 0;
  let answers = 0;
  const note = (what: 'connect' | 'REGISTER', text: string): void =>
    void gateway.requests.push({ at: Date.now(), what, text });

  class Answering implements WebSocketLike {
    protocol = '';
    readyState = 0;
    private readonly handlers = new Map<
      string,
      ((event: { readonly data: unknown; readonly code: number }) => void)[]
    >();
    private readonly answer: GatewayAnswer;
    private registers = 0;
    constructor(url: string) {
      this.answer = answerTo(connects);
      connects += 1;
      note('connect', url);
      const { upgrade, retryAfterS } = this.answer;
      if (upgrade === 'silent') return;
      this.later(() => {
        if (this.readyState !== 0) return;
        if (typeof upgrade === 'number') {
          this.readyState = 3;
          gateway.onStatus(upgrade, retryAfterS === undefined ? undefined : retryAfterS * 1000);
          this.fire('error');
          this.fire('close', '', 1006);
          return;
        }
        this.protocol = upgrade === 'open' ? 'sip' : '';
        this.readyState = 1;
        this.fire('open');
        if (this.answer.register === null) this.closeLater();
      });
    }
    send(data: string): void {
      const request = peek(data);
      if (request?.kind !== 'request') return;
      if (request.method === 'REGISTER') note('REGISTER', data);
      this.later(() => {
        if (this.readyState !== 1) return;
        if (request.method === 'REGISTER') this.register(request, data);
        else this.fire('message', localResponse(request, 200, 'OK'));
      });
    }
    close(): void {
      this.readyState = 3;
    }
    addEventListener(type: string, listener: (event: { readonly data: unknown; readonly code: number }) => void): void {
      this.handlers.set(type, [...(this.handlers.get(type) ?? []), listener]);
    }
    private register(request: WireMessage, text: string): void {
      const chosen = this.answer.register;
      if (chosen === null) return;
      const register = typeof chosen === 'function' ? chosen(this.registers) : chosen;
      this.registers += 1;
      const own = (request.headers('contact')[0] ?? '').replace(/;expires=\d+/, '');
      const contacts =
        register.status >= 300 || text.includes('\r\nExpires: 0')
          ? []
          : (register.contact?.(own) ?? [`Contact: ${own};expires=300`]);
      this.fire(
        'message',
        withHeaders(localResponse(request, register.status, 'Answer'), [...contacts, ...(register.headers ?? [])]),
      );
      this.closeLater();
    }
    private closeLater(): void {
      const { close } = this.answer;
      if (close === undefined) return;
      setTimeout(() => {
        if (this.readyState !== 1) return;
        this.readyState = 3;
        this.fire('close', '', close.code);
      }, close.afterMs);
    }
    private later(task: () => void): void {
      answers += 1;
      setTimeout(task, this.answer.lateMs?.(answers) ?? 1);
    }
    private fire(type: string, data: unknown = '', code = 0): void {
      for (const handler of this.handlers.get(type) ?? []) handler({ data, code });
    }
  }
  const gateway: AnsweringGateway = { WebSocket: Answering, requests: [], onStatus: () => undefined };
  return gateway;
}

/** A gateway that does all as it should. */
export const GOOD: GatewayAnswer = { upgrade: 'open', register: { status: 200 } };
