/** The engine with requests that carry the token (bearer): registration, calls and redirects. */
import { describe, expect, it } from 'vitest';
import { testGrant } from '../../../../test/support/phones/grants';
import {
  bearer,
  called,
  challenge,
  credentialsOf,
  invalidToken,
  numbered,
  ownHeader,
  proxyAsks,
  REALM,
  sawCards,
  setUpPresentingPhones,
  type Answer,
} from '../../../../test/support/phones/presenting-phones';
import type { Grant } from '../../../contracts/profile/grant';
import { ok } from '../../../contracts/base/result';

const { board, judging, phoneOf, refusedAtLast, registered, sent } = setUpPresentingPhones();

describe('bearer', () => {
  it('registers with the token, and shows it nowhere', async () => {
    judging(() => 'pass');
    const phone = await registered(numbered(bearer));
    expect(sent).toEqual(['REGISTER T1']);
    expect(board().opened).toEqual(['1001 ws://127.0.0.1:5066/sip']);
    expect(JSON.stringify([phone.trace, phone.events, phone.agent.snapshot()])).not.toMatch(/\bT1\b/);
    expect(phone.trace[0]?.text).toContain('Authorization: [redacted]');
  });
  it('registers on the same flow with one other token after invalid_token', async () => {
    judging((message) => (credentialsOf(message) === 'T1' ? invalidToken() : 'pass'));
    const phone = await registered(numbered(bearer));
    expect(sent).toEqual(['REGISTER T1', 'REGISTER T2']);
    expect([board().opened.length, phone.grantsGiven()]).toEqual([1, 2]);
    expect(phone.agent.snapshot().grant?.fingerprint).toBe('00000002');
    expect(phone.events.map(({ kind }) => kind)).not.toContain('token-refused');
  });
  it.each<[string, (count: number) => Grant['presentation'], () => Answer, number, RegExp]>([
    ['invalid_token again and again', bearer, invalidToken, 2, /^The gateway refused the token: check the key/],
    [
      'a bare 401 to a header of its own',
      ownHeader,
      () => ({ status: 401, phrase: 'Unauthorized' }),
      2,
      /^The gateway refused the token/,
    ],
    ['a foreign realm', bearer, () => invalidToken('evil'), 1, /a token of "evil"/],
    ['a challenge for digest', bearer, challenge, 1, /"digest"/],
    ['403', bearer, () => ({ status: 403, phrase: 'Forbidden' }), 1, /refused the token/],
  ])('ends clearly: %s', async (_what, presentation, answer, tokens, sentence) => {
    judging(() => answer());
    const refused = await refusedAtLast(numbered(presentation));
    expect(refused.sentence).toMatch(sentence);
    expect(sent).toEqual(['REGISTER T1', 'REGISTER T2'].slice(0, tokens));
    expect([refused.phone.grantsGiven(), board().opened.length]).toEqual([tokens, 1]);
    expect(refused.phone.events.filter(({ kind }) => kind === 'token-refused')).toHaveLength(1);
  });
  it('renews on the same flow: the next REGISTER has the new token, and the agent sees nothing', async () => {
    judging(() => 'pass');
    const phone = await registered(numbered(bearer));
    const phases = new Set<string>();
    phone.agent.subscribe(() => phases.add(phone.agent.snapshot().registration.phase));
    phone.renew(testGrant({ identity: `1001@${REALM}`, fingerprint: '0000000a', presentation: bearer(10) }));
    await expect.poll(() => sent).toEqual(['REGISTER T1', 'REGISTER T10']);
    await expect.poll(() => phone.trace.filter(({ text }) => text.startsWith('SIP/2.0 200')).length).toBe(2);
    expect([...phases]).toEqual(['registered']);
    expect([board().opened.length, phone.agent.snapshot().grant?.fingerprint]).toEqual([1, '0000000a']);
  });
  it('needs another flow when the gateway is another one', async () => {
    judging(() => 'pass');
    const phone = await registered(numbered(bearer));
    phone.renew(testGrant({ identity: `1001@${REALM}`, url: 'ws://127.0.0.1:5067/sip', presentation: bearer(2) }));
    await expect.poll(() => sent).toEqual(['REGISTER T1', 'REGISTER T2']);
    expect(board().opened[1]).toBe('1001 ws://127.0.0.1:5067/sip');
  });
  it('a call: the token on its INVITE alone', async () => {
    judging(() => 'pass');
    const phone = await registered(numbered(bearer));
    const other = phoneOf('1002');
    other.agent.start();
    await other.registered();
    const id = await called(phone);
    await other.agent.act((await other.call('ringing')).id, { verb: 'answer' });
    await phone.call('active');
    phone.agent.act(id, { verb: 'hold' });
    await other.call('held');
    await expect.poll(() => sent.filter((line) => line === 'ACK').length).toBe(2);
    phone.agent.act(id, { verb: 'end' });
    await other.call('ended');
    expect(sent).toEqual(['REGISTER T1', 'INVITE T1', 'ACK', 'INVITE', 'ACK', 'BYE']);
    const invites = other.trace.filter(({ text }) => text.startsWith('INVITE'));
    expect(invites.length).toBe(2);
  });
  it('a call: another token after invalid_token, within the same card', async () => {
    judging((message) => (message.method === 'INVITE' && credentialsOf(message) === 'T1' ? invalidToken() : 'pass'));
    const phone = await registered(numbered(bearer));
    const other = phoneOf('1002');
    other.agent.start();
    await other.registered();
    const cards = sawCards(phone);
    const id = await called(phone);
    await other.agent.act((await other.call('ringing')).id, { verb: 'answer' });
    expect((await phone.call('active')).id).toBe(id);
    expect(sent).toEqual(['REGISTER T1', 'INVITE T1', 'ACK', 'INVITE T2', 'ACK']);
    expect([...cards]).toEqual([id]);
    expect(phone.events.filter(({ title }) => title === 'Calling')).toHaveLength(1);
    phone.agent.act(id, { verb: 'end' });
    expect(await other.call('ended')).toMatchObject({ cause: 'hung-up-by-peer' });
    expect(sent.at(-1)).toBe('BYE');
  });
  it.each<[string, () => Answer, number]>([
    ['invalid_token again', invalidToken, 2],
    ['a foreign realm', () => invalidToken('evil'), 1],
    ['407 again', () => proxyAsks(), 2],
    ['407 of a foreign realm', () => proxyAsks('evil'), 1],
  ])('a call ends as refused: %s', async (_what, answer, invites) => {
    judging((message) => (message.method === 'INVITE' ? answer() : 'pass'));
    const phone = await registered(numbered(bearer));
    await called(phone);
    expect(await phone.call('ended')).toMatchObject({ cause: 'refused' });
    expect(sent.filter((line) => line.startsWith('INVITE'))).toHaveLength(invites);
    expect(phone.microphone.inUse()).toBe(0);
  });
  it('a call whose proxy asks: the same token for it, within the same card, and at once for the next call', async () => {
    judging((message) =>
      message.method === 'INVITE' && message.headers('proxy-authorization').length === 0 ? proxyAsks() : 'pass',
    );
    const phone = await registered(numbered(bearer));
    await called(phone, '4711');
    const first = await phone.call('ended');
    expect(first).toMatchObject({ cause: 'not-found' });
    expect(sent).toEqual(['REGISTER T1', 'INVITE T1', 'ACK', 'INVITE T1', 'ACK']);
    expect([phone.grantsGiven(), phone.events.filter(({ title }) => title === 'Calling').length]).toEqual([1, 1]);
    await called(phone, '4711');
    // A call to the same person is a call back: the card before goes.
    await phone.until(({ calls: [call] }) => call?.id !== first.id && call?.phase === 'ended');
    expect(sent.slice(5)).toEqual(['INVITE T1', 'ACK']);
  });
  it('registers with a proxy that asks, with the same token', async () => {
    judging((message) => (message.headers('proxy-authorization').length === 0 ? proxyAsks() : 'pass'));
    const phone = await registered(numbered(bearer));
    expect(sent).toEqual(['REGISTER T1', 'REGISTER T1']);
    expect(JSON.stringify([phone.trace, phone.events])).not.toMatch(/\bT1\b/);
  });
  it('registers where the realm is no domain', async () => {
    judging((message) => (credentialsOf(message) === 'T1' ? invalidToken('voice') : 'pass'));
    await registered(
      numbered((count) => ({ kind: 'bearer', header: 'Authorization', realm: 'voice', token: `T${count}` })),
    );
    expect(sent).toEqual(['REGISTER T1', 'REGISTER T2']);
  });
  it('a call ends as refused when main has no other token', async () => {
    judging((message) => (message.method === 'INVITE' ? invalidToken() : 'pass'));
    let first = true;
    const phone = await registered({
      mint: () => {
        const minted = first
          ? ok(testGrant({ identity: `1001@${REALM}`, presentation: bearer(1) }))
          : {
              ok: false as const,
              failure: { reason: 'key-locked' as const, sentence: 'Locked.', action: 'unlock-keychain' as const },
            };
        first = false;
        return minted;
      },
    });
    await called(phone);
    expect(await phone.call('ended')).toMatchObject({ cause: 'refused', details: '401 Unauthorized' });
    expect(phone.agent.snapshot().registration.phase).toBe('registered');
  });
  it('a call to another domain shows no token, nor does its 401 bring one', async () => {
    judging((message) => (message.method === 'INVITE' ? invalidToken() : 'pass'));
    const phone = await registered(numbered(bearer));
    await called(phone, 'sip:1002@elsewhere.example');
    expect(await phone.call('ended')).toMatchObject({ cause: 'refused' });
    expect(sent).toEqual(['REGISTER T1', 'INVITE', 'ACK']);
    expect(phone.grantsGiven()).toBe(1);
  });
});

