/** Asterisk on the wire: what the preset "Asterisk" meets there, message by message. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { headerOf, type SipMessage } from '../../../src/gateway/sip-message';
import { allProcesses, isRunning } from '../../support/app/processes';
import type { SipClient } from '../../support/phones/sip-client';
import { dialogOfCallee } from '../../support/phones/test-dialog';
import { startAsterisk, type Asterisk } from './asterisk';
import { ANSWER, clientAt, HOLD, OFFER, OFFER_WITHOUT_ADDRESS, outcomeOf, registeredAt } from './asterisk-client';
import { asteriskProblem, networkProblem } from './asterisk-needs';

const problem = await asteriskProblem();
let running: Asterisk | null = null;
const asterisk = (): Asterisk => {
  if (running === null) throw new Error('Asterisk does not run');
  return running;
};
beforeAll(async () => {
  if (problem === null) running = await startAsterisk({ answerWithinS: 2 });
});
afterAll(() => running?.close());
beforeEach(({ skip }) => skip(problem !== null, problem ?? ''));

const requests = (client: SipClient): readonly string[] =>
  client.received.flatMap((message: SipMessage) => (message.kind === 'request' ? [message.method] : []));

/** A call of `client` to a name of the dialplan, as far as its ACK. */
async function talk(client: SipClient, target: string) {
  const { invite, response } = await outcomeOf(client, target);
  expect(response.status).toBe(200);
  return client.acknowledge(invite, response);
}

describe('the network that it needs', () => {
  const HEAD = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';
  it.each([
    ['one cable', 'cable0\t0000630A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n', ['10.99.0.1'], null],
    ['a default route', 'eth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n', ['10.0.0.2'], /default route/],
    [
      'a route to half of the world',
      'eth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000080\t0\t0\t0\n',
      ['10.0.0.2'],
      null,
    ],
    ['loopback alone', '', [], /cable/],
  ])('%s', (_, routes, addresses, expected) => {
    const said = networkProblem(HEAD + routes, addresses);
    if (expected === null) expect(said).toBe(null);
    else expect(said).toMatch(expected);
  });
});

it('runs several times at once from one folder, and leaves nothing', async () => {
  const others = await Promise.all([startAsterisk({ bob: null }), startAsterisk()]);
  for (const { close } of others) onTestFinished(close);
  const pids = others.map(({ pid }) => pid());
  expect(new Set([asterisk(), ...others].map(({ url }) => url)).size).toBe(3);
  await Promise.all(others.map(({ close }) => close()));
  expect(pids.filter(isRunning)).toEqual([]);
  const left = (await allProcesses()).filter(({ commandLine }) =>
    others.some(({ folder }) => commandLine.some((part) => part.includes(folder))),
  );
  expect([left, others.filter(({ folder }) => existsSync(folder))]).toEqual([[], []]);
});

describe('the service that makes passwords', () => {
  const ask = async (body: unknown, key = asterisk().key, path = ''): Promise<Response> =>
    await fetch(`${asterisk().serviceUrl}${path}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}` },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });

  it.each([
    ['another key', { user: '1001', life: 60 }, 401, 'another key', ''],
    ['another path', { user: '1001', life: 60 }, 404, undefined, '/x'],
    ['a user that is not its own', { user: 'bob', life: 60 }, 403, undefined, ''],
    ['a path as a user', { user: '../../../x', life: 60 }, 403, undefined, ''],
    ['too long a life', { user: '1001', life: 3601 }, 400, undefined, ''],
    ['a life that is no number', { user: '1001', life: '60' }, 400, undefined, ''],
    ['no JSON', '{', 400, undefined, ''],
  ])('refuses %s', async (_, body, status, key, path) => {
    const answer = await ask(body, key, path);
    expect(answer.status).toBe(status);
    expect(await answer.text()).not.toContain(asterisk().key);
  });

  it('makes one that Asterisk takes for as long as it said, and not longer', async () => {
    const answer: unknown = await (await ask({ user: '1001', life: 2 })).json();
    const { password } = answer as { readonly password: string };
    expect(answer).toEqual({
      username: '1001',
      password: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      expires_at: expect.any(Number) as number,
    });
    const client = await clientAt(asterisk(), '1001', password);
    expect((await client.register()).status).toBe(200);
    await expect.poll(async () => (await client.register()).status, { timeout: 10_000 }).toBe(401);
  });

  it('makes a new one in place of the old one', async () => {
    const made = async (): Promise<string> =>
      ((await (await ask({ user: '1001', life: 60 })).json()) as { readonly password: string }).password;
    const [first, second] = [await made(), await made()];
    const statuses: number[] = [];
    for (const password of [first, second])
      statuses.push((await (await clientAt(asterisk(), '1001', password)).register()).status);
    expect(statuses).toEqual([401, 200]);
  });
});

