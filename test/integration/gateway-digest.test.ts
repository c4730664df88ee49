/** SIP credentials as digest, against the practice gateway: what it takes, and all that it must not take. */
import { describe, expect, it } from 'vitest';
import { digestResponse, ephemeralPassword, NONCE_LIFE_MS, parseAuthParameters } from '../../src/gateway/digest';
import { headersOf, type HeaderField, type SipRequest, type SipResponse } from '../../src/gateway/sip-message';
import {
  challengesOf,
  decline,
  expiresOf,
  NEXT_KEY,
  OTHER_KEY,
  said,
  setUpPresentingClients,
  uriOf,
} from '../support/phones/presenting-clients';
import { type SipClient } from '../support/phones/sip-client';
import { TEST_DOMAIN, TEST_KEY } from '../support/phones/test-tokens';

const { fault, gateway, gatewayWith, open, setAhead } = setUpPresentingClients();

describe('digest', () => {
  interface Parts {
    readonly user?: string;
    readonly lifeS?: number;
    readonly key?: string;
    readonly realm?: string;
    readonly nc?: string;
    readonly method?: string;
    readonly uri?: string;
    /** Instead of the right one. */
    readonly response?: string;
  }
  /** The answer to a challenge, for REGISTER unless `method` says else. */
  function answerTo(challenged: SipResponse, parts: Parts = {}): HeaderField {
    const [challenge = ''] = challengesOf(challenged);
    const nonce = parseAuthParameters(challenge.replace(/^Digest /, ''))?.get('nonce') ?? '';
    const username = `${Math.floor(Date.now() / 1000) + (parts.lifeS ?? 300)}:${parts.user ?? '1001'}`;
    const given = {
      username,
      realm: parts.realm ?? TEST_DOMAIN,
      nonce,
      nc: parts.nc ?? '00000001',
      cnonce: 'c',
      method: parts.method ?? 'REGISTER',
      uri: parts.uri ?? `sip:${TEST_DOMAIN}`,
    };
    const response =
      parts.response ?? digestResponse({ ...given, password: ephemeralPassword(parts.key ?? TEST_KEY, username) });
    const value = `Digest algorithm=MD5, username="${username}", realm="${given.realm}", nonce="${nonce}", uri="${given.uri}", response="${response}", qop=auth, cnonce="c", nc=${given.nc}`;
    return { name: challenged.status === 407 ? 'Proxy-Authorization' : 'Authorization', value };
  }
  const FRESH = /^Digest realm="practice\.ringfence\.local", nonce="[^"]+", algorithm=MD5, qop="auth"$/;
  const registered = async (client: SipClient, parts: Parts = {}): Promise<SipResponse> =>
    await client.register(300, [answerTo(await client.register(), { user: client.user, ...parts })]);

  it('challenges, binds at the first good answer, and lasts as long as the user', async () => {
    await gatewayWith({ accepts: ['digest'] });
    const asha = await open('1001');
    const challenged = await asha.register();
    expect([challenged.status, challengesOf(challenged)]).toEqual([401, [expect.stringMatching(FRESH)]]);
    const answered = await asha.register(600, [answerTo(challenged, { lifeS: 60 })]);
    expect(answered.status).toBe(200);
    expect(expiresOf(answered)).toBeLessThanOrEqual(60);
    expect(gateway().stats()).toMatchObject({ flows: 1, bindings: 1, acceptedBy: { active: 1, next: 0 } });
  });

  it('takes both keys, and the removed one no more', async () => {
    await gatewayWith({ accepts: ['digest'] });
    const asha = await open('1001');
    for (const key of [TEST_KEY, NEXT_KEY]) expect((await registered(asha, { key })).status).toBe(200);
    gateway().setKeys({ active: NEXT_KEY });
    expect((await registered(asha, { key: TEST_KEY })).status).toBe(401);
    expect((await registered(asha, { key: NEXT_KEY })).status).toBe(200);
  });

  it.each([
    ['an unknown key', { key: OTHER_KEY }],
    ['an expired user', { lifeS: 0 }],
    ['a user of too long a life', { lifeS: 4000 }],
    ['a foreign realm', { realm: 'elsewhere.example' }],
    ['an answer for another method', { method: 'INVITE' }],
    ['an answer for another address', { uri: 'sip:elsewhere.example' }],
    ['a made-up response', { response: '0'.repeat(32) }],
    ['the name of a service', { user: 'echo' }],
  ])('challenges %s anew', async (_, parts) => {
    await gatewayWith({ accepts: ['digest'] });
    const asha = await open('1001');
    const refused = await registered(asha, parts);
    expect([refused.status, challengesOf(refused)]).toEqual([401, [expect.stringMatching(FRESH)]]);
    expect(gateway().stats().bindings).toBe(0);
  });

  it('refuses what was captured: the same answer again, the same nonce with another count but no answer for it', async () => {
    await gatewayWith({ accepts: ['digest'] });
    const [asha, mallory] = [await open('1001'), await open('1001')];
    const challenged = await asha.register();
    const answer = answerTo(challenged);
    expect((await asha.register(300, [answer])).status).toBe(200);
    expect(challengesOf(await mallory.register(300, [answer]))).toEqual([expect.stringMatching(FRESH)]);
    const counted = { ...answer, value: answer.value.replace('nc=00000001', 'nc=00000002') };
    expect(challengesOf(await mallory.register(300, [counted]))).toEqual([expect.stringMatching(FRESH)]);
    // Its owner may count on.
    expect((await asha.register(300, [answerTo(challenged, { nc: '00000002' })])).status).toBe(200);
  });

  it('says that a nonce is stale, and nothing else is wrong', async () => {
    await gatewayWith({ accepts: ['digest'] });
    const asha = await open('1001');
    const challenged = await asha.register();
    setAhead(NONCE_LIFE_MS + 1_000);
    const stale = await asha.register(300, [answerTo(challenged)]);
    expect([stale.status, challengesOf(stale)]).toEqual([401, [expect.stringMatching(/, stale=true$/)]]);
    expect((await asha.register(300, [answerTo(stale)])).status).toBe(200);
  });

  it('keeps a flow to its user', async () => {
    await gatewayWith({ accepts: ['digest'] });
    const asha = await open('1001');
    expect(said(await registered(asha, { user: '1002' }))).toBe('403 Forbidden identity');
    expect((await registered(asha)).status).toBe(200);
    expect(said(await registered(asha, { user: '1002' }))).toBe('403 Forbidden identity');
    expect(gateway().stats().bindings).toBe(1);
  });

  it('asks as a proxy for the INVITE that begins a call, and relays no answer', async () => {
    await gatewayWith({ accepts: ['digest'] });
    const [asha, kamau] = [await open('1001'), await open('1002')];
    for (const one of [asha, kamau]) expect((await registered(one)).status).toBe(200);
    const bare: SipRequest = asha.request('INVITE', { uri: uriOf('1002') });
    const challenged = await asha.response(bare);
    expect([challenged.status, headersOf(challenged, 'Proxy-Authenticate')]).toEqual([
      407,
      [expect.stringMatching(FRESH)],
    ]);
    asha.acknowledgeRefusal(bare, challenged);
    const invite = asha.request('INVITE', {
      uri: uriOf('1002'),
      headers: [answerTo(challenged, { method: 'INVITE', uri: uriOf('1002') })],
    });
    const heard = await kamau.nextRequest('INVITE');
    expect(JSON.stringify(heard.headers)).not.toContain('Digest');
    await decline(asha, invite, kamau, heard);
  });

  it('refuses the next credentials when a test says so', async () => {
    await gatewayWith({ accepts: ['digest'] });
    const asha = await open('1001');
    await fault('/refuse-tokens', { on: true, count: 1 });
    expect((await registered(asha)).status).toBe(401);
    expect((await registered(asha)).status).toBe(200);
  });
});
