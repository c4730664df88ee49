/**
 * A SIP registrar and proxy in memory, for tests of the phone that want to say what the network does: it answers REGISTER,
 * passes everything else from user to user, and lets a test look at, change or swallow each message on its way.
 */
import type { WebSocketConstructor, WebSocketLike } from '../../../src/renderer/phone/wire/flow';
import { localResponse, peek, type WireMessage } from '../../../src/renderer/phone/wire/sip-wire';

export interface Passing {
  readonly from: string;
  readonly text: string;
  readonly message: WireMessage;
}

/** What a test does with a message: let it pass, swallow it, or answer the request itself. */
export type Verdict =
  'pass' | 'swallow' | { readonly status: number; readonly phrase: string; readonly headers?: readonly string[] };

export interface Switchboard {
  /** The WebSocket constructor of one user's phone. */
  readonly socketsOf: (user: string) => WebSocketConstructor;
  /** Asked for every message that a phone sends. */
  judge: (passing: Passing) => Verdict;
  /** Handshakes are refused while true. */
  refuseOpen: boolean;
  /** All that passed, `user: start line`. */
  readonly story: string[];
  /** URLs that were opened, in order. */
  readonly opened: string[];
  /** Closes the newest flow of a user, or the oldest one that is open. */
  readonly cut: (user: string, which?: 'newest' | 'oldest') => void;
  /** Sends a request to the user as the network would. */
  readonly inject: (user: string, text: string) => void;
  /** Headers added to every answer to REGISTER. */
  registerHeaders: readonly string[];
}

interface Line {
  readonly user: string;
  readonly deliver: (text: string) => void;
  readonly close: () => void;
  open: boolean;
}

/** Creates an empty switchboard; `registerExpires` is what a REGISTER is granted, in seconds. */
export function createSwitchboard(registerExpires = 300): Switchboard {
  const lines = new Map<string, Line[]>();
  /** Contact user -> user, learnt from REGISTER and from Contact headers. */
  const contacts = new Map<string, string>();
  const newest = (user: string): Line | undefined =>
    lines
      .get(user)
      ?.filter((line) => line.open)
      .at(-1);
  const contactUser = (text: string): string | undefined => /^Contact:.*?<sip:([^@>]+)@/im.exec(text)?.[1];

  const route = (line: Line, text: string): void => {
    const message = peek(text);
    if (message === null) return;
    const contact = contactUser(text);
    if (contact !== undefined) contacts.set(contact, line.user);
    if (message.method === 'OPTIONS' && message.kind === 'request') {
      line.deliver(localResponse(message, 200, 'OK'));
      return;
    }
    board.story.push(`${line.user}: ${text.slice(0, text.indexOf('\r\n'))}`);
    const verdict = board.judge({ from: line.user, text, message });
    if (verdict === 'swallow') return;
    if (verdict !== 'pass') {
      line.deliver(withHeaders(localResponse(message, verdict.status, verdict.phrase), verdict.headers ?? []));
      return;
    }
    if (message.kind === 'response') {
      // Back along the Via: ours names the flow that the request came on.
      const [own] = message.headers('via');
      const target = /switch-([\w.-]+)\.invalid/.exec(own ?? '')?.[1];
      const back = target === undefined ? undefined : newest(target);
      back?.deliver(text.replace(/^Via:.*switch-.*\r\n/m, ''));
      return;
    }
    if (message.method === 'REGISTER') {
      const mine =
        /^Contact:(.*)$/im
          .exec(text)?.[1]
          ?.replace(/;expires=\d+/, '')
          .trim() ?? '';
      const expires = /expires=0\b/.test(text) ? 0 : registerExpires;
      line.deliver(
        withHeaders(localResponse(message, 200, 'OK'), [
          `Contact: ${mine};expires=${expires}`,
          ...board.registerHeaders,
        ]),
      );
      return;
    }
    const dialled = /^\w+ sip:([^@\s]+)@/.exec(text)?.[1] ?? '';
    const callee = contacts.get(dialled) ?? dialled;
    const target = newest(callee);
    if (target === undefined) {
      if (message.method !== 'ACK') line.deliver(localResponse(message, 404, 'Not Found'));
      return;
    }
    const branch = message.branch;
    target.deliver(text.replace('\r\n', `\r\nVia: SIP/2.0/WS switch-${line.user}.invalid;branch=${branch}.s\r\n`));
  };

  const board: Switchboard = {
    judge: () => 'pass',
    refuseOpen: false,
    story: [],
    opened: [],
    registerHeaders: [],
    cut: (user, which = 'newest') =>
      (which === 'newest' ? newest(user) : lines.get(user)?.find((line) => line.open))?.close(),
    inject: (user, text) => newest(user)?.deliver(text),
    socketsOf: (user) =>
      class implements WebSocketLike {
        readonly protocol = 'sip';
        get readyState(): number {
          return this.line.open ? 1 : 3;
        }
        private readonly handlers = new Map<
          string,
          ((event: { readonly data: unknown; readonly code?: number }) => void)[]
        >();
        private readonly line: Line;
        constructor(url: string) {
          board.opened.push(`${user} ${url}`);
          const fire = (type: string, data: unknown = ''): void => {
            for (const handler of this.handlers.get(type) ?? []) handler({ data });
          };
          this.line = {
            user,
            open: false,
            deliver: (text) =>
              queueMicrotask(() => {
                if (this.line.open) fire('message', text);
              }),
            close: () => {
              this.line.open = false;
              queueMicrotask(() => fire('close'));
            },
          };
          queueMicrotask(() => {
            if (board.refuseOpen) {
              fire('error');
              return;
            }
            this.line.open = true;
            lines.set(user, [...(lines.get(user) ?? []), this.line]);
            fire('open');
          });
        }
        send(data: string): void {
          queueMicrotask(() => {
            if (this.line.open) route(this.line, data);
          });
        }
        close(): void {
          this.line.open = false;
        }
        addEventListener(
          type: string,
          listener: (event: { readonly data: unknown; readonly code?: number }) => void,
        ): void {
          this.handlers.set(type, [...(this.handlers.get(type) ?? []), listener]);
        }
      },
  };
  return board;
}

function withHeaders(response: string, headers: readonly string[]): string {
  return headers.length === 0
    ? response
    : response.replace('Content-Length: 0', [...headers, 'Content-Length: 0'].join('\r\n'));
}