describe('digest', () => {
  it.each([
    ['the right password', '1001', 'the password', 200],
    ['another password', '1001', 'wrong', 401],
    ['an empty one', '1001', '', 401],
    ['no answer', '1001', null, 401],
    ['a user that does not exist', '1999', 'the password', 401],
  ])('%s', async (_, user, password, status) => {
    await asterisk().setPassword('1001', 'the password');
    const client = await clientAt(asterisk(), user, password);
    const answer = await client.register();
    expect(answer.status).toBe(status);
    if (status === 401)
      expect(headerOf(answer, 'WWW-Authenticate')).toMatch(/^Digest realm="asterisk",.*algorithm=MD5,qop="auth"/);
  });

  it('registers nobody else', async () => {
    const client = await registeredAt(asterisk(), '1001');
    const to = `<sip:1002@${asterisk().domain}>`;
    expect((await client.response(client.request('REGISTER', { to }))).status).toBe(404);
    expect(await asterisk().contacts('1002')).toEqual([]);
  });

  it('a new password during a call: the registration goes on with it, the call as it is', async () => {
    const client = await registeredAt(asterisk(), '1001');
    const dialog = await talk(client, 'echo');
    await asterisk().setPassword('1001', 'a new one');
    const again = await clientAt(asterisk(), '1001', 'a new one');
    expect((await again.register()).status).toBe(200);
    expect((await client.register()).status).toBe(401);
    const hold = client.request('INVITE', { dialog, body: HOLD });
    const held = await client.response(hold);
    expect([held.status, /^a=((?:send|recv)\w+)\r$/m.exec(held.body)?.[1]]).toEqual([200, 'recvonly']);
    client.acknowledge(hold, held, dialog);
    expect((await client.response(client.request('BYE', { dialog }))).status).toBe(200);
    expect(await asterisk().channels()).toEqual([]);
  });
});

describe('calls', () => {
  it.each([
    // Busy() hangs up without a cause when its own 486 is slow.
    ['busy', 486, '(?:0|17)'],
    ['decline', 403, '21'],
    ['congestion', 503, '34'],
    ['1999', 404, '1'],
    ['1002', 480, '20'],
  ])('a call of %s ends with %i', async (target, status, cause) => {
    const client = await registeredAt(asterisk(), '1001');
    const outcome = await outcomeOf(client, target);
    expect([outcome.response.status, outcome.reason]).toEqual([
      status,
      expect.stringMatching(new RegExp(`^Q\\.850;cause=${cause}$`)) as string,
    ]);
  });

  it('early media: 183 with a description before the 200, which has the same one', async () => {
    const client = await registeredAt(asterisk(), '1001');
    const invite = client.request('INVITE', { uri: `sip:early@${asterisk().domain}`, body: OFFER });
    const early = await client.response(invite, 183);
    expect([early.status, early.body]).toEqual([183, expect.stringContaining('a=setup:active')]);
    const answer = await client.response(invite);
    expect(answer.status).toBe(200);
    const same = (body: string): string[] => body.split('\r\n').filter((line) => /^(?:m=|a=ice|a=finger)/.test(line));
    expect(same(answer.body)).toEqual(same(early.body));
    const dialog = client.acknowledge(invite, answer);
    await client.response(client.request('BYE', { dialog }));
  });

  it.each([
    ['with an address', OFFER, 'sendrecv'],
    ['without an address', OFFER_WITHOUT_ADDRESS, 'recvonly'],
    ['on hold', HOLD, 'recvonly'],
  ])('an offer %s is answered', async (_, body, direction) => {
    const client = await registeredAt(asterisk(), '1001');
    const invite = client.request('INVITE', { uri: `sip:echo@${asterisk().domain}`, body });
    const answer = await client.response(invite);
    expect([answer.status, /^a=((?:send|recv)\w+)\r$/m.exec(answer.body)?.[1]]).toEqual([200, direction]);
    await client.response(client.request('BYE', { dialog: client.acknowledge(invite, answer) }));
  });

  it('drops a request with a Bearer, without an answer', async () => {
    const client = await registeredAt(asterisk(), '1001');
    const headers = [{ name: 'Authorization', value: 'Bearer eyJhbGciOiJub25lIn0' }];
    const dropped = client.request('INVITE', { uri: `sip:echo@${asterisk().domain}`, body: OFFER, headers });
    expect((await client.register()).status).toBe(200);
    const callId = headerOf(dropped, 'Call-ID');
    expect(client.received.filter((message) => headerOf(message, 'Call-ID') === callId)).toEqual([]);
  });

  it('is cancelled', async () => {
    const client = await registeredAt(asterisk(), '1001');
    const invite = client.request('INVITE', { uri: `sip:rings@${asterisk().domain}`, body: OFFER });
    expect((await client.response(invite, 180)).status).toBe(180);
    expect((await client.response(client.cancel(invite))).status).toBe(200);
    const refused = await client.response(invite);
    expect(refused.status).toBe(487);
    client.acknowledgeRefusal(invite, refused);
    await expect.poll(() => asterisk().channels()).toEqual([]);
  });

  it.each([
    ['busy', 486, 486],
    ['declined', 603, 403],
    ['nobody takes it', null, 408],
  ])('between two phones: %s', async (_, answered, heard) => {
    const [alice, bob] = [await registeredAt(asterisk(), '1001'), await registeredAt(asterisk(), '1002')];
    const invite = alice.request('INVITE', { uri: bob.aor, body: OFFER });
    const received = await bob.nextRequest('INVITE');
    bob.reply(received, answered ?? 180, { toTag: 'bob' });
    if (answered === null) {
      const cancel = await bob.nextRequest('CANCEL');
      bob.reply(cancel, 200);
      bob.reply(received, 487, { toTag: 'bob' });
    }
    const refused = await alice.response(invite);
    expect(refused.status).toBe(heard);
    alice.acknowledgeRefusal(invite, refused);
    await expect.poll(() => asterisk().channels()).toEqual([]);
  });
});

