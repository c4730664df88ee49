/** Who proves itself by a password: each request that begins something is asked for it, and nothing else counts. */
import { expect, it } from 'vitest';
import { headerOf } from '../../src/gateway/sip-message';
import { SipClient } from '../support/phones/sip-client';
import type { ContractRoom } from './visitors';

export function digestContract({ server, visitors }: Pick<ContractRoom, 'server' | 'visitors'>): void {
  const flow = async (user: string, password?: string): Promise<SipClient> =>
    await SipClient.open(server().url, user, {
      bare: true,
      domain: server().domain,
      ...(password === undefined ? {} : { password }),
    });

  it.each([
    ['none', (): undefined => undefined],
    ['a wrong one', () => 'wrong'],
    ['an empty one', () => ''],
    ['the last one', (old: string) => old],
  ])('refuses the password: %s', async (_, choose) => {
    const [user, bob] = [visitors().user(), await visitors().client()];
    const old = (await server().password?.(user)) ?? '';
    await server().password?.(user);
    const client = await flow(user, choose(old));
    for (const method of ['REGISTER', 'INVITE']) {
      const asked = client.request(method, { uri: method === 'INVITE' ? bob.aor : `sip:${server().domain}` });
      const answer = await client.response(asked);
      expect([method, answer.status]).toEqual([method, 401]);
      expect(headerOf(answer, 'WWW-Authenticate')).toMatch(/^Digest .*qop="auth"/);
      if (method === 'INVITE') client.acknowledgeRefusal(asked, answer);
    }
    expect(bob.received.filter(({ kind }) => kind === 'request')).toEqual([]);
    await client.drop();
  });

  it('takes a new password where the old one registered, and keeps the call that is up', async () => {
    const [alice, bob] = [await visitors().client(), await visitors().client()];
    const invite = alice.request('INVITE', { uri: bob.aor, body: server().sdp.offer });
    const received = await bob.nextRequest('INVITE');
    const headers = [{ name: 'Content-Type', value: 'application/sdp' }];
    bob.reply(received, 200, { toTag: 'callee', headers, body: server().sdp.answer });
    const dialog = alice.acknowledge(invite, await alice.response(invite));
    await bob.nextRequest('ACK');
    const renewed = await flow(alice.user, await server().password?.(alice.user));
    expect((await renewed.register()).status).toBe(200);
    expect((await alice.register()).status).toBe(401);
    const bye = alice.request('BYE', { dialog });
    bob.reply(await bob.nextRequest('BYE'), 200);
    expect((await alice.response(bye)).status).toBe(200);
    await renewed.drop();
  });
}
