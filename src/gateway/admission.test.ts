import { expect, it, vi } from 'vitest';
import { Admission, type AdmittedFlow } from './admission';
import type { AuthRefusal, TokenIdentity } from './authenticator';
import { UNCONSTRAINED } from './call-constraints';
import { systemClock } from './clock';
import type { Result } from '../contracts/base/result';
import { parseSipMessage, type SipMessage, type SipRequest } from './sip-message';

class TestFlow implements AdmittedFlow {
  readonly id = 'flow';
  readonly instance = null;
  readonly openedWithToken = false;
  identity: TokenIdentity | null = null;
  open = true;
  readonly sent: SipMessage[] = [];
  get user(): string {
    return this.identity?.subject ?? '';
  }
  get expiresAt(): number {
    return this.identity?.expiresAt ?? 0;
  }
  get isBound(): boolean {
    return this.identity !== null;
  }
  bind(identity: TokenIdentity): void {
    this.identity = identity;
  }
  isOpen(): boolean {
    return this.open;
  }
  send(message: SipMessage): void {
    this.sent.push(message);
  }
}

function request(method: string, token: string | null): SipRequest {
  const lines = [
    `${method} sip:x SIP/2.0`,
    'Via: SIP/2.0/WS a;branch=z9hG4bK1',
    'From: <sip:1001@x>;tag=1',
    'To: <sip:1001@x>',
    'Call-ID: c',
    `CSeq: 1 ${method}`,
    ...(token === null ? [] : [`Authorization: Bearer ${token}`]),
    '',
    '',
  ];
  const message = parseSipMessage(lines.join('\r\n'));
  if (message.kind !== 'request') throw new Error('no request');
  return message;
}

/** Tokens are `expiry in ms`; each is verified when the test says so. */
function admission() {
  const flow = new TestFlow();
  const passed: string[] = [];
  const waiting: (() => void)[] = [];
  const unused = (): never => expect.unreachable('digest is not accepted');
  const door = new Admission<TestFlow>({
    domain: 'x',
    presentations: {
      accepts: new Set(['bearer']),
      parameter: 'token',
      template: 'bearer.<token>',
      bearerHeader: 'Authorization',
    },
    authenticator: {
      verify: (token) =>
        new Promise<Result<TokenIdentity, AuthRefusal>>((resolve) => {
          waiting.push(() =>
            resolve({
              ok: true,
              value: {
                subject: '1001',
                expiresAt: Number(token),
                key: 'active',
                constraints: UNCONSTRAINED,
                fingerprint: '00000000',
              },
            }),
          );
        }),
      setKeys: unused,
    },
    digest: { verify: unused, challenge: unused, setKeys: unused },
    clock: systemClock,
    log: () => undefined,
    refusesToken: () => false,
    onAccepted: (_, identity, isFirst) => passed.push(isFirst ? `first ${identity.subject}` : 'again'),
    pass: (_, message) => passed.push(message.kind === 'request' ? message.method : String(message.status)),
  });
  const verifyNext = async (): Promise<void> => {
    await vi.waitFor(() => expect(waiting).not.toEqual([]));
    waiting.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { flow, door, passed, verifyNext };
}

it('passes messages on in the order in which they came, after the token is verified', async () => {
  const { flow, door, passed, verifyNext } = admission();
  for (const message of [request('REGISTER', '5000'), request('OPTIONS', null), request('REGISTER', '6000')])
    door.receive(flow, message);
  expect(passed).toEqual([]);
  await verifyNext();
  expect(passed).toEqual(['first 1001', 'REGISTER', 'OPTIONS']);
  await verifyNext();
  expect(passed.slice(3)).toEqual(['again', 'REGISTER']);
});

it('binds nothing to a flow that ended meanwhile', async () => {
  const { flow, door, passed, verifyNext } = admission();
  door.receive(flow, request('REGISTER', '5000'));
  flow.open = false;
  await verifyNext();
  expect([passed, flow.isBound]).toEqual([[], false]);
});

it('lets a call lengthen what a flow may do, and never shorten it; a REGISTER does both', async () => {
  const { flow, door, verifyNext } = admission();
  const after = async (method: string, expiry: string): Promise<number> => {
    door.receive(flow, request(method, expiry));
    await verifyNext();
    return flow.expiresAt;
  };
  expect([
    await after('REGISTER', '5000'),
    await after('INVITE', '4000'),
    await after('INVITE', '7000'),
    await after('REGISTER', '6000'),
  ]).toEqual([5000, 5000, 7000, 6000]);
});
