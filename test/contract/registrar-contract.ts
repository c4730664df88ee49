/** Who is reachable, and for how long. */
import { expect, it } from 'vitest';
import { headersOf, type SipResponse } from '../../src/gateway/sip-message';
import type { SipClient } from '../support/phones/sip-client';
import type { ContractRoom } from './visitors';

/** The bindings that the answer lists: several may share a line (RFC 3261 section 7.3.1). */
const bindingsIn = (answer: SipResponse): readonly string[] =>
  headersOf(answer, 'Contact').flatMap((value) => value.split(/,\s*(?=<)/));

/** Seconds that the answer grants to the contact of `client`; null when it does not list it. */
function granted(client: SipClient, answer: SipResponse): number | null {
  const own = bindingsIn(answer).find((value) => value.includes(client.contactUri.split(';')[0] ?? ''));
  const expires = /;expires=(\d+)/.exec(own ?? '')?.[1];
  return expires === undefined ? null : Number(expires);
}

export function registrarContract({ server, visitors, has, numbers }: ContractRoom): void {
  it('registers, refreshes and removes one binding', async () => {
    const alice = await visitors().flow();
    const first = await alice.register(120);
    expect(first.status).toBe(200);
    expect(granted(alice, first)).toBe(numbers.grants(120));
    expect(headersOf(first, 'Date')).toHaveLength(1);
    const refreshed = await alice.register(60);
    expect(granted(alice, refreshed)).toBe(numbers.grants(60));
    expect(bindingsIn(refreshed)).toHaveLength(1);
    const asked = await alice.response(alice.request('REGISTER', { to: `<${alice.aor}>`, contact: null }));
    expect(bindingsIn(asked)).toHaveLength(1);
    const removed = await alice.register(0);
    expect([removed.status, bindingsIn(removed)]).toEqual([200, []]);
  });

  it('removes every binding of a user at once', async () => {
    const [desk, mobile] = [await visitors().flow('7001'), await visitors().flow('7001')];
    await desk.register();
    expect(bindingsIn(await mobile.register())).toHaveLength(2);
    const answer = await desk.response(
      desk.request('REGISTER', { to: `<${desk.aor}>`, contact: '*', headers: [{ name: 'Expires', value: '0' }] }),
    );
    expect([answer.status, bindingsIn(answer)]).toEqual([200, []]);
  });

  if (has('token-life'))
    it('never lets a registration outlive the token of its flow', async () => {
      const alice = await visitors().flow(undefined, { lifeS: 60 });
      for (const asked of [600, 600]) {
        const seconds = granted(alice, await alice.register(asked));
        expect(seconds).toBeLessThanOrEqual(60);
        expect(seconds).toBeGreaterThan(50);
      }
      expect(granted(alice, await alice.register(20))).toBe(20);
    });

  if (has('token-life'))
    it('refuses to register on a flow whose token has ended', async () => {
      const alice = await visitors().flow(undefined, { lifeS: 2 });
      const began = Date.now();
      await alice.register();
      await expect.poll(() => Date.now() - began, { timeout: 5_000, interval: 100 }).toBeGreaterThan(2_100);
      expect((await alice.register()).status).toBe(403);
    });

  it('registers nobody else', async () => {
    const alice = await visitors().client();
    const answer = await alice.response(alice.request('REGISTER', { to: `<sip:7777@${server().domain}>` }));
    expect(answer.status).toBe(numbers.foreignBinding);
  });

  if (has('outbound'))
    it('moves the binding to the new flow of the same phone', async () => {
      const old = await visitors().client();
      const fresh = await visitors().flow(old.user, { instance: old.instance });
      expect(bindingsIn(await fresh.register())).toHaveLength(1);
      await old.close();
      const bob = await visitors().client();
      const invite = bob.request('INVITE', { uri: fresh.aor, body: server().sdp.offer });
      const received = await fresh.nextRequest('INVITE');
      expect(old.received.some((message) => message.kind === 'request')).toBe(false);
      fresh.reply(received, 486, { toTag: 'fresh' });
      bob.acknowledgeRefusal(invite, await bob.response(invite));
    });

  it('forgets a phone whose flow is gone', async () => {
    const [alice, bob] = [await visitors().client(), await visitors().client()];
    await bob.drop();
    await expect
      .poll(
        async () => {
          const invite = alice.request('INVITE', { uri: bob.aor, body: server().sdp.offer });
          const answer = await alice.response(invite);
          alice.acknowledgeRefusal(invite, answer);
          return answer.status;
        },
        { timeout: 10_000 },
      )
      .toSatisfy((status) => status === 404 || status === 480);
  });
}
