/** Calls between two raw clients: what passes through the server, message by message. */
import { expect, it } from 'vitest';
import { headerOf, headersOf, type SipMessage, type SipRequest } from '../../src/gateway/sip-message';
import type { ReplyOptions } from '../../src/gateway/sip-reply';
import { type SipClient } from '../support/phones/sip-client';
import { dialogOfCallee, type TestDialog } from '../support/phones/test-dialog';
import { ANSWER_WITHIN_MS } from './server-under-test';
import type { ContractRoom } from './visitors';

const INFO = {
  headers: [{ name: 'Content-Type', value: 'application/dtmf-relay' }],
  rawBody: 'Signal=5\r\nDuration=100\r\n',
};

/** RFC 8898, and RFC 3325 section 5. */
const FOR_THE_SERVER = ['Authorization', 'P-Asserted-Identity', 'P-Preferred-Identity', 'Remote-Party-ID'];

const statusIs =
  (status: number) =>
  (message: SipMessage): boolean =>
    message.kind === 'response' && message.status === status;

export function callContract({ server, visitors, has, numbers }: ContractRoom): void {
  const offer = (): string => server().sdp.offer;
  const answerOf = (toTag = 'callee'): ReplyOptions => ({
    toTag,
    headers: [{ name: 'Content-Type', value: 'application/sdp' }],
    body: server().sdp.answer,
  });
  const two = async (): Promise<[SipClient, SipClient]> => [await visitors().client(), await visitors().client()];
  const call = (from: SipClient, to: SipClient): SipRequest => from.request('INVITE', { uri: to.aor, body: offer() });
  const establish = async (
    from: SipClient,
    to: SipClient,
  ): Promise<{ readonly caller: TestDialog; readonly callee: TestDialog }> => {
    const invite = call(from, to);
    const received = await to.nextRequest('INVITE');
    const answer = to.reply(received, 200, answerOf());
    const caller = from.acknowledge(invite, await from.response(invite));
    await to.nextRequest('ACK');
    return { caller, callee: dialogOfCallee(received, answer) };
  };
  const hangUp = async (from: SipClient, dialog: TestDialog, to: SipClient): Promise<void> => {
    const bye = from.request('BYE', { dialog });
    to.reply(await to.nextRequest('BYE'), 200);
    expect((await from.response(bye)).status).toBe(200);
  };

  it('connects; a token or an identity that only a server may assert does not pass, and what else passes does as it is', async () => {
    const [alice, bob] = await two();
    // Asterisk reads a Bearer as a broken header, and drops the request.
    const forServer = FOR_THE_SERVER.filter((name) => name !== 'Authorization' || !has('digest'));
    const invite = alice.request('INVITE', {
      uri: bob.aor,
      body: offer(),
      headers: forServer.map((name) => ({
        name,
        value: name === 'Authorization' ? 'Bearer secret' : `<sip:boss@${server().domain}>`,
      })),
    });
    expect((await alice.response(invite, 100)).status).toBe(100);
    const received = await bob.nextRequest('INVITE');
    for (const name of FOR_THE_SERVER) expect(headerOf(received, name), name).toBeNull();
    if (has('end-to-end')) {
      expect(received.uri.split(';')[0]).toBe(bob.contactUri.split(';')[0]);
      expect(received.body).toBe(offer());
      expect(Number(headerOf(received, 'Max-Forwards'))).toBeLessThan(70);
      expect(headersOf(received, 'Record-Route').length).toBeGreaterThan(0);
    }
    bob.reply(received, 180, { toTag: 'callee' });
    expect((await alice.response(invite, 180)).status).toBe(180);
    const answer = bob.reply(received, 200, answerOf());
    const response = await alice.response(invite);
    expect(response.status).toBe(200);
    if (has('end-to-end')) expect(response.body).toBe(server().sdp.answer);
    expect(headersOf(response, 'Via')).toHaveLength(1);
    const dialog = alice.acknowledge(invite, response);
    await bob.nextRequest('ACK');
    await hangUp(bob, dialogOfCallee(received, answer), alice);
    if (has('end-to-end')) expect(dialog.remoteTag).toBe('callee');
  });

  if (has('end-to-end'))
    it('carries what belongs to a dialog both ways', async () => {
      const [alice, bob] = await two();
      const { caller, callee } = await establish(alice, bob);
      for (const [from, to, dialog] of [
        [alice, bob, caller],
        [bob, alice, callee],
      ] as const) {
        const hold = from.request('INVITE', { dialog, body: `${offer()}a=sendonly\r\n` });
        const heard = await to.nextRequest('INVITE');
        expect(heard.body).toBe(`${offer()}a=sendonly\r\n`);
        to.reply(heard, 200, answerOf());
        from.acknowledge(hold, await from.response(hold), dialog);
        await to.nextRequest('ACK');
        for (const method of ['UPDATE', 'OPTIONS', 'MESSAGE', 'NOTIFY', 'REFER']) {
          const inside = from.request(method, { dialog });
          to.reply(await to.nextRequest(method), 202);
          expect([method, (await from.response(inside)).status]).toEqual([method, 202]);
        }
      }
      await hangUp(alice, caller, bob);
    });

  if (has('end-to-end'))
    it('carries digits as INFO both ways', async () => {
      const [alice, bob] = await two();
      const { caller, callee } = await establish(alice, bob);
      for (const [from, to, dialog] of [
        [alice, bob, caller],
        [bob, alice, callee],
      ] as const) {
        const info = from.request('INFO', { dialog, ...INFO });
        const heard = await to.nextRequest('INFO');
        expect([headerOf(heard, 'Content-Type'), heard.body]).toEqual(['application/dtmf-relay', INFO.rawBody]);
        to.reply(heard, 200);
        expect((await from.response(info)).status).toBe(200);
      }
      await hangUp(alice, caller, bob);
    });

  it.each(['caller', 'callee'] as const)('ends when the %s hangs up', async (who) => {
    const [alice, bob] = await two();
    const { caller, callee } = await establish(alice, bob);
    if (who === 'caller') await hangUp(alice, caller, bob);
    else await hangUp(bob, callee, alice);
  });

  it('cancels, and says why', async () => {
    const [alice, bob] = await two();
    const invite = call(alice, bob);
    const received = await bob.nextRequest('INVITE');
    bob.reply(received, 180, { toTag: 'callee' });
    await alice.response(invite, 180);
    expect(
      (await alice.response(alice.cancel(invite, [{ name: 'Reason', value: 'SIP;cause=487;text="gave up"' }]))).status,
    ).toBe(200);
    const cancel = await bob.nextRequest('CANCEL');
    expect(headersOf(cancel, 'Via')).toEqual([headersOf(received, 'Via')[0]]);
    if (has('end-to-end')) expect(headerOf(cancel, 'Reason')).toBe('SIP;cause=487;text="gave up"');
    bob.reply(cancel, 200);
    bob.reply(received, 487, { toTag: 'callee' });
    await bob.nextRequest('ACK');
    const refused = await alice.response(invite);
    expect(refused.status).toBe(487);
    alice.acknowledgeRefusal(invite, refused);
  });

  if (has('end-to-end'))
    it('passes a 200 that crossed the CANCEL', async () => {
      const [alice, bob] = await two();
      const invite = call(alice, bob);
      const received = await bob.nextRequest('INVITE');
      bob.reply(received, 180, { toTag: 'callee' });
      await alice.response(invite, 180);
      alice.cancel(invite);
      const cancel = await bob.nextRequest('CANCEL');
      bob.reply(received, 200, answerOf());
      bob.reply(cancel, 481);
      const response = await alice.next(
        (message): message is Extract<SipMessage, { kind: 'response' }> =>
          statusIs(200)(message) && headerOf(message, 'CSeq')?.endsWith('INVITE') === true,
        'the 200',
      );
      const dialog = alice.acknowledge(invite, response);
      await bob.nextRequest('ACK');
      await hangUp(alice, dialog, bob);
    });

  it.each([[486], [600], [603], [480], [404], [488], [500]])('passes %i through', async (status) => {
    const [alice, bob] = await two();
    const invite = call(alice, bob);
    bob.reply(await bob.nextRequest('INVITE'), status, { toTag: 'callee' });
    await bob.nextRequest('ACK');
    const refused = await alice.response(invite);
    expect(refused.status).toBe(numbers.passes(status));
    alice.acknowledgeRefusal(invite, refused);
  });

  it.each([
    ['nobody by that name', (domain: string) => `sip:nobody@${domain}`, 404],
    ...(has('own-domain')
      ? ([
          ['another domain', () => 'sip:bob@elsewhere.example', 403],
          ['a number outside SIP', () => 'tel:+15550100', 416],
          ['the domain itself', (domain: string) => `sip:${domain}`, 484],
        ] as const)
      : []),
  ] as const)('refuses a call to %s', async (_, uri, status) => {
    const alice = await visitors().client();
    const invite = alice.request('INVITE', { uri: uri(server().domain), body: offer() });
    const refused = await alice.response(invite);
    expect(refused.status).toBe(status);
    alice.acknowledgeRefusal(invite, refused);
  });

  it('refuses a call to somebody who left', async () => {
    const [alice, bob] = await two();
    await bob.register(0);
    const invite = call(alice, bob);
    const refused = await alice.response(invite);
    // RFC 3261 section 21.4.18: 480 when the server knows the user, 404 when it knows bindings only.
    expect([404, 480]).toContain(refused.status);
    alice.acknowledgeRefusal(invite, refused);
  });

  it('rings every phone of a user; the others hear that it was answered elsewhere', async () => {
    const alice = await visitors().client();
    const name = visitors().user();
    const [desk, mobile] = [await visitors().client(name), await visitors().client(name)];
    const invite = call(alice, desk);
    const [atDesk, atMobile] = [await desk.nextRequest('INVITE'), await mobile.nextRequest('INVITE')];
    desk.reply(atDesk, 180, { toTag: 'desk' });
    mobile.reply(atMobile, 180, { toTag: 'mobile' });
    await alice.response(invite, 180);
    const answer = mobile.reply(atMobile, 200, answerOf('mobile'));
    const cancel = await desk.nextRequest('CANCEL');
    expect(headerOf(cancel, 'Reason')).toMatch(/^SIP;\s*cause=200\b/);
    desk.reply(cancel, 200);
    desk.reply(atDesk, 487, { toTag: 'desk' });
    await desk.nextRequest('ACK');
    alice.acknowledge(invite, await alice.response(invite));
    await mobile.nextRequest('ACK');
    await hangUp(mobile, dialogOfCallee(atMobile, answer), alice);
    expect(alice.received.filter(statusIs(487))).toEqual([]);
  });

  it('gives up by itself when nobody answers, and stops the ringing', async () => {
    const [alice, bob] = await two();
    const invite = call(alice, bob);
    const received = await bob.nextRequest('INVITE');
    bob.reply(received, 180, { toTag: 'callee' });
    const cancel = await bob.next(
      (message): message is SipRequest => message.kind === 'request' && message.method === 'CANCEL',
      'CANCEL',
      3 * ANSWER_WITHIN_MS,
    );
    bob.reply(cancel, 200);
    bob.reply(received, 487, { toTag: 'callee' });
    await bob.nextRequest('ACK');
    const refused = await alice.response(invite);
    expect(refused.status).toBe(408);
    alice.acknowledgeRefusal(invite, refused);
  });

  if (has('token-life'))
    it('keeps a call whose token has ended, and begins none', async () => {
      const bob = await visitors().client();
      const alice = await visitors().flow(undefined, { lifeS: 2 });
      const began = Date.now();
      await alice.register();
      const { caller, callee } = await establish(alice, bob);
      await expect.poll(() => Date.now() - began, { timeout: 5_000, interval: 100 }).toBeGreaterThan(2_100);
      const invite = call(alice, bob);
      const refused = await alice.response(invite);
      expect(refused.status).toBe(403);
      alice.acknowledgeRefusal(invite, refused);
      const info = bob.request('INFO', { dialog: callee, ...INFO });
      alice.reply(await alice.nextRequest('INFO'), 200);
      expect((await bob.response(info)).status).toBe(200);
      await hangUp(alice, caller, bob);
    });
}
