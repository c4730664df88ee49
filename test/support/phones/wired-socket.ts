/** A SipSocket over fake WebSockets and a fake clock, made anew for each test of a file. */
import { beforeEach, expect } from 'vitest';
import type { FlowEnd } from '../../../src/renderer/phone/wire/flow';
import { createSipSocket, type SipSocket } from '../../../src/renderer/phone/wire/sip-socket';
import { peek } from '../../../src/renderer/phone/wire/sip-wire';
import type { TraceEntry } from '../../../src/renderer/phone/wire/trace';
import { createFakeClock, type FakeClock } from '../fake-clock';
import { createFakeWebSockets, type FakeWebSockets } from './fake-web-socket';
import { grantWithToken } from './grants';

export interface WiredSocket {
  readonly clock: FakeClock;
  readonly sockets: FakeWebSockets;
  readonly socket: SipSocket;
  /** What the stack heard. */
  readonly heard: string[];
  readonly lost: FlowEnd[];
  readonly stranded: ReadonlySet<string>[];
  readonly traced: TraceEntry[];
}

/** Call once at the top of a test file; the returned function gives the parts of the running test. */
export function setUpWiredSocket(): () => WiredSocket {
  let wired: WiredSocket | null = null;
  beforeEach(() => {
    const clock = createFakeClock();
    const sockets = createFakeWebSockets();
    const heard: string[] = [];
    const lost: FlowEnd[] = [];
    const traced: TraceEntry[] = [];
    const stranded: ReadonlySet<string>[] = [];
    const socket = createSipSocket(
      { WebSocket: sockets.WebSocket, clock, random: () => 0.5, trace: (entry) => traced.push(entry) },
      {
        onMessage: (text) => heard.push(text),
        onLost: (end) => lost.push(end),
        onRequestSent: () => undefined,
        onStranded: (callIds) => stranded.push(callIds),
      },
    );
    wired = { clock, sockets, socket, heard, lost, stranded, traced };
  });
  return () => {
    if (wired === null) throw new Error('no test is running');
    return wired;
  };
}

/** Connects with this token. */
export async function openWith({ socket, sockets }: WiredSocket, token = 'first.secret.token'): Promise<void> {
  const opened = socket.connect(grantWithToken(token));
  sockets.last().accept();
  expect(await opened).toBe(true);
}

/** A request with this branch. */
export function request(
  method: string,
  branch: string,
  more: { readonly callId?: string; readonly inDialog?: boolean } = {},
): string {
  return [
    `${method} sip:1002@h SIP/2.0`,
    `Via: SIP/2.0/WS x.invalid;branch=${branch}`,
    'From: <sip:1001@h>;tag=1',
    `To: <sip:1002@h>${more.inDialog === true ? ';tag=2' : ''}`,
    `Call-ID: ${more.callId ?? 'c1'}`,
    `CSeq: 1 ${method}`,
    '',
    '',
  ].join('\r\n');
}

/** The response to it. */
export function response(status: number, method: string, branch: string): string {
  return [
    `SIP/2.0 ${status} X`,
    `Via: SIP/2.0/WS x.invalid;branch=${branch}`,
    'From: <sip:1001@h>;tag=1',
    'To: <sip:1002@h>;tag=2',
    'Call-ID: c1',
    `CSeq: 1 ${method}`,
    '',
    '',
  ].join('\r\n');
}

/** The methods of these messages. */
export function methodsOf(texts: readonly string[]): string[] {
  return texts.map((text) => peek(text)?.method ?? '?');
}

/** The registrar hears of the newest flow. */
export function handOver({ socket, sockets }: WiredSocket): void {
  socket.send(request('REGISTER', 'hand-over', { callId: 'registration' }));
  sockets.last().deliver(response(200, 'REGISTER', 'hand-over'));
}
