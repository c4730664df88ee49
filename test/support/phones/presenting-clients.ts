/** A practice gateway that takes tokens or credentials in one certain way, and raw clients that present them; set up and taken down around each test of a file. */
import { afterEach, expect } from 'vitest';
import { systemClock, type Clock } from '../../../src/gateway/clock';
import { startGateway, type GatewayHandle, type StartOptions } from '../../../src/gateway/index';
import {
  headerOf,
  headersOf,
  type HeaderField,
  type SipRequest,
  type SipResponse,
} from '../../../src/gateway/sip-message';
import { SipClient } from './sip-client';
import { mintToken, TEST_DOMAIN, TEST_KEY, type TokenParts } from './test-tokens';

export const NEXT_KEY = 'the key that comes next, long enough as well';
export const OTHER_KEY = 'a key that this gateway has never seen';

export interface PresentingClients {
  readonly gatewayWith: (options: Partial<StartOptions>) => Promise<void>;
  readonly gateway: () => GatewayHandle;
  /** Opens a flow; without options the handshake carries nothing. */
  readonly open: (user: string, options?: Parameters<typeof SipClient.open>[2]) => Promise<SipClient>;
  /** Orders at the fault port. */
  readonly fault: (path: string, body: object) => Promise<void>;
  /** Puts the gateway's clock ahead by so many milliseconds. */
  readonly setAhead: (ms: number) => void;
}

/** Call once at the top of a test file. */
export function setUpPresentingClients(): PresentingClients {
  let running: GatewayHandle | null = null;
  let lines: string[] = [];
  let clients: SipClient[] = [];
  let ahead = 0;
  const clock: Clock = { now: () => Date.now() + ahead, after: systemClock.after };
  const gateway = (): GatewayHandle => {
    if (running === null) throw new Error('there is no gateway');
    return running;
  };
  afterEach(async () => {
    for (const client of clients) await client.drop();
    await expect.poll(() => gateway().stats()).toMatchObject({ flows: 0, bindings: 0, transactions: 0 });
    await gateway().close();
    // No token, password or answer ever reaches the log.
    expect(lines.join('\n')).not.toMatch(/eyJ|response=|Bearer (?!error)/);
    [running, clients, lines, ahead] = [null, [], [], 0];
  });
  return {
    gateway,
    gatewayWith: async (options) => {
      const started = await startGateway({
        port: 0,
        keys: { active: TEST_KEY, next: NEXT_KEY },
        clock,
        faults: true,
        log: (line) => lines.push(line),
        ...options,
      });
      if (!started.ok) throw new Error(started.failure.sentence);
      running = started.value;
    },
    open: async (user, options = { bare: true }) => {
      const client = await SipClient.open(gateway().url, user, options);
      clients.push(client);
      return client;
    },
    fault: async (path, body) => {
      expect(
        (await fetch(new URL(path, gateway().faultUrl ?? ''), { method: 'POST', body: JSON.stringify(body) })).status,
      ).toBe(200);
    },
    setAhead: (ms) => {
      ahead = ms;
    },
  };
}

export const bearer = (parts: TokenParts = {}): HeaderField => ({
  name: 'Authorization',
  value: `Bearer ${mintToken(parts)}`,
});
export const uriOf = (user: string): string => `sip:${user}@${TEST_DOMAIN}`;
export const said = ({ status, reason }: SipResponse): string => `${status} ${reason}`;
export const challengesOf = (response: SipResponse): string[] => [
  ...headersOf(response, 'WWW-Authenticate'),
  ...headersOf(response, 'Proxy-Authenticate'),
];
export const expiresOf = (response: SipResponse): number =>
  Number(/expires=(\d+)/.exec(headerOf(response, 'Contact') ?? '')?.[1]);

/** The callee declines; the caller acknowledges. */
export async function decline(
  caller: SipClient,
  invite: SipRequest,
  callee: SipClient,
  heard: SipRequest,
): Promise<void> {
  callee.reply(heard, 486, { toTag: 'callee' });
  caller.acknowledgeRefusal(invite, await caller.response(invite));
}