describe('a redirect', () => {
  const redirecting = (table: Readonly<Record<string, string>>): void =>
    judging((message, text) => {
      const user = /^INVITE sip:([^@]+)@/.exec(text)?.[1] ?? '';
      const contact = table[user];
      return message.method === 'INVITE' && contact !== undefined
        ? { status: 302, phrase: 'Moved Temporarily', headers: [`Contact: ${contact}`] }
        : 'pass';
    });
  it('is followed within the same card, with the token in our realm', async () => {
    redirecting({ '1002': `<sip:1003@${REALM}>` });
    const phone = await registered(numbered(bearer));
    const other = phoneOf('1003');
    other.agent.start();
    await other.registered();
    const cards = sawCards(phone);
    const id = await called(phone);
    await other.agent.act((await other.call('ringing')).id, { verb: 'answer' });
    expect(await phone.call('active')).toMatchObject({ id, peer: { user: '1002' } });
    expect(sent).toEqual(['REGISTER T1', 'INVITE T1', 'ACK', 'INVITE T1', 'ACK']);
    expect([...cards]).toEqual([id]);
    expect(
      phone.trace.map(({ text }) => text.slice(0, text.indexOf('\r\n'))).filter((line) => /^INVITE|302/.test(line)),
    ).toEqual([
      `INVITE sip:1002@${REALM} SIP/2.0`,
      'SIP/2.0 302 Moved Temporarily',
      `INVITE sip:1003@${REALM} SIP/2.0`,
    ]);
    phone.agent.act(id, { verb: 'end' });
    await other.call('ended');
    expect(await phone.call('ended')).toMatchObject({ cause: 'hung-up' });
  });
  it('out of our realm is followed without the token', async () => {
    redirecting({ '1002': '<sip:9@elsewhere.example>' });
    const phone = await registered(numbered(bearer));
    await called(phone);
    expect(await phone.call('ended')).toMatchObject({ cause: 'not-found' });
    expect(sent).toEqual(['REGISTER T1', 'INVITE T1', 'ACK', 'INVITE', 'ACK']);
  });
  it('that goes round ends', async () => {
    redirecting({ '1002': `<sip:1003@${REALM}>`, '1003': `<sip:1002@${REALM}>` });
    const phone = await registered(numbered(bearer));
    await called(phone);
    expect(await phone.call('ended')).toMatchObject({ cause: 'redirect-failed', details: '302 Moved Temporarily' });
    expect(sent.filter((line) => line.startsWith('INVITE'))).toHaveLength(2);
    expect(phone.microphone.inUse()).toBe(0);
  });
});
