/** A WebSocket whose other end is the test. */
import type { WebSocketConstructor, WebSocketLike } from '../../../src/renderer/phone/wire/flow';

export interface FakeSocket {
  readonly url: string;
  readonly protocols: readonly string[];
  /** What the engine sent. */
  readonly sent: string[];
  readonly closed: () => boolean;
  readonly accept: (protocol?: string) => void;
  readonly refuse: () => void;
  readonly deliver: (data: unknown) => void;
  /** The far end's Close frame is there, and TCP stays open. */
  readonly startClosing: () => void;
  /** The far end or the network closes it, with this close code. */
  readonly drop: (code?: number) => void;
}

export interface FakeWebSockets {
  readonly WebSocket: WebSocketConstructor;
  readonly all: readonly FakeSocket[];
  readonly last: () => FakeSocket;
}

/** Creates the constructor and the list of what it made. */
export function createFakeWebSockets(): FakeWebSockets {
  const all: FakeSocket[] = [];
  class Fake implements WebSocketLike {
    protocol = '';
    readyState = 0;
    private readonly handlers = new Map<
      string,
      ((event: { readonly data: unknown; readonly code?: number }) => void)[]
    >();
    private readonly sent: string[] = [];
    private over = false;
    constructor(url: string, protocols: string[]) {
      const fire = (type: string, data: unknown = '', code?: number): void => {
        for (const handler of this.handlers.get(type) ?? []) handler({ data, ...(code === undefined ? {} : { code }) });
      };
      all.push({
        url,
        protocols,
        sent: this.sent,
        closed: () => this.over,
        accept: (protocol = 'sip') => {
          this.protocol = protocol;
          this.readyState = 1;
          fire('open');
        },
        refuse: () => {
          fire('error');
          fire('close');
        },
        deliver: (data) => fire('message', data),
        startClosing: () => {
          this.readyState = 2;
        },
        drop: (code) => fire('close', '', code),
      });
    }
    send(data: string): void {
      this.sent.push(data);
    }
    close(): void {
      this.over = true;
    }
    addEventListener(
      type: string,
      listener: (event: { readonly data: unknown; readonly code?: number }) => void,
    ): void {
      this.handlers.set(type, [...(this.handlers.get(type) ?? []), listener]);
    }
  }
  return {
    WebSocket: Fake,
    all,
    last: () => {
      const newest = all.at(-1);
      if (newest === undefined) throw new Error('no WebSocket was opened');
      return newest;
    },
  };
}
