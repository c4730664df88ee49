/**
 * Which INVITEs that arrive become calls, decided below the stack: one that is refused costs a look at its text and an answer, and neither
 * a session nor a peer connection. A flood of them must not hold the window up.
 */
import type { Clock } from '../../base/clock';
import { localResponse, peek, type WireMessage } from './sip-wire';

export interface AdmissionPorts {
  readonly clock: Clock;
  /** Calls that ring here and nobody has answered. */
  readonly ringing: () => number;
  /** Calls that are not over, those that ring among them. */
  readonly calls: () => number;
  /** How many of those there may be, by the line's policy. */
  readonly mostCalls: () => number;
  /** Text for the wire. */
  readonly send: (text: string) => void;
  /** An INVITE was refused: why, and whose it was. */
  readonly onRefused: (refused: RefusedInvite) => void;
}

export interface RefusedInvite {
  readonly callId: string;
  /** `ringing`: as many ring as may; `calls`: as many calls as the line may have; `rate`: more came at once than are looked at. */
  readonly why: 'ringing' | 'calls' | 'rate';
}

export interface InviteAdmission {
  /** True: the message was answered or means nothing to the stack; it goes no further. */
  readonly take: (text: string) => boolean;
}

/** So many calls ring at once. */
export const MOST_RINGING = 4;
/** INVITEs that are looked at in a second; beyond them 503 (RFC 3261 section 21.5.4). */
export const INVITES_A_SECOND = 10;
const SECOND_MS = 1_000;
/** RFC 3261 section 20.33, in s. */
const RETRY_AFTER_S = 5;
/** Transactions that are remembered: their ACKs, CANCELs and repetitions follow within Timer H (section 17.2.1). */
const REMEMBERED_MS = 32_000;
const REMEMBERED = 1_000;

const ANSWERS = {
  ringing: { status: 486, phrase: 'Busy Here', headers: [] },
  calls: { status: 486, phrase: 'Busy Here', headers: [] },
  rate: { status: 503, phrase: 'Service Unavailable', headers: [`Retry-After: ${RETRY_AFTER_S}`] },
} as const;

interface Known {
  readonly at: number;
  /** What it was answered; null: it went to the stack. */
  readonly answer: string | null;
}

/** Answers a request with a tag of this phone (section 8.2.6.2). */
function answerTo(
  request: WireMessage,
  status: number,
  phrase: string,
  headers: readonly string[],
  tag: string,
): string {
  return localResponse(request, status, phrase)
    .replace(/;tag=local(?=\r\n)/, `;tag=${tag}`)
    .replace('\r\nContent-Length: 0', [...headers.map((line) => `\r\n${line}`), '\r\nContent-Length: 0'].join(''));
}

/** Creates the gate; it remembers nothing yet. */
export function createInviteAdmission(ports: AdmissionPorts): InviteAdmission {
  const { clock } = ports;
  /** By branch, oldest first. */
  const known = new Map<string, Known>();
  /** When the INVITEs of the last second were looked at, oldest first. */
  let looked: number[] = [];
  let answers = 0;

  const remember = (branch: string, answer: string | null): void => {
    known.set(branch, { at: clock.now(), answer });
    for (const [oldest, { at }] of known) {
      if (known.size <= REMEMBERED && clock.now() - at < REMEMBERED_MS) break;
      known.delete(oldest);
    }
  };
  const judged = (invite: WireMessage): RefusedInvite['why'] | null => {
    const now = clock.now();
    looked = looked.filter((at) => now - at < SECOND_MS && at <= now);
    if (looked.length >= INVITES_A_SECOND) return 'rate';
    looked.push(now);
    // It takes the place of a call that there is (RFC 3891).
    if (invite.headers('replaces').length > 0) return null;
    if (ports.calls() >= ports.mostCalls()) return 'calls';
    return ports.ringing() >= MOST_RINGING ? 'ringing' : null;
  };

  return {
    take: (text) => {
      // Most messages are others: they are not even read.
      if (!/^\s*(?:INVITE|ACK|CANCEL) /.test(text)) return false;
      const message = peek(text);
      if (message?.kind !== 'request' || message.branch === '') return false;
      const before = known.get(message.branch);
      if (message.method !== 'INVITE') {
        if (before === undefined || before.answer === null) return false;
        // Section 9.2: the INVITE has its final answer, so the CANCEL has no effect.
        if (message.method === 'CANCEL') ports.send(answerTo(message, 200, 'OK', [], 'cancelled'));
        return true;
      }
      if (message.inDialog) return false;
      if (before !== undefined) {
        if (before.answer !== null) ports.send(before.answer);
        return before.answer !== null;
      }
      const why = judged(message);
      if (why === null) {
        remember(message.branch, null);
        return false;
      }
      answers += 1;
      const { status, phrase, headers } = ANSWERS[why];
      const answer = answerTo(message, status, phrase, headers, `refused${answers}`);
      remember(message.branch, answer);
      ports.send(answer);
      ports.onRefused({ callId: message.callId, why });
      return true;
    },
  };
}
