/**
 * One phone whose gateway is the test: every message that it gets is the test's own, byte by byte, and time is moved by
 * hand. REGISTER and the probes are answered, so that it stays registered; all else that it sends is kept.
 */
import { vi } from 'vitest';
import type { Call } from '../../../src/contracts/call/call';
import { isLive } from '../../../src/renderer/phone/port/user-agent';
import { createFakeWebSockets, type FakeSocket } from './fake-web-socket';
import { installFakeWebRtc } from './fake-peer-connection';
import { answerTo, headerIn, requestOf, webSdp } from './gateway-words';
import { grantWithToken } from './grants';
import { createTestPhone, type TestPhone } from './phone';

export interface PlayedPhone {
  readonly phone: TestPhone;
  /** What it sent, oldest first; REGISTER, probes and keep-alives are left out. */
  readonly sent: string[];
  /** How many REGISTERs it sent. */
  readonly registers: () => number;
  /** The URI that its REGISTER named. */
  readonly contact: () => string;
  /** Answers its REGISTERs; a test may answer otherwise. Null: no answer. */
  answerRegister: (request: string) => string | Uint8Array | null;
  /** Answers its other requests but ACK; until a test says otherwise none of them gets an answer. */
  answerOther: (request: string) => readonly string[];
  /** A text frame, or a binary one. What throws in the phone is thrown here. */
  readonly deliver: (message: string | Uint8Array) => void;
  /** Lets promises settle, and moves time on. */
  readonly pass: (ms: number) => Promise<void>;
  readonly liveCalls: () => readonly Call[];
  /** A call from the gateway that the phone answered; throws when it does not come to be. */
  readonly takeCall: (id: string) => Promise<PlayedCall>;
  readonly stop: () => Promise<void>;
}

/** One established call, as the gateway knows it. */
export interface PlayedCall {
  readonly callId: string;
  readonly from: string;
  /** With the phone's tag. */
  readonly to: string;
  readonly target: string;
  /** A request within the dialog. */
  readonly request: (method: string, id: string, cseq: number, more?: { readonly body?: string }) => string;
  /** The gateway hangs up; resolves with the status that the phone answers, or null. */
  readonly hangUp: (id: string, cseq: number) => Promise<number | null>;
}

const statusOf = (text: string): number | null => {
  const status = /^SIP\/2\.0 (\d{3})/.exec(text)?.[1];
  return status === undefined ? null : Number(status);
};

/** The status codes that the phone answered to a request with this Call-ID and method, in order. */
export function answersIn(sent: readonly string[], callId: string, method: string): number[] {
  return sent.flatMap((text) => {
    const status = statusOf(text);
    const matches = headerIn(text, 'Call-ID') === callId && headerIn(text, 'CSeq').endsWith(` ${method}`);
    return status !== null && matches ? [status] : [];
  });
}

/** A frame of its own, as a browser with binaryType 'arraybuffer' hands it over. */
const frameOf = (message: string | Uint8Array): unknown =>
  typeof message === 'string' ? message : Uint8Array.from(message).buffer;

/** 200 with the phone's own Contact, for 300 s. */
export const grantRegister = (request: string): string =>
  answerTo(request, '200 OK', {
    headers: [`Contact: ${headerIn(request, 'Contact').replace(/;expires=\d+/, '')};expires=300`],
  });

/** A registered phone; with `answerRegister` one that got this answer instead. Needs `holdTime`. */
export async function startPlayedPhone(
  answerRegister: PlayedPhone['answerRegister'] = grantRegister,
): Promise<PlayedPhone> {
  const sockets = createFakeWebSockets();
  const uninstall = installFakeWebRtc();
  /** The gateway is there at once, and answers at once. */
  class Served extends sockets.WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      const socket = sockets.last();
      queueMicrotask(() => socket.accept());
    }
    override send(data: string): void {
      super.send(data);
      const socket = sockets.last();
      queueMicrotask(() => serve(socket, data));
    }
  }
  let tokens = 0;
  const phone = createTestPhone({
    WebSocket: Served,
    random: () => 0.3,
    mint: () => {
      tokens += 1;
      return grantWithToken(`secret-${tokens}`, { issuedAt: Date.now(), expiresAt: Date.now() + 3_600_000 });
    },
  });
  const sent: string[] = [];
  const registers: string[] = [];

  const played: PlayedPhone = {
    phone,
    sent,
    registers: () => registers.length,
    contact: () => /<([^>]+)>/.exec(headerIn(registers.at(-1) ?? '', 'Contact'))?.[1] ?? '',
    answerRegister,
    answerOther: () => [],
    deliver: (message) => {
      sockets.last().deliver(frameOf(message));
    },
    pass: async (ms) => {
      await vi.advanceTimersByTimeAsync(ms);
    },
    liveCalls: () => phone.agent.snapshot().calls.filter(isLive),
    takeCall: async (id) => {
      const from = `"Bob" <sip:bob@example.com>;tag=f${id}`;
      const callId = `${id}@example.com`;
      played.deliver(requestOf({ method: 'INVITE', target: played.contact(), id, body: webSdp() }));
      await played.pass(50);
      const ringing = phone.agent.snapshot().calls.at(-1);
      if (ringing?.phase !== 'ringing') throw new Error(`call ${id} does not ring: ${JSON.stringify(ringing)}`);
      const answered = phone.agent.act(ringing.id, { verb: 'answer' });
      await played.pass(200);
      await answered;
      const ok = sent.findLast((text) => text.startsWith('SIP/2.0 200') && headerIn(text, 'Call-ID') === callId);
      if (ok === undefined) throw new Error(`call ${id} is not answered`);
      const to = headerIn(ok, 'To');
      const target = /<([^>]+)>/.exec(headerIn(ok, 'Contact'))?.[1] ?? played.contact();
      const request: PlayedCall['request'] = (method, newId, cseq, { body = '' } = {}) =>
        requestOf({ method, target, id: newId, cseq, from, to, callId, body });
      played.deliver(request('ACK', `${id}a`, 1));
      await played.pass(50);
      return {
        callId,
        from,
        to,
        target,
        request,
        hangUp: async (newId, cseq) => {
          played.deliver(request('BYE', newId, cseq));
          await played.pass(50);
          return answersIn(sent, callId, 'BYE').at(-1) ?? null;
        },
      };
    },
    stop: async () => {
      const stopped = phone.agent.stop();
      await played.pass(2_500);
      await stopped;
      uninstall();
    },
  };

  /** Does what a gateway does by itself. */
  const serve = (socket: FakeSocket, text: string): void => {
    if (text.trim() === '') return;
    if (text.startsWith('OPTIONS ')) socket.deliver(answerTo(text, '200 OK'));
    else if (text.startsWith('REGISTER ')) {
      registers.push(text);
      const answer = played.answerRegister(text);
      if (answer !== null) socket.deliver(frameOf(answer));
    } else {
      sent.push(text);
      if (statusOf(text) === null && !text.startsWith('ACK '))
        for (const answer of played.answerOther(text)) socket.deliver(answer);
    }
  };

  phone.agent.start();
  await played.pass(500);
  if (answerRegister === grantRegister && phone.agent.snapshot().registration.phase !== 'registered')
    throw new Error(`not registered: ${JSON.stringify(phone.agent.snapshot().registration)}`);
  return played;
}

/** For `beforeEach`: timers and the date stand still until a test moves them; microtasks and real time do not. */
export function holdTime(): void {
  vi.useFakeTimers({
    now: 1_800_000_000_000,
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
  });
}
