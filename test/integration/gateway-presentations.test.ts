/** Every way to present a token, against the practice gateway: what it takes, and all that it must not take. */
import { describe, expect, it } from 'vitest';
import { headerOf, type HeaderField } from '../../src/gateway/sip-message';
import {
  bearer,
  challengesOf,
  decline,
  expiresOf,
  NEXT_KEY,
  OTHER_KEY,
  said,
  setUpPresentingClients,
  uriOf,
} from '../support/phones/presenting-clients';
import { mintToken, TEST_DOMAIN } from '../support/phones/test-tokens';

const { fault, gateway, gatewayWith, open, setAhead } = setUpPresentingClients();
const INVALID = (why: string): string =>
  `Bearer realm="${TEST_DOMAIN}", error="invalid_token", error_description="${why}"`;
const WITHOUT = `Bearer realm="${TEST_DOMAIN}"`;

describe('subprotocol', () => {
  it('takes the token, answers exactly sip, and binds no longer than the token lives', async () => {
    await gatewayWith({ accepts: ['subprotocol'] });
    const asha = await open('1001', { bare: true, protocols: ['sip', `bearer.${mintToken({ lifeS: 60 })}`] });
    expect(asha.socket.protocol).toBe('sip');
    expect(expiresOf(await asha.register(600))).toBeLessThanOrEqual(60);
    const first = await open('1002', { bare: true, protocols: [`bearer.${mintToken({ sub: '1002' })}`, 'sip'] });
    expect(first.socket.protocol).toBe('sip');
  });

  it.each([
    ['no token', ['sip'], 'HTTP 401 missing'],
    ['two tokens', ['sip', 'bearer.a', 'bearer.b'], 'HTTP 401 malformed'],
    ['an expired token', ['sip', `bearer.${mintToken({ now: Date.now() - 400_000 })}`], 'HTTP 401 expired'],
    ['no sip', [`bearer.${mintToken()}`], 'HTTP 400'],
  ])('refuses %s', async (_, protocols, answer) => {
    await gatewayWith({ accepts: ['subprotocol'] });
    await expect(open('1001', { bare: true, protocols })).rejects.toThrow(answer);
  });

  it('follows the template', async () => {
    await gatewayWith({ accepts: ['subprotocol'], subprotocol: 'v1.<token>.jwt' });
    expect(
      (await (await open('1001', { bare: true, protocols: ['sip', `v1.${mintToken()}.jwt`] })).register()).status,
    ).toBe(200);
    await expect(open('1001', { bare: true, protocols: ['sip', `bearer.${mintToken()}`] })).rejects.toThrow(
      'HTTP 401 missing',
    );
  });
});

describe('a token in the wrong place', () => {
  it.each([
    ['query', 'main-injected', { bearer: true }],
    ['main-injected', 'query', {}],
    ['bearer', 'query', {}],
    ['digest', 'main-injected', { bearer: true }],
  ] as const)('is refused: %s is taken, it came in the %s', async (accepts, _, options) => {
    await gatewayWith({ accepts: [accepts] });
    await expect(open('1001', options)).rejects.toThrow('HTTP 401 misplaced');
  });

  it('is counted where it does no good: in SIP after a handshake that had it, and in a dialog', async () => {
    await gatewayWith({});
    const asha = await open('1001', {});
    expect((await asha.register(300, [bearer()])).status).toBe(200);
    expect(gateway().stats().strayTokens).toBe(1);
  });
});

