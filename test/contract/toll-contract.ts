/** What a phone that was taken over tries at the gateway's expense: whom requests within a call reach, and how many calls there are, and when. */
import { createSocket } from 'node:dgram';
import { expect, it, onTestFinished } from 'vitest';
import { headerOf, type SipMessage, type SipRequest, type SipResponse } from '../../src/gateway/sip-message';
import type { RequestOptions, SipClient } from '../support/phones/sip-client';
import { dialogOfCallee, type TestDialog } from '../support/phones/test-dialog';
import type { ContractRoom } from './visitors';

const OFFER = 'v=0\r\no=offer\r\n';
const ANSWER = {
  toTag: 'callee',
  headers: [{ name: 'Content-Type', value: 'application/sdp' }],
  body: 'v=0\r\no=answer\r\n',
};
/** What may be sent within a call. */
const WITHIN = ['INVITE', 'BYE', 'INFO', 'MESSAGE', 'UPDATE', 'REFER', 'NOTIFY', 'OPTIONS', 'PRACK'];

const requests = ({ received }: SipClient): readonly SipRequest[] =>
  received.filter((message: SipMessage): message is SipRequest => message.kind === 'request');
const nowS = (): number => Math.floor(Date.now() / 1000);

export function tollContract({ server, visitors }: ContractRoom): void {
  const establish = async (from: SipClient, to: SipClient) => {
    const invite = from.request('INVITE', { uri: to.aor, body: OFFER });
    const received = await to.nextRequest('INVITE');
    const answer = to.reply(received, 200, ANSWER);
    const caller = from.acknowledge(invite, await from.response(invite));
    await to.nextRequest('ACK');
    return { caller, callee: dialogOfCallee(received, answer) };
  };
  const two = async (claims: object = {}): Promise<[SipClient, SipClient]> => [
    await visitors().client(undefined, { ...claims }),
    await visitors().client(),
  ];
  const ask = async (from: SipClient, method: string, options: RequestOptions): Promise<SipResponse> => {
    const request = from.request(method, options);
    const answer = await from.response(request);
    if (method === 'INVITE' && answer.status >= 300) from.acknowledgeRefusal(request, answer);
    return answer;
  };
  const statusOf = async (from: SipClient, method: string, options: RequestOptions): Promise<number> =>
    (await ask(from, method, options)).status;
  const reasonOf = async (from: SipClient, method: string, options: RequestOptions): Promise<unknown[]> => {
    const answer = await ask(from, method, options);
    return [answer.status, headerOf(answer, 'Reason')];
  };
  /** A call to this user of the domain, where nobody is: 404 says that it may begin. */
  const dial = (from: SipClient, user: string, more: RequestOptions = {}): Promise<unknown[]> =>
    reasonOf(from, 'INVITE', { uri: `sip:${user}@${server().domain}`, body: OFFER, ...more });
  /** A place outside that should hear nothing. */
  const outside = async () => {
    const socket = createSocket('udp4');
    const heard: string[] = [];
    socket.on('message', (data) => heard.push(data.toString()));
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    onTestFinished(() => void socket.close());
    const { port } = socket.address();
    return { heard, port, uri: `sip:fraud@127.0.0.1:${port}` };
  };
  /** What was begun until now counts no more among the calls of a second. */
  const secondTurns = async (): Promise<void> => {
    const from = Date.now();
    await expect.poll(() => Date.now() - from, { timeout: 3_000, interval: 50 }).toBeGreaterThan(1_050);
  };
  const hangUp = async (from: SipClient, dialog: TestDialog, to: SipClient): Promise<void> => {
    const bye = from.request('BYE', { dialog });
    to.reply(await to.nextRequest('BYE'), 200);
    expect((await from.response(bye)).status).toBe(200);
  };

  it('carries nothing of a call that it does not know, whatever Route it brings', async () => {
    const [[alice, bob], place] = [await two(), await outside()];
    const { caller } = await establish(alice, bob);
    const heardBefore = requests(bob).length;
    const strange: readonly TestDialog[] = [
      { ...caller, callId: 'another-call' },
      { ...caller, remoteTag: 'another-tag' },
      { ...caller, localTag: 'another-tag' },
    ];
    for (const [at, dialog] of strange.entries())
      for (const uri of [place.uri, bob.contactUri]) {
        alice.request('ACK', { dialog, uri, cseq: 900 });
        for (const method of WITHIN)
          expect([at, uri, method, await statusOf(alice, method, { dialog, uri })]).toEqual([at, uri, method, 481]);
      }
    // What came before on the same flow has arrived by now.
    await hangUp(alice, caller, bob);
    expect(requests(bob).length).toBe(heardBefore + 1);
    expect(place.heard).toEqual([]);
  });

  it('sends what belongs to a call to its other side alone', async () => {
    const [[alice, bob], place] = [await two(), await outside()];
    const { caller, callee } = await establish(alice, bob);
    for (const [from, to, dialog] of [
      [alice, bob, caller],
      [bob, alice, callee],
    ] as const) {
      const routes = [...dialog.routes, `<${place.uri};lr>`];
      const alias = `${place.uri.replace('sip:fraud', 'sip:x')};alias=127.0.0.1~${place.port}~1`;
      for (const change of [{ dialog: { ...dialog, routes } }, { dialog, uri: place.uri }, { dialog, uri: alias }]) {
        const sent = from.request('INFO', change);
        // It comes to the other side, or to nobody.
        const came = to.nextRequest('INFO').then((heard) => void to.reply(heard, 200));
        await Promise.race([came, from.response(sent)]);
        came.catch(() => undefined);
      }
    }
    await hangUp(alice, caller, bob);
    expect(place.heard).toEqual([]);
  });

  it('takes no contact that says where else to go', async () => {
    const [[alice, bob], place] = [await two(), await outside()];
    const invite = alice.request('INVITE', { uri: bob.aor, body: OFFER });
    const received = await bob.nextRequest('INVITE');
    const contact = `<sip:x@127.0.0.1:${place.port};alias=127.0.0.1~${place.port}~1>`;
    bob.send({
      ...bob.reply(received, 180, { toTag: 'callee' }),
      status: 200,
      reason: 'OK',
      headers: [
        ...bob
          .reply(received, 180, { toTag: 'callee' })
          .headers.filter(({ name }) => name !== 'Contact' && name !== 'Content-Length'),
        { name: 'Contact', value: contact },
      ],
    });
    const dialog = alice.acknowledge(invite, await alice.response(invite));
    const bye = alice.request('BYE', { dialog });
    const came = bob.nextRequest('BYE').then((heard) => void bob.reply(heard, 200));
    came.catch(() => undefined);
    expect([200, 408]).toContain((await alice.response(bye)).status);
    expect(place.heard).toEqual([]);
  });

  it('takes requests within a call from its two sides alone', async () => {
    const [alice, bob] = await two();
    const mallory = await visitors().client();
    const { caller, callee } = await establish(alice, bob);
    const heardBefore = [requests(alice).length, requests(bob).length];
    for (const dialog of [
      caller,
      callee,
      { ...caller, localUri: mallory.aor },
      { ...callee, localUri: mallory.aor },
      { ...caller, localTag: callee.localTag, remoteTag: caller.localTag },
    ]) {
      mallory.request('ACK', { dialog, cseq: 900 });
      for (const method of WITHIN)
        expect([dialog, method, await statusOf(mallory, method, { dialog, cseq: 901 })]).toEqual([dialog, method, 481]);
    }
    // Each side speaks as itself, not as the other.
    expect(await statusOf(alice, 'BYE', { dialog: { ...callee, routes: caller.routes } })).toBe(481);
    expect(await statusOf(bob, 'BYE', { dialog: { ...caller, routes: callee.routes } })).toBe(481);
    expect([requests(alice).length, requests(bob).length]).toEqual(heardBefore);
    await hangUp(bob, callee, alice);
  });

  it('carries nothing of a call that is over, or was refused', async () => {
    const [alice, bob] = await two();
    const { caller, callee } = await establish(alice, bob);
    await hangUp(alice, caller, bob);
    const invite = alice.request('INVITE', { uri: bob.aor, body: OFFER });
    const received = await bob.nextRequest('INVITE');
    bob.reply(received, 180, { toTag: 'refused' });
    const ringing = await alice.response(invite, 180);
    const refusal = bob.reply(received, 486, { toTag: 'refused' });
    await bob.nextRequest('ACK');
    alice.acknowledgeRefusal(invite, await alice.response(invite));
    const refused: TestDialog = {
      ...caller,
      callId: headerOf(invite, 'Call-ID') ?? '',
      localTag: /tag=(\w+)/.exec(headerOf(invite, 'From') ?? '')?.[1] ?? '',
      remoteTag: 'refused',
      routes: ringing.headers.filter(({ name }) => name === 'Record-Route').map(({ value }) => value),
    };
    const heardBefore = [requests(alice).length, requests(bob).length];
    for (const [from, dialog] of [
      [alice, caller],
      [bob, callee],
      [alice, refused],
      [bob, dialogOfCallee(received, refusal)],
    ] as const) {
      from.request('ACK', { dialog, cseq: 900 });
      for (const method of WITHIN)
        expect([method, await statusOf(from, method, { dialog, cseq: 901 })]).toEqual([method, 481]);
    }
    expect([requests(alice).length, requests(bob).length]).toEqual(heardBefore);
  });

  it('carries nothing of a phone that rang, once another one has answered', async () => {
    const alice = await visitors().client();
    const name = visitors().user();
    const [desk, mobile] = [await visitors().client(name), await visitors().client(name)];
    const invite = alice.request('INVITE', { uri: desk.aor, body: OFFER });
    const [atDesk, atMobile] = [await desk.nextRequest('INVITE'), await mobile.nextRequest('INVITE')];
    desk.reply(atDesk, 180, { toTag: 'desk' });
    const { value: route } = (await alice.response(invite, 180)).headers.find(
      (header) => header.name === 'Record-Route',
    ) ?? { value: '' };
    mobile.reply(atMobile, 200, { ...ANSWER, toTag: 'mobile' });
    const caller = alice.acknowledge(invite, await alice.response(invite));
    desk.reply(await desk.nextRequest('CANCEL'), 200);
    desk.reply(atDesk, 487, { toTag: 'desk' });
    await desk.nextRequest('ACK');
    const rang: TestDialog = { ...caller, remoteTag: 'desk', target: desk.contactUri, routes: [route] };
    for (const method of WITHIN)
      expect([method, await statusOf(alice, method, { dialog: rang })]).toEqual([method, 481]);
    expect(requests(desk).map(({ method }) => method)).toEqual(['INVITE', 'CANCEL', 'ACK']);
    await mobile.nextRequest('ACK');
    await hangUp(alice, caller, mobile);
  });

  it('passes on nothing after the end of a token but what belongs to a call', async () => {
    const bob = await visitors().client();
    const alice = await visitors().flow(undefined, { lifeS: 3 });
    const began = Date.now();
    await alice.register();
    const { caller } = await establish(alice, bob);
    await expect.poll(() => Date.now() - began, { timeout: 6_000, interval: 100 }).toBeGreaterThan(3_100);
    for (const method of ['INVITE', 'MESSAGE', 'REFER'])
      expect([method, await statusOf(alice, method, { uri: bob.aor })]).toEqual([method, 403]);
    expect(await statusOf(alice, 'INVITE', { dialog: { ...caller, callId: 'another-call' } })).toBe(481);
    await hangUp(alice, caller, bob);
  });

  it('keeps subscriptions to itself, and brings a NOTIFY to a phone only within a call', async () => {
    const [alice, bob] = await two();
    const event = { headers: [{ name: 'Event', value: 'presence' }] };
    const dialog: TestDialog = {
      callId: 'subscription',
      localUri: alice.aor,
      localTag: 'a',
      remoteUri: bob.aor,
      remoteTag: 'b',
      target: bob.contactUri,
      routes: (await establish(alice, bob)).caller.routes,
    };
    const heardBefore = requests(bob).length;
    expect(await statusOf(alice, 'SUBSCRIBE', { uri: bob.aor, ...event })).toBe(489);
    expect(await statusOf(alice, 'SUBSCRIBE', { dialog, uri: bob.aor, ...event })).toBe(489);
    expect(await statusOf(alice, 'SUBSCRIBE', { dialog, ...event })).toBe(481);
    expect(
      await statusOf(alice, 'SUBSCRIBE', { dialog: { ...dialog, localUri: bob.aor }, uri: bob.aor, ...event }),
    ).toBe(481);
    expect(await statusOf(alice, 'NOTIFY', { uri: bob.aor, ...event })).toBe(481);
    expect(await statusOf(alice, 'NOTIFY', { dialog, ...event })).toBe(481);
    expect(requests(bob).length).toBe(heardBefore);
  });

  it('has the rules of calls for an INVITE with Replaces, and for each of several targets of a REFER', async () => {
    const alice = await visitors().client(undefined, { dial_deny: ['+1900*'] });
    const replaces = { headers: [{ name: 'Replaces', value: 'x;to-tag=a;from-tag=b' }] };
    expect(await dial(alice, '+19005550123', replaces)).toEqual([403, 'SIP;cause=403;text="dial rule"']);
    expect(await dial(alice, '77', replaces)).toEqual([404, null]);
    const uri = `sip:77@${server().domain}`;
    const to = (...targets: string[]): RequestOptions => ({
      uri,
      headers: targets.map((value) => ({ name: 'Refer-To', value })),
    });
    const [good, bad] = [`<sip:77@${server().domain}>`, `<sip:+19005550123@${server().domain}>`];
    expect(await statusOf(alice, 'REFER', to(good))).toBe(404);
    for (const targets of [[good, bad], [bad, good], [''], ['<>'], [bad]])
      expect([400, 403]).toContain(await statusOf(alice, 'REFER', to(...targets)));
  });

  it('begins no call after `calls_until`, but an emergency call; what runs goes on', async () => {
    const [alice, bob] = await two({ calls_until: nowS() + 3, emergency: '110 118', dial: ['77', '1*'] });
    const { caller } = await establish(alice, bob);
    expect(await dial(alice, '77')).toEqual([404, null]);
    await expect.poll(async () => (await dial(alice, '77'))[0], { timeout: 6_000, interval: 300 }).toBe(403);
    const refused = [403, 'SIP;cause=403;text="outside hours"'];
    expect(await dial(alice, '77')).toEqual(refused);
    for (const method of ['MESSAGE', 'REFER']) expect(await reasonOf(alice, method, { uri: bob.aor })).toEqual(refused);
    const to = (user: string) => ({ headers: [{ name: 'Refer-To', value: `<sip:${user}@${server().domain}>` }] });
    expect(await reasonOf(alice, 'REFER', { dialog: caller, ...to('77') })).toEqual(refused);
    for (const number of ['112', '911', '*31%23999', '110', '*67118'])
      expect(await dial(alice, number)).toEqual([404, null]);
    expect(await dial(alice, '1100')).toEqual(refused);
    const info = alice.request('INFO', { dialog: caller });
    bob.reply(await bob.nextRequest('INFO'), 200);
    expect((await alice.response(info)).status).toBe(200);
    await hangUp(alice, caller, bob);
    // Others may call her.
    await hangUp(bob, (await establish(bob, alice)).caller, alice);
  });

  it.each([
    ['`max_calls`', { max_calls: 2 }, 2],
    ['8 where the token names no number', {}, 8],
  ])('places no more calls at a time than %s', async (_, claims, most) => {
    const [alice, bob] = await two(claims);
    const many = [403, 'SIP;cause=403;text="too many calls"'];
    const ring = async (): Promise<[SipRequest, SipRequest]> => {
      const invite = alice.request('INVITE', { uri: bob.aor, body: OFFER });
      return [invite, await bob.nextRequest('INVITE')];
    };
    // Calls that fail count no more.
    for (let tries = 0; tries < 3; tries += 1) expect(await dial(alice, '77')).toEqual([404, null]);
    await secondTurns();
    const calls: [SipRequest, SipRequest][] = [];
    while (calls.length < most - 1) calls.push(await ring());
    const { caller } = await establish(alice, bob);
    expect(await dial(alice, '77')).toEqual(many);
    // Another flow of the same user has no calls of its own.
    const second = await visitors().flow(alice.user, { claims: { ...claims } });
    expect(await dial(second, '77')).toEqual(many);
    expect(await dial(alice, '112')).toEqual([404, null]);
    const [invite, received] = calls.pop() ?? [];
    if (invite === undefined || received === undefined) throw new Error('no call rings');
    bob.reply(received, 486, { toTag: 'callee' });
    alice.acknowledgeRefusal(invite, await alice.response(invite));
    await secondTurns();
    await expect.poll(() => dial(alice, '77'), { timeout: 3_000, interval: 300 }).toEqual([404, null]);
    calls.push(await ring());
    expect(await dial(alice, '77')).toEqual(many);
    await hangUp(alice, caller, bob);
    await expect.poll(() => dial(alice, '77'), { timeout: 4_000, interval: 300 }).toEqual([404, null]);
    for (const [open, ringing] of calls) {
      bob.reply(ringing, 486, { toTag: 'callee' });
      alice.acknowledgeRefusal(open, await alice.response(open));
    }
  });

  it('begins ten calls a second, and emergency calls whenever they come', async () => {
    const alice = await visitors().client();
    const answers = await Promise.all(Array.from({ length: 40 }, () => dial(alice, '77')));
    const tooFast = answers.filter(([status]) => status === 503);
    expect(tooFast[0]).toEqual([503, 'SIP;cause=503;text="too many calls a second"']);
    // The second may have turned while they came.
    expect(tooFast.length).toBeGreaterThanOrEqual(20);
    expect(answers.filter(([status]) => status === 404).length).toBe(40 - tooFast.length);
    expect(40 - tooFast.length).toBeGreaterThanOrEqual(10);
    const urgent = await Promise.all(Array.from({ length: 15 }, () => dial(alice, '112')));
    expect(urgent).toEqual(urgent.map(() => [404, null]));
    await expect.poll(() => dial(alice, '77'), { timeout: 4_000, interval: 300 }).toEqual([404, null]);
  });
}
