/** Kamailio lets in who has a good token, however it is presented, and nobody else. */
import { createHash, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { headerOf, headersOf, type SipResponse } from '../../src/gateway/sip-message';
import { SipClient } from '../support/phones/sip-client';
import { hostileTokens } from './hostile-tokens';
import { labProblem, startLab, type Lab, type LabOptions } from './lab';

const problem = await labProblem();
beforeEach(({ skip }) => skip(problem !== null, problem ?? ''));

type How = Parameters<typeof SipClient.open>[2];

/** A lab for the tests of one block, and the phones of each test. */
function usingLab(options: LabOptions): {
  readonly lab: () => Lab;
  readonly phone: (url: string, user: string, how?: How) => Promise<SipClient>;
} {
  let lab: Lab | null = null;
  const phones: SipClient[] = [];
  beforeAll(async () => {
    if (problem === null) lab = await startLab(options);
  });
  afterEach(async () => {
    for (const phone of phones.splice(0)) await phone.drop();
  });
  afterAll(() => lab?.close());
  const running = (): Lab => {
    if (lab === null) throw new Error('there is no lab');
    return lab;
  };
  return {
    lab: running,
    phone: async (url, user, how = {}) => {
      const phone = await SipClient.open(url, user, { domain: running().domain, bare: true, ...how });
      phones.push(phone);
      return phone;
    },
  };
}

/** Each way to say a token on the upgrade: the URL and what goes with it. */
const upgrades = {
  query: (token: string): readonly [query: string, how: How] => [`?token=${token}`, {}],
  subprotocol: (token: string): readonly [query: string, how: How] => ['', { protocols: ['sip', `bearer.${token}`] }],
  'main-injected': (token: string): readonly [query: string, how: How] => ['', { bearer: true, token }],
} as const;

describe.each(Object.entries(upgrades))('on the upgrade: %s', (name, say) => {
  const presentation = name === 'subprotocol' || name === 'main-injected' ? name : 'query';
  const { lab, phone } = usingLab({ presentation });
  const open = (token: string, user = '1001'): Promise<SipClient> => {
    const [query, how] = say(token);
    return phone(lab().url + query, user, how);
  };

  it('opens for a good token, answers with sip, and never prints it', async () => {
    for (const token of [
      lab().mint({ sub: '1001' }),
      lab().mint({ sub: '1001', claims: { aud: ['x', lab().audience] } }),
      lab().mint({ sub: '1001', lifeS: 3_600 }),
    ]) {
      const client = await open(token);
      expect(client.socket.protocol).toBe('sip');
      expect((await client.register()).status).toBe(200);
      expect(await lab().logs()).not.toContain(token.split('.')[2]);
    }
  });

  it('refuses every hostile one, saying why in one word', async () => {
    const answers: [string, string][] = [];
    const tokens = hostileTokens(lab());
    for (const { what, token } of tokens)
      answers.push([
        what,
        await open(token).then(
          () => 'OPEN',
          (error: unknown) => String(error),
        ),
      ]);
    expect(answers).toEqual(tokens.map(({ what, word }) => [what, `Error: HTTP 401 ${word}`]));
    expect(answers.length).toBeGreaterThan(25);
  });

  it('refuses none at all, and one that is presented in another way', async () => {
    await expect(phone(lab().url, '1001')).rejects.toThrow('HTTP 401 missing');
    for (const [other, sayOther] of Object.entries(upgrades)) {
      if (other === name) continue;
      const [query, how] = sayOther(lab().mint({ sub: '1001' }));
      await expect(phone(lab().url + query, '1001', how), other).rejects.toThrow('HTTP 401 missing');
    }
  });

  it("lets a WebSocket speak for the token's subject alone", async () => {
    const client = await open(lab().mint({ sub: '1002' }), '1001');
    expect((await client.register()).status).toBe(403);
    expect((await client.response(client.request('INVITE', { uri: lab().baresip.uri }))).status).toBe(403);
  });

  it('ends a binding with its token, and the use of its WebSocket', async () => {
    const client = await open(lab().mint({ sub: '1001', lifeS: 2 }));
    const expires = Number(/expires=(\d+)/.exec(headersOf(await client.register(600), 'Contact')[0] ?? '')?.[1]);
    expect(expires).toBeLessThanOrEqual(2);
    await expect.poll(async () => (await client.register()).status, { timeout: 5_000 }).toBe(403);
    await expect.poll(() => lab().kamailio.contacts('1001'), { timeout: 5_000 }).toEqual([]);
  });

  it('follows a rotation of keys at once', async () => {
    const [old, fresh] = [lab().activeKey, randomBytes(32).toString('base64url')];
    const [byOld, byFresh] = [lab().mint({ sub: '1001', key: old }), lab().mint({ sub: '1001', key: fresh })];
    await expect(open(byFresh)).rejects.toThrow('signature');
    await lab().setNextKey(fresh);
    await Promise.all([open(byOld), open(byFresh)]);
    await lab().setActiveKey(fresh);
    await lab().setNextKey(null);
    await expect(open(byOld)).rejects.toThrow('signature');
    await lab().kamailio.restart();
    await expect(open(byOld)).rejects.toThrow('signature');
    await open(byFresh);
  });
});

describe.each([
  ['Authorization', 'Bearer '],
  ['X-Gateway-Token', ''],
])('in SIP: %s', (header, before) => {
  const { lab, phone } = usingLab({ presentation: 'bearer', bearerHeader: header });
  const say = (token: string): { name: string; value: string }[] => [{ name: header, value: `${before}${token}` }];
  const register = (client: SipClient, headers: readonly { name: string; value: string }[]): Promise<SipResponse> =>
    client.response(
      client.request('REGISTER', { to: `<${client.aor}>`, contact: `<${client.contactUri}>;expires=60`, headers }),
    );

  it('takes it in REGISTER and INVITE, where nothing of it goes on', async () => {
    const [caller, callee] = [await phone(lab().url, '1001'), await phone(lab().url, '1002')];
    for (const client of [caller, callee])
      expect((await register(client, say(lab().mint({ sub: client.user })))).status).toBe(200);
    const token = lab().mint({ sub: '1001' });
    caller.request('INVITE', { uri: callee.aor, headers: say(token) });
    const received = await callee.nextRequest('INVITE');
    expect(received.headers.filter(({ name, value }) => name === header || value.includes(token))).toEqual([]);
    callee.reply(received, 486);
    expect(await lab().logs()).not.toContain(token.split('.')[2]);
  });

  it('asks for one that is missing, and refuses every hostile one as an invalid token', async () => {
    const client = await phone(lab().url, '1001');
    const answers: [string, string][] = [];
    for (const method of ['REGISTER', 'INVITE']) {
      const ask = (headers: readonly { name: string; value: string }[]): Promise<SipResponse> =>
        method === 'REGISTER'
          ? register(client, headers)
          : client.response(client.request('INVITE', { uri: lab().baresip.uri, headers }));
      const asked = await ask([]);
      expect([asked.status, headerOf(asked, 'WWW-Authenticate')]).toEqual([401, `Bearer realm="${lab().domain}"`]);
      for (const { what, token, word } of hostileTokens(lab())) {
        const refused = await ask(say(token));
        const challenge = `Bearer realm="${lab().domain}", error="invalid_token", error_description="${word}"`;
        if (refused.status !== 401 || headerOf(refused, 'WWW-Authenticate') !== challenge)
          answers.push([what, `${refused.status} ${String(headerOf(refused, 'WWW-Authenticate'))}`]);
      }
    }
    expect(answers).toEqual([]);
  });

  it('carries nothing of who showed no token, whatever dialog and route it names', async () => {
    const [stranger, bob] = [await phone(lab().url, '1001'), lab().baresip.uri];
    const route = { name: 'Route', value: `<sip:${lab().url.replace(/^ws:\/\/|\/$/g, '')};transport=ws;lr>` };
    // Nobody answers an ACK: what follows it says that it went nowhere.
    const outside = createSocket('udp4');
    const heard: string[] = [];
    outside.on('message', (data) => heard.push(data.toString()));
    await new Promise<void>((resolve) => outside.bind(0, '127.0.0.1', resolve));
    onTestFinished(() => void outside.close());
    for (const uri of [bob, `sip:fraud@127.0.0.1:${outside.address().port}`])
      stranger.request('ACK', { uri, to: `<${bob}>;tag=made-up`, headers: [route] });
    for (const method of ['INVITE', 'BYE', 'MESSAGE']) {
      const answer = await stranger.response(
        stranger.request(method, { uri: bob, to: `<${bob}>;tag=made-up`, headers: [route] }),
      );
      expect([method, answer.status]).toEqual([method, 403]);
    }
    expect(heard).toEqual([]);
    expect(await lab().mediaSessions()).toBe(0);
  });

  it('takes no token of another user, and other requests only after one', async () => {
    const client = await phone(lab().url, '1001');
    expect((await client.response(client.request('MESSAGE', { uri: lab().baresip.uri }))).status).toBe(403);
    expect((await register(client, say(lab().mint({ sub: '1002' })))).status).toBe(403);
    expect((await client.response(client.request('MESSAGE', { uri: lab().baresip.uri }))).status).toBe(403);
  });
});

describe('in SIP: digest', () => {
  const { lab, phone } = usingLab({ presentation: 'digest' });
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
  const challenged = (response: SipResponse, name: string): { realm: string; nonce: string } => {
    const challenge = headerOf(response, name) ?? '';
    return { realm: /realm="([^"]*)"/.exec(challenge)?.[1] ?? '', nonce: /nonce="([^"]*)"/.exec(challenge)?.[1] ?? '' };
  };
  /** Answers the challenge to a method with these credentials (RFC 7616 with MD5, qop auth). */
  const answered = async (
    client: SipClient,
    method: 'REGISTER' | 'INVITE',
    { username, password }: { username: string; password: string },
  ): Promise<SipResponse> => {
    const uri = method === 'REGISTER' ? `sip:${lab().domain}` : lab().baresip.uri;
    const to = method === 'REGISTER' ? `<${client.aor}>` : `<${uri}>`;
    const first = await client.response(client.request(method, { uri, to }));
    expect(first.status).toBe(method === 'REGISTER' ? 401 : 407);
    const { realm, nonce } = challenged(first, method === 'REGISTER' ? 'WWW-Authenticate' : 'Proxy-Authenticate');
    expect(realm).toBe(lab().domain);
    const response = md5(
      `${md5(`${username}:${realm}:${password}`)}:${nonce}:00000001:c:auth:${md5(`${method}:${uri}`)}`,
    );
    const value = `Digest username="${username}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}", algorithm=MD5, qop=auth, nc=00000001, cnonce="c"`;
    return await client.response(
      client.request(method, {
        uri,
        to,
        headers: [{ name: method === 'REGISTER' ? 'Authorization' : 'Proxy-Authorization', value }],
      }),
    );
  };

  it('registers with credentials that live', async () => {
    const client = await phone(lab().url, '1001');
    const registered = await answered(client, 'REGISTER', lab().credentials('1001', { lifeS: 60 }));
    expect(registered.status).toBe(200);
    expect(Number(/expires=(\d+)/.exec(headersOf(registered, 'Contact')[0] ?? '')?.[1])).toBeLessThanOrEqual(60);
    expect(await lab().kamailio.contacts('1001')).toHaveLength(1);
  });

  it.each([
    // Not -1: a server's clock of whole seconds may be one behind ours.
    ['expired', (): { username: string; password: string } => lab().credentials('1001', { lifeS: -2 }), [401, 407]],
    ['by another key', () => lab().credentials('1001', { key: 'another key' }), [401, 407]],
    ['for another user', () => lab().credentials('1002'), [403, 403]],
    [
      'with a longer life than was signed',
      () => ({ ...lab().credentials('1001'), username: `${Math.floor(Date.now() / 1000) + 9_999}:1001` }),
      [401, 407],
    ],
  ])('refuses credentials %s', async (_, credentials, statuses) => {
    const client = await phone(lab().url, '1001');
    expect([
      (await answered(client, 'REGISTER', credentials())).status,
      (await answered(client, 'INVITE', credentials())).status,
    ]).toEqual(statuses);
  });

  it('follows a rotation of keys', async () => {
    const [old, fresh] = [lab().activeKey, randomBytes(32).toString('base64url')];
    const register = async (key: string): Promise<number> =>
      (await answered(await phone(lab().url, '1001'), 'REGISTER', lab().credentials('1001', { key }))).status;
    expect([await register(old), await register(fresh)]).toEqual([200, 401]);
    await lab().setNextKey(fresh);
    expect([await register(old), await register(fresh)]).toEqual([200, 200]);
    await lab().setActiveKey(fresh);
    await lab().setNextKey(null);
    expect([await register(old), await register(fresh)]).toEqual([401, 200]);
  });
});

describe('over TLS', () => {
  const { lab, phone } = usingLab({ tls: true });
  const trusting = async (): Promise<How> => ({ ca: await readFile(lab().ca ?? '', 'utf8') });

  it('opens for who trusts the CA, by address and by name', async () => {
    for (const url of [lab().wssUrl ?? '', (lab().wssUrl ?? '').replace('127.0.0.1', 'localhost')]) {
      const client = await phone(`${url}?token=${lab().mint({ sub: '1001' })}`, '1001', await trusting());
      expect((await client.register()).status).toBe(200);
      expect(await lab().kamailio.contacts('1001')).not.toEqual([]);
    }
  });

  it.each([
    ['a CA that nobody knows', (): [string, boolean] => [lab().wssUrl ?? '', false], /unable to verify|self-signed/],
    ['an expired certificate', (): [string, boolean] => [lab().wrongCertificates?.expired ?? '', true], /expired/],
    [
      'the certificate of another host',
      (): [string, boolean] => [lab().wrongCertificates?.otherHost ?? '', true],
      /does not match/,
    ],
  ])('shows %s', async (_, made, complaint) => {
    const [url, trusts] = made();
    await expect(
      phone(`${url}?token=${lab().mint({ sub: '1001' })}`, '1001', trusts ? await trusting() : {}),
    ).rejects.toThrow(complaint);
  });
});