describe('what Asterisk does with calls by itself', () => {
  it('moves one from a phone to its own dialplan, and joins two: no REFER to anybody', async () => {
    const [alice, bob] = [await registeredAt(asterisk(), '1001'), await registeredAt(asterisk(), '1002')];
    // Channels of an earlier call go a moment after its BYE.
    await expect.poll(() => asterisk().channels()).toEqual([]);
    const invite = alice.request('INVITE', { uri: bob.aor, body: OFFER });
    const received = await bob.nextRequest('INVITE');
    const answer = bob.reply(received, 200, { toTag: 'bob', ...ANSWER });
    const [hers, his] = [alice.acknowledge(invite, await alice.response(invite)), dialogOfCallee(received, answer)];
    await bob.nextRequest('ACK');
    const channelOf = async (user: string): Promise<string> =>
      (await asterisk().channels()).find((name) => name.startsWith(`PJSIP/${user}-`)) ?? '';
    await expect.poll(() => asterisk().console('bridge show all')).toMatch(/ 2 +basic /);
    // Hers goes to the echo: his has nobody left, and ends.
    await asterisk().console(`channel redirect ${await channelOf('1001')} phones,echo,1`);
    bob.reply(await bob.nextRequest('BYE'), 200);
    expect(his.remoteTag).not.toBe('');
    // He calls a tone, and Asterisk joins the two.
    const tone = await talk(bob, 'tone');
    await asterisk().console(`dialplan set global OTHER ${await channelOf('1002')}`);
    await asterisk().console(`channel redirect ${await channelOf('1001')} phones,join,1`);
    await expect.poll(() => asterisk().console('bridge show all')).toMatch(/ 2 +basic /);
    expect((await alice.response(alice.request('BYE', { dialog: hers }))).status).toBe(200);
    await bob.next((message): message is SipMessage => message.kind === 'request' && message.method === 'BYE', 'BYE');
    expect(tone.callId).not.toBe('');
    expect([...requests(alice), ...requests(bob)]).not.toContain('REFER');
    expect(await asterisk().logs()).not.toMatch(/^REFER /m);
  });

  it('dies and starts again during a call: passwords and calls are forgotten, and a new password registers', async () => {
    const client = await registeredAt(asterisk(), '1001');
    await talk(client, 'echo');
    await asterisk().restart();
    await client.closed;
    expect([await asterisk().channels(), await asterisk().contacts('1001')]).toEqual([[], []]);
    const old = await clientAt(asterisk(), '1001', 'password of 1001');
    // It knows no password of hers, not even a wrong one.
    expect((await old.register()).status).toBe(500);
    const back = await registeredAt(asterisk(), '1001');
    const dialog = await talk(back, 'echo');
    await back.response(back.request('BYE', { dialog }));
  });
});
