/** What a token limits: whom its bearer may call, and for how long. */
import { expect, it } from 'vitest';
import { headerOf, parseCseq, type SipMessage, type SipRequest } from '../../src/gateway/sip-message';
import { FakePeerConnection } from '../support/phones/fake-peer-connection';
import type { SipClient } from '../support/phones/sip-client';
import type { ContractRoom } from './visitors';

const OFFER = 'v=0\r\no=offer\r\n';
const ANSWER = {
  toTag: 'callee',
  headers: [{ name: 'Content-Type', value: 'application/sdp' }],
  body: 'v=0\r\no=answer\r\n',
};
/** The shortest time that a token may say, s. */
const SHORTEST_S = 10;

const isBye = (message: SipMessage): message is SipRequest => message.kind === 'request' && message.method === 'BYE';
const byes = (client: SipClient): readonly SipRequest[] => client.received.filter(isBye);
const numberOf = (request: SipRequest): number => parseCseq(headerOf(request, 'CSeq') ?? '')?.number ?? 0;

/** Rules, whom the bearer calls, and whether it may. `@` stands for the server's domain. */
const dialled: readonly (readonly [
  rules: { readonly dial?: readonly string[]; readonly dial_deny?: readonly string[] },
  user: string,
  may: boolean,
])[] = [
  [{}, '77', true],
  [{ dial: ['10??'] }, '1099', true],
  [{ dial: ['10??'] }, '109', false],
  [{ dial: ['10??'] }, '10999', false],
  [{ dial: ['10??'] }, '%31%30%39%39', true],
  [{ dial: ['+254*'] }, '+254722000001', true],
  [{ dial: ['+254*'] }, '00254722000001', true],
  [{ dial: ['00254*'] }, '+254722000001', true],
  [{ dial: ['+254*'] }, '+255722000001', false],
  [{ dial: ['+254*'] }, '254722000001', false],
  [{ dial: ['+254*'], dial_deny: ['+254900*'] }, '+254900111222', false],
  [{ dial: ['+254*'], dial_deny: ['+254900*'] }, '+254-900-111222', false],
  [{ dial: ['+254*'], dial_deny: ['+254900*'] }, '+254901111222', true],
  [{ dial_deny: ['+1*', '900*'] }, '9001234', false],
  [{ dial_deny: ['+1*', '900*'] }, '19001234', true],
  [{ dial: ['sales', 's?pp*'] }, 'support-2', true],
  [{ dial: ['sales'] }, 'Sales', true],
  [{ dial: ['a.b'] }, 'axb', false],
  [{ dial: ['sip:*@@'] }, 'anybody', true],
  [{ dial: ['*@elsewhere.example'] }, 'anybody', false],
  [{ dial_deny: ['*@elsewhere.example'] }, 'anybody', true],
  [{ dial_deny: ['*'] }, 'anybody', false],
  [{ dial: ['10??'], dial_deny: ['*'] }, '112', true],
  // An escape that is no text hides nothing.
  [{ dial_deny: ['10*'] }, '%31%30%39%39;x=%FF', false],
  [{ dial_deny: ['10*'] }, '%31099%FF', false],
  [{ dial_deny: ['10*'] }, '10%39%39%0A', false],
  [{ dial_deny: ['10*'] }, '%31099%zz', false],
  // Another spelling of a denied number.
  [{ dial_deny: ['+1900*'] }, '*67+19005550123', false],
  [{ dial_deny: ['+1900*'] }, '*31%23+19005550123', false],
  [{ dial_deny: ['+1900*'] }, '%2331%23+19005550123', false],
  [{ dial_deny: ['+1900*'] }, '01119005550123', false],
  [{ dial_deny: ['+1900*'] }, '*6701119005550123', false],
  [{ dial_deny: ['+1900*'] }, '+0019005550123', false],
  [{ dial_deny: ['+1900*'] }, '+01119005550123', false],
  [{ dial_deny: ['+4420*'] }, '+44(0)2079460018', false],
  [{ dial_deny: ['+4420*'] }, '+4402079460018', false],
  [{ dial_deny: ['+4420*'] }, '*67+4402079460018', false],
  [{ dial_deny: ['+1900*'] }, '*67+12015550123', true],
  // A rule names a star code.
  [{ dial_deny: ['%2A67*'] }, '*67+12015550123', false],
  [{ dial_deny: ['%2A67*'] }, '+25467222000', true],
  [{ dial_deny: ['*31#*'] }, '*31%23+12015550123', false],
  [{ dial_deny: ['%2331%23*'] }, '%2331%23+12015550123', false],
  [{ dial: ['%2A97'] }, '*97', true],
  [{ dial: ['%2A97'] }, '1097', false],
  [{ dial: ['+254*'] }, '*67+254722000001', true],
  [{ dial: ['+254*'] }, '011254722000001', false],
  [{ dial: ['10??'], dial_deny: ['*'] }, '*31%23112', true],
];

