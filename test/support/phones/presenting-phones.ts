/** Phones whose requests carry a token (bearer) or answer challenges (digest), at a switchboard that judges the credentials of 1001. */
import { expect } from 'vitest';
import type { Grant } from '../../../src/contracts/profile/grant';
import type { WireMessage } from '../../../src/renderer/phone/wire/sip-wire';
import { testGrant } from './grants';
import type { TestPhone, TestPhoneOptions } from './phone';
import { setUpSwitchboard, type SwitchboardPhones } from './switchboard-phones';

/** The domain and the realm of the lines. */
export const REALM = 'practice.invalid';

/** What the switchboard says to a request that needs credentials. */
export type Answer =
  'pass' | { readonly status: number; readonly phrase: string; readonly headers?: readonly string[] };
export type Minted = Partial<TestPhoneOptions>;

/** Grants that differ by their number, from 1 on. */
export function numbered(presentation: (count: number) => Grant['presentation'], user = '1001'): Minted {
  let count = 0;
  return {
    mint: () => {
      count += 1;
      return testGrant({
        identity: `${user}@${REALM}`,
        instanceId: `6f1f6a8e-53a0-4a4e-9f0b-0d2a4d7c${user}`,
        fingerprint: String(count).padStart(8, '0'),
        presentation: presentation(count),
      });
    },
  };
}
export const bearer = (count: number): Grant['presentation'] => ({
  kind: 'bearer',
  header: 'Authorization',
  realm: REALM,
  token: `T${count}`,
});
export const ownHeader = (count: number): Grant['presentation'] => ({
  kind: 'bearer',
  header: 'X-Own',
  realm: REALM,
  token: `T${count}`,
});
export const digest = (count: number): Grant['presentation'] => ({
  kind: 'digest',
  realm: REALM,
  username: `${count}:1001`,
  password: `P${count}`,
});

export const invalidToken = (realm = REALM): Answer => ({
  status: 401,
  phrase: 'Unauthorized',
  headers: [`WWW-Authenticate: Bearer realm="${realm}", error="invalid_token"`],
});
export const proxyAsks = (realm = REALM): Answer => ({
  status: 407,
  phrase: 'Proxy Authentication Required',
  headers: [`Proxy-Authenticate: Bearer realm="${realm}"`],
});
export const challenge = (more = '', realm = REALM): Answer => ({
  status: 401,
  phrase: 'Unauthorized',
  headers: [`WWW-Authenticate: Digest realm="${realm}", nonce="n1"${more}`],
});

/** The token, or the user of a digest answer; empty without either. */
export function credentialsOf(message: WireMessage): string {
  const [value = ''] = [
    ...message.headers('authorization'),
    ...message.headers('proxy-authorization'),
    ...message.headers('x-own'),
  ];
  return value.startsWith('Digest') ? (/username="([^"]*)"/.exec(value)?.[1] ?? '?') : value.replace('Bearer ', '');
}

/** Places a call, which is not refused here. */
export async function called(phone: TestPhone, target = '1002'): Promise<string> {
  const placed = await phone.agent.place(target);
  if (!placed.ok) throw new Error(placed.failure.sentence);
  return placed.value;
}
/** The calls that the agent sees from now on, by id; `ended` where one was over. */
export function sawCards(phone: TestPhone): Set<string> {
  const cards = new Set<string>();
  phone.agent.subscribe(() =>
    phone.agent.snapshot().calls.forEach(({ id, phase }) => cards.add(phase === 'ended' ? 'ended' : id)),
  );
  return cards;
}

export interface PresentingPhones extends Pick<SwitchboardPhones, 'board' | 'phoneOf'> {
  /** The requests of 1001 as `METHOD credentials`, in order; probes left out. */
  readonly sent: string[];
  /** Decides on what 1001 sends that needs a token. */
  readonly judging: (judge: (message: WireMessage, text: string) => Answer) => void;
  /** 1001, registered. */
  readonly registered: (options: Minted) => Promise<TestPhone>;
  /** 1001, refused, and why. */
  readonly refusedAtLast: (options: Minted) => Promise<{ readonly phone: TestPhone; readonly sentence: string }>;
}

/** Call once at the top of a test file. */
export function setUpPresentingPhones(): PresentingPhones {
  const { board, phoneOf } = setUpSwitchboard();
  const sent: string[] = [];
  return {
    board,
    phoneOf,
    sent,
    judging: (judge) => {
      sent.length = 0;
      board().judge = ({ from, message, text }) => {
        if (from !== '1001' || message.kind === 'response') return 'pass';
        sent.push(`${message.method} ${credentialsOf(message)}`.trim());
        return message.method === 'REGISTER' || (message.method === 'INVITE' && !message.inDialog)
          ? judge(message, text)
          : 'pass';
      };
    },
    registered: async (options) => {
      const phone = phoneOf('1001', options);
      phone.agent.start();
      await phone.registered();
      return phone;
    },
    refusedAtLast: async (options) => {
      const phone = phoneOf('1001', options);
      phone.agent.start();
      const { registration } = await phone.until((snapshot) => snapshot.registration.phase === 'waiting');
      expect(registration).toMatchObject({ problem: 'token-refused' });
      return { phone, sentence: registration.phase === 'waiting' ? registration.sentence : '' };
    },
  };
}