describe('bearer', () => {
  it('opens without a token, tells once what is missing, binds at the first good REGISTER, and lasts as long as its token', async () => {
    await gatewayWith({ accepts: ['bearer'] });
    const asha = await open('1001');
    const challenged = await asha.register();
    expect([said(challenged), challengesOf(challenged)]).toEqual(['401 Unauthorized', [WITHOUT]]);
    expect(Math.abs(Date.parse(headerOf(challenged, 'Date') ?? '') - Date.now())).toBeLessThan(5_000);
    expect(expiresOf(await asha.register(600, [bearer({ lifeS: 60 })]))).toBeLessThanOrEqual(60);
    // A later REGISTER with a newer token lasts as long as that one.
    expect(expiresOf(await asha.register(600, [bearer({ lifeS: 120, key: NEXT_KEY })]))).toBeGreaterThan(60);
    expect(gateway().stats()).toMatchObject({
      flows: 1,
      bindings: 1,
      acceptedBy: { active: 1, next: 1 },
      strayTokens: 0,
    });
    setAhead(121_000);
    expect(challengesOf(await asha.register(600, [bearer({ lifeS: 60 })]))).toEqual([INVALID('expired')]);
    expect(said(await asha.response(asha.request('MESSAGE', { uri: uriOf('1001') })))).toBe('403 Token expired');
  });

  it.each([
    ['expired', bearer({ now: Date.now() - 400_000 }), INVALID('expired')],
    ['of a key nobody knows', bearer({ key: OTHER_KEY }), INVALID('signature')],
    ['of too long a life', bearer({ lifeS: 3601 }), INVALID('life')],
    [
      'with alg none',
      { name: 'Authorization', value: `Bearer ${mintToken({ header: { alg: 'none' } })}` },
      INVALID('alg'),
    ],
    ['that is none', { name: 'Authorization', value: 'Bearer abc' }, INVALID('malformed')],
    ['in a header of somebody else', { name: 'X-Token', value: mintToken() }, WITHOUT],
    ['as Basic', { name: 'Authorization', value: `Basic ${mintToken()}` }, WITHOUT],
    ['as digest', { name: 'Authorization', value: 'Digest username="1001"' }, WITHOUT],
  ])('refuses a token %s, and the flow still belongs to nobody', async (_, header, challenge) => {
    await gatewayWith({ accepts: ['bearer'] });
    const asha = await open('1001');
    expect(challengesOf(await asha.register(300, [header]))).toEqual([challenge]);
    expect((await asha.response(asha.request('OPTIONS'))).status).toBe(401);
    expect(gateway().stats()).toMatchObject({ flows: 1, bindings: 0 });
  });

  it('refuses two tokens, and the token of another user, before and after the flow has an owner', async () => {
    await gatewayWith({ accepts: ['bearer'] });
    const asha = await open('1001');
    expect(said(await asha.register(300, [bearer(), bearer()]))).toBe('400 Bad Request, more than one token');
    expect(said(await asha.register(300, [bearer({ sub: '1002' })]))).toBe('403 Forbidden identity');
    expect((await asha.register(300, [bearer()])).status).toBe(200);
    expect(said(await asha.register(300, [bearer({ sub: '1002' })]))).toBe('403 Forbidden identity');
    const stolen = asha.request('REGISTER', {
      from: `<${uriOf('1002')}>;tag=1`,
      to: `<${uriOf('1002')}>`,
      headers: [bearer({ sub: '1002' })],
    });
    expect(said(await asha.response(stolen))).toBe('403 Forbidden identity');
    expect(gateway().stats()).toMatchObject({ flows: 1, bindings: 1 });
  });

  it('sends a token for another realm away unread, and counts it', async () => {
    await gatewayWith({ accepts: ['bearer'] });
    const asha = await open('1001');
    const foreign = 'elsewhere.example';
    for (const options of [
      { from: `<sip:1001@${foreign}>;tag=1` },
      { uri: `sip:${foreign}` },
      { from: `<sip::x@${TEST_DOMAIN}>;tag=1` },
    ]) {
      expect(said(await asha.response(asha.request('REGISTER', { ...options, headers: [bearer()] })))).toBe(
        '403 Forbidden identity',
      );
    }
    expect(gateway().stats()).toMatchObject({ strayTokens: 2, acceptedBy: { active: 0, next: 0 } });
  });

  it('wants a token in the INVITE that begins a call, none inside it, and relays none', async () => {
    await gatewayWith({ accepts: ['bearer'] });
    const [asha, kamau] = [await open('1001'), await open('1002')];
    for (const one of [asha, kamau]) expect((await one.register(300, [bearer({ sub: one.user })])).status).toBe(200);
    const bare = asha.request('INVITE', { uri: uriOf('1002') });
    const refused = await asha.response(bare);
    expect([said(refused), challengesOf(refused)]).toEqual(['401 Unauthorized', [WITHOUT]]);
    asha.acknowledgeRefusal(bare, refused);
    const invite = asha.request('INVITE', { uri: uriOf('1002'), body: 'v=0\r\n', headers: [bearer()] });
    const heard = await kamau.nextRequest('INVITE');
    expect(headerOf(heard, 'Authorization')).toBeNull();
    kamau.reply(heard, 200, { toTag: 'callee' });
    const dialog = asha.acknowledge(invite, await asha.response(invite));
    await kamau.nextRequest('ACK');
    expect(gateway().stats().strayTokens).toBe(0);
    const info = asha.request('INFO', { dialog, headers: [bearer()] });
    const inside = await kamau.nextRequest('INFO');
    expect(headerOf(inside, 'Authorization')).toBeNull();
    kamau.reply(inside, 200);
    expect((await asha.response(info)).status).toBe(200);
    // It went no further, but it should never have come this far.
    expect(gateway().stats().strayTokens).toBe(1);
    const bye = asha.request('BYE', { dialog });
    kamau.reply(await kamau.nextRequest('BYE'), 200);
    expect((await asha.response(bye)).status).toBe(200);
  });

  it('keeps the order of what a flow says, though tokens take a while to verify', async () => {
    await gatewayWith({ accepts: ['bearer'] });
    const asha = await open('1001');
    const register = asha.register(300, [bearer()]);
    const options = asha.request('OPTIONS');
    expect([(await register).status, (await asha.response(options)).status]).toEqual([200, 200]);
  });

  it('takes the token from a header of its own, and strips that', async () => {
    await gatewayWith({ accepts: ['bearer'], bearerHeader: 'X-Plivo-Jwt' });
    const [asha, kamau] = [await open('1001'), await open('1002')];
    const own = (sub: string): HeaderField => ({ name: 'X-Plivo-Jwt', value: mintToken({ sub }) });
    expect(challengesOf(await asha.register(300, [bearer()]))).toEqual([WITHOUT]);
    for (const one of [asha, kamau]) expect((await one.register(300, [own(one.user)])).status).toBe(200);
    const invite = asha.request('INVITE', { uri: uriOf('1002'), headers: [own('1001')] });
    const heard = await kamau.nextRequest('INVITE');
    expect(JSON.stringify(heard.headers)).not.toContain('eyJ');
    await decline(asha, invite, kamau, heard);
  });

  it('follows a rotation of keys', async () => {
    await gatewayWith({ accepts: ['bearer'] });
    const asha = await open('1001');
    expect((await asha.register(300, [bearer({ key: NEXT_KEY })])).status).toBe(200);
    gateway().setKeys({ active: NEXT_KEY });
    expect(challengesOf(await asha.register(300, [bearer()]))).toEqual([INVALID('signature')]);
    expect((await asha.register(300, [bearer({ key: NEXT_KEY })])).status).toBe(200);
  });

  it('refuses the next tokens when a test says so, and no more than it says', async () => {
    await gatewayWith({ accepts: ['bearer'] });
    const asha = await open('1001');
    await fault('/refuse-tokens', { on: true, count: 2 });
    // Without a token there is nothing to count.
    expect(challengesOf(await asha.register())).toEqual([WITHOUT]);
    for (const challenges of [[INVALID('fault')], [INVALID('fault')], []])
      expect(challengesOf(await asha.register(300, [bearer()]))).toEqual(challenges);
    await fault('/refuse-tokens', { on: true });
    for (let i = 0; i < 3; i += 1) expect((await asha.register(300, [bearer()])).status).toBe(401);
    await fault('/refuse-tokens', { on: false });
    expect((await asha.register(300, [bearer()])).status).toBe(200);
  });
});

it('refuses exactly so many handshakes', async () => {
  await gatewayWith({});
  await fault('/refuse-tokens', { on: true, count: 1 });
  await expect(open('1001', {})).rejects.toThrow('HTTP 401 fault');
  expect((await (await open('1001', {})).register()).status).toBe(200);
});

it('takes bearer and digest side by side, and offers both', async () => {
  await gatewayWith({ accepts: ['query', 'bearer', 'digest'] });
  const asha = await open('1001');
  expect(challengesOf(await asha.register())).toEqual([expect.stringMatching(/^Digest /), WITHOUT]);
  expect((await asha.register(300, [bearer()])).status).toBe(200);
  expect((await (await open('1002', {})).register()).status).toBe(200);
});