export function limitsContract({ server, visitors }: ContractRoom): void {
  it.each(dialled)('with the rules %j calls %s: %s', async (rules, user, may) => {
    const { domain } = server();
    const named = Object.fromEntries(
      Object.entries(rules).map(([claim, patterns]) => [claim, patterns.map((one) => one.replace('@@', `@${domain}`))]),
    );
    const alice = await visitors().client(undefined, named);
    const invite = alice.request('INVITE', { uri: `sip:${user}@${domain}`, body: OFFER });
    const answer = await alice.response(invite);
    alice.acknowledgeRefusal(invite, answer);
    // Nobody is there: who may call hears that.
    expect([answer.status, headerOf(answer, 'Reason')]).toEqual(
      may ? [404, null] : [403, 'SIP;cause=403;text="dial rule"'],
    );
  });

  it('limits messages, and whom a REFER names, as it does calls', async () => {
    const { domain } = server();
    const alice = await visitors().client(undefined, { dial_deny: ['+1900*'] });
    const statusOf = async (method: string, user: string, more: object = {}): Promise<number> =>
      (await alice.response(alice.request(method, { uri: `sip:${user}@${domain}`, ...more }))).status;
    const referTo = (uri: string) => ({ headers: [{ name: 'Refer-To', value: `<${uri}>` }] });
    expect(await statusOf('MESSAGE', '*67+19005550123')).toBe(403);
    expect(await statusOf('MESSAGE', '77')).toBe(404);
    expect(await statusOf('REFER', '77', referTo(`sip:+19005550123@${domain}`))).toBe(403);
    expect(await statusOf('REFER', '77', referTo('tel:+1-900-555-0123'))).toBe(403);
    expect(await statusOf('REFER', '77', referTo(`sip:+12015550123@${domain}`))).toBe(404);
  });

  it('limits who calls, not who is called, and nothing within a call', async () => {
    const [alice, bob] = [await visitors().client(), await visitors().client(undefined, { dial_deny: ['*'] })];
    const invite = alice.request('INVITE', { uri: bob.aor, body: OFFER });
    const received = await bob.nextRequest('INVITE');
    bob.reply(received, 200, ANSWER);
    const dialog = alice.acknowledge(invite, await alice.response(invite));
    await bob.nextRequest('ACK');
    const bye = alice.request('BYE', { dialog });
    bob.reply(await bob.nextRequest('BYE'), 200);
    expect((await alice.response(bye)).status).toBe(200);
  });

  const establish = async (from: SipClient, to: SipClient) => {
    const invite = from.request('INVITE', { uri: to.aor, body: OFFER });
    to.reply(await to.nextRequest('INVITE'), 200, ANSWER);
    const dialog = from.acknowledge(invite, await from.response(invite));
    await to.nextRequest('ACK');
    return { dialog, answeredAt: Date.now() };
  };
  const endOf = async (client: SipClient): Promise<{ readonly bye: SipRequest; readonly at: number }> => {
    const bye = await client.next(isBye, 'BYE', (SHORTEST_S + 4) * 1000);
    const at = Date.now();
    client.reply(bye, 200);
    return { bye, at };
  };
  const inTime = (ms: number): void => {
    expect(ms).toBeGreaterThan((SHORTEST_S - 1.2) * 1000);
    expect(ms).toBeLessThan((SHORTEST_S + 3) * 1000);
  };
  const limit = { max_call_s: SHORTEST_S };

  // At the same time: each takes as long as the shortest limit.
  it('ends a call with BYE to both sides when the time is up', { timeout: 40_000 }, async () => {
    const callersLimit = async (): Promise<void> => {
      const [alice, bob] = [await visitors().client(undefined, limit), await visitors().client()];
      const { dialog, answeredAt } = await establish(alice, bob);
      const info = alice.request('INFO', {
        dialog,
        headers: [{ name: 'Content-Type', value: 'application/dtmf-relay' }],
        rawBody: 'Signal=5\r\n',
      });
      bob.reply(await bob.nextRequest('INFO'), 200);
      await alice.response(info);
      const [hers, his] = await Promise.all([endOf(alice), endOf(bob)]);
      for (const { bye, at } of [hers, his]) {
        inTime(at - answeredAt);
        expect(headerOf(bye, 'Reason')).toBe('SIP;cause=408;text="Call time is up"');
        expect(headerOf(bye, 'Call-ID')).toBe(dialog.callId);
      }
      // Each in the name of the other, in the order of its own requests.
      expect(headerOf(hers.bye, 'From')).toContain(`${bob.user}@`);
      expect(headerOf(hers.bye, 'From')).toContain('tag=callee');
      expect(headerOf(his.bye, 'From')).toContain(`tag=${dialog.localTag}`);
      expect(numberOf(his.bye)).toBeGreaterThan(numberOf(info));
      expect(his.bye.uri.split(';')[0]).toBe(bob.contactUri.split(';')[0]);
    };
    const calleesLimit = async (): Promise<void> => {
      const [alice, bob] = [
        await visitors().client(undefined, { max_call_s: 60 }),
        await visitors().client(undefined, limit),
      ];
      const { answeredAt } = await establish(alice, bob);
      for (const { at } of await Promise.all([endOf(alice), endOf(bob)])) inTime(at - answeredAt);
    };
    const onAnotherSocket = async (): Promise<void> => {
      const [alice, bob] = [await visitors().client(undefined, limit), await visitors().client()];
      const { answeredAt } = await establish(alice, bob);
      await alice.drop();
      const back = await visitors().flow(alice.user, { instance: alice.instance });
      const contact = `<${alice.contactUri}>;reg-id=1;+sip.instance="${alice.instance}";expires=300`;
      expect((await back.response(back.request('REGISTER', { to: `<${back.aor}>`, contact }))).status).toBe(200);
      for (const { at } of await Promise.all([endOf(back), endOf(bob)])) inTime(at - answeredAt);
    };
    const whoLeft = async (): Promise<void> => {
      const [alice, bob] = [await visitors().client(undefined, limit), await visitors().client()];
      const { answeredAt } = await establish(alice, bob);
      await alice.drop();
      inTime((await endOf(bob)).at - answeredAt);
    };
    const endedBefore = async (): Promise<void> => {
      const [alice, bob] = [await visitors().client(undefined, limit), await visitors().client()];
      const { dialog, answeredAt } = await establish(alice, bob);
      const bye = alice.request('BYE', { dialog });
      bob.reply(await bob.nextRequest('BYE'), 200);
      await alice.response(bye);
      await expect
        .poll(() => Date.now() - answeredAt, { timeout: 20_000, interval: 100 })
        .toBeGreaterThan((SHORTEST_S + 2) * 1000);
      expect([byes(alice).length, byes(bob).length]).toEqual([0, 1]);
    };
    const phones = async (): Promise<void> => {
      const [asha, kamau] = [await visitors().phone(undefined, limit), await visitors().phone()];
      const placed = await asha.agent.place(kamau.user);
      if (!placed.ok) throw new Error(placed.failure.sentence);
      await kamau.agent.act((await kamau.call('ringing')).id, { verb: 'answer' });
      await Promise.all([asha.call('active'), kamau.call('active')]);
      await expect
        .poll(() => [asha, kamau].map(({ agent }) => agent.snapshot().calls.at(-1)?.phase), {
          timeout: (SHORTEST_S + 4) * 1000,
        })
        .toEqual(['ended', 'ended']);
      for (const { agent } of [asha, kamau])
        expect(agent.snapshot().calls.at(-1)).toMatchObject({
          cause: 'time-limit',
          details: expect.stringContaining('Call time is up') as unknown,
        });
      expect(FakePeerConnection.all.every(({ signalingState }) => signalingState === 'closed')).toBe(true);
    };
    await Promise.all([callersLimit(), calleesLimit(), onAnotherSocket(), whoLeft(), endedBefore(), phones()]);
  });

  // Of a BYE that nobody agreed to, of one that is out of order, and of anything else within a call the clock knows nothing.
  it('ends a call on time, whatever was said within it', { timeout: 40_000 }, async () => {
    const setUp = async () => {
      const [alice, bob] = [await visitors().client(undefined, limit), await visitors().client()];
      return { alice, bob, ...(await establish(alice, bob)) };
    };
    type Limited = Awaited<ReturnType<typeof setUp>>;
    const endsInTime = async ({ alice, bob, answeredAt }: Limited): Promise<void> => {
      for (const { at } of await Promise.all([endOf(alice), endOf(bob)])) inTime(at - answeredAt);
    };
    const statusOf = async ({ alice, bob, dialog }: Limited, status: number): Promise<number> => {
      const bye = alice.request('BYE', { dialog });
      bob.reply(await bob.nextRequest('BYE'), status);
      return (await alice.response(bye)).status;
    };
    const refused = async (status: number): Promise<void> => {
      const call = await setUp();
      expect(await statusOf(call, status)).toBe(status);
      await endsInTime(call);
    };
    const agreed = async (status: number): Promise<void> => {
      const call = await setUp();
      const { alice, bob, dialog, answeredAt } = call;
      expect(await statusOf(call, status)).toBe(status);
      expect((await alice.response(alice.request('INFO', { dialog }))).status).toBe(481);
      await expect
        .poll(() => Date.now() - answeredAt, { timeout: 20_000, interval: 100 })
        .toBeGreaterThan((SHORTEST_S + 2) * 1000);
      expect([byes(alice).length, byes(bob).length]).toEqual([0, 1]);
    };
    const outOfOrder = async (): Promise<void> => {
      const call = await setUp();
      const { alice, bob, dialog } = call;
      const info = alice.request('INFO', { dialog, cseq: 70 });
      bob.reply(await bob.nextRequest('INFO'), 200);
      await alice.response(info);
      for (const [method, cseq] of [
        ['BYE', 1],
        ['BYE', 70],
        ['INFO', 69],
        ['INVITE', 2],
      ] as const) {
        const old = alice.request(method, { dialog, cseq });
        const answer = await alice.response(old);
        if (method === 'INVITE') alice.acknowledgeRefusal(old, answer);
        expect([method, cseq, answer.status]).toEqual([method, cseq, 500]);
      }
      expect(bob.received.filter((message) => message.kind === 'request').map(({ method }) => method)).toEqual([
        'INVITE',
        'ACK',
        'INFO',
      ]);
      await endsInTime(call);
    };
    const talkative = async (): Promise<void> => {
      const call = await setUp();
      const { alice, bob, dialog, answeredAt } = call;
      for (const [at, method] of [
        [3_000, 'INFO'],
        [5_000, 'INVITE'],
        [7_000, 'UPDATE'],
      ] as const) {
        await expect.poll(() => Date.now() - answeredAt, { timeout: 9_000, interval: 100 }).toBeGreaterThan(at);
        const sent = alice.request(method, { dialog, body: OFFER });
        bob.reply(await bob.nextRequest(method), 200, { ...ANSWER });
        const answer = await alice.response(sent);
        if (method === 'INVITE') alice.acknowledge(sent, answer, dialog);
      }
      await endsInTime(call);
    };
    const withoutAck = async (): Promise<void> => {
      const [alice, bob] = [await visitors().client(undefined, limit), await visitors().client()];
      const invite = alice.request('INVITE', { uri: bob.aor, body: OFFER });
      bob.reply(await bob.nextRequest('INVITE'), 200, ANSWER);
      await alice.response(invite);
      const answeredAt = Date.now();
      for (const { at } of await Promise.all([endOf(alice), endOf(bob)])) inTime(at - answeredAt);
    };
    await Promise.all([
      ...[401, 480, 500, 504, 603].map(refused),
      ...[200, 481, 408].map(agreed),
      outOfOrder(),
      talkative(),
      withoutAck(),
    ]);
  });
}
