/** The engine with requests that carry the token (bearer) or answer challenges (digest): registration and calls. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { testGrant } from '../../../test/support/grants';
import type { TestPhone } from '../../../test/support/phone';
import { setUpSwitchboard } from '../../../test/support/switchboard-phones';
import type { Grant } from '../../contracts/grant';
import { ok } from '../../contracts/result';
import { peek, type WireMessage } from './sip-wire';

const { board, phoneOf } = setUpSwitchboard();
const REALM = 'practice.invalid';
type Minted = Parameters<typeof phoneOf>[1];

const numbered = (presentation: (count: number) => Grant['presentation'], user = '1001'): Minted => {
  let count = 0;
  return {
    mint: () => {
      count += 1;
      return testGrant({ identity: `${user}@${REALM}`, instanceId: `6f1f6a8e-53a0-4a4e-9f0b-0d2a4d7c${user}`, fingerprint: String(count).padStart(8, '0'), presentation: presentation(count) });
    },
  };
};
const bearer = (count: number): Grant['presentation'] => ({ kind: 'bearer', header: 'Authorization', realm: REALM, token: `T${count}` });
const ownHeader = (count: number): Grant['presentation'] => ({ kind: 'bearer', header: 'X-Own', realm: REALM, token: `T${count}` });
const digest = (count: number): Grant['presentation'] => ({ kind: 'digest', realm: REALM, username: `${count}:1001`, password: `P${count}` });

/** The requests of 1001 as `METHOD credentials`, in order; probes left out. */
const sent: string[] = [];
const credentialsOf = (message: WireMessage): string => {
  const [value = ''] = [...message.headers('authorization'), ...message.headers('proxy-authorization'), ...message.headers('x-own')];
  return value.startsWith('Digest') ? (/username="([^"]*)"/.exec(value)?.[1] ?? '?') : value.replace('Bearer ', '');
};
type Answer = 'pass' | { readonly status: number; readonly phrase: string; readonly headers?: readonly string[] };
/** Decides on what 1001 sends that needs a token. */
function judging(judge: (message: WireMessage, text: string) => Answer): void {
  sent.length = 0;
  board().judge = ({ from, message, text }) => {
    if (from !== '1001' || message.kind === 'response') return 'pass';
    sent.push(`${message.method} ${credentialsOf(message)}`.trim());
    return message.method === 'REGISTER' || (message.method === 'INVITE' && !message.inDialog) ? judge(message, text) : 'pass';
  };
}
const invalidToken = (realm = REALM): Answer => ({ status: 401, phrase: 'Unauthorized', headers: [`WWW-Authenticate: Bearer realm="${realm}", error="invalid_token"`] });
const challenge = (more = '', realm = REALM): Answer => ({ status: 401, phrase: 'Unauthorized', headers: [`WWW-Authenticate: Digest realm="${realm}", nonce="n1"${more}`] });
const registered = async (options: Minted): Promise<TestPhone> => {
  const phone = phoneOf('1001', options);
  phone.agent.start();
  await phone.registered();
  return phone;
};
const refusedAtLast = async (options: Minted): Promise<{ readonly phone: TestPhone; readonly sentence: string }> => {
  const phone = phoneOf('1001', options);
  phone.agent.start();
  const { registration } = await phone.until((snapshot) => snapshot.registration.phase === 'waiting');
  expect(registration).toMatchObject({ problem: 'token-refused' });
  return { phone, sentence: registration.phase === 'waiting' ? registration.sentence : '' };
};
const called = async (phone: TestPhone, target = '1002'): Promise<string> => {
  const placed = await phone.agent.place(target);
  if (!placed.ok) throw new Error(placed.failure.sentence);
  return placed.value;
};
/** The calls that the agent sees from now on, by id; `ended` where one was over. */
const sawCards = (phone: TestPhone): Set<string> => {
  const cards = new Set<string>();
  phone.agent.subscribe(() => phone.agent.snapshot().calls.forEach(({ id, phase }) => cards.add(phase === 'ended' ? 'ended' : id)));
  return cards;
};

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
    ['a bare 401 to a header of its own', ownHeader, () => ({ status: 401, phrase: 'Unauthorized' }), 2, /^The gateway refused the token/],
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
    await other.agent.answer((await other.call('ringing')).id);
    await phone.call('active');
    phone.agent.hold(id);
    await other.call('held');
    await expect.poll(() => sent.filter((line) => line === 'ACK').length).toBe(2);
    phone.agent.end(id);
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
    await other.agent.answer((await other.call('ringing')).id);
    expect((await phone.call('active')).id).toBe(id);
    expect(sent).toEqual(['REGISTER T1', 'INVITE T1', 'ACK', 'INVITE T2', 'ACK']);
    expect([...cards]).toEqual([id]);
    expect(phone.events.filter(({ title }) => title === 'Calling')).toHaveLength(1);
    phone.agent.end(id);
    expect(await other.call('ended')).toMatchObject({ cause: 'hung-up-by-peer' });
    expect(sent.at(-1)).toBe('BYE');
  });
  it.each<[string, () => Answer, number]>([
    ['invalid_token again', invalidToken, 2],
    ['a foreign realm', () => invalidToken('evil'), 1],
    ['407', () => ({ status: 407, phrase: 'Proxy Authentication Required', headers: [`Proxy-Authenticate: Bearer realm="${REALM}"`] }), 1],
  ])('a call ends as refused: %s', async (_what, answer, invites) => {
    judging((message) => (message.method === 'INVITE' ? answer() : 'pass'));
    const phone = await registered(numbered(bearer));
    await called(phone);
    expect(await phone.call('ended')).toMatchObject({ cause: 'refused' });
    expect(sent.filter((line) => line.startsWith('INVITE'))).toHaveLength(invites);
    expect(phone.microphone.inUse()).toBe(0);
  });
  it('a call ends as refused when main has no other token', async () => {
    judging((message) => (message.method === 'INVITE' ? invalidToken() : 'pass'));
    let first = true;
    const phone = await registered({
      mint: () => {
        const minted = first ? ok(testGrant({ identity: `1001@${REALM}`, presentation: bearer(1) })) : { ok: false as const, failure: { reason: 'key-locked' as const, sentence: 'Locked.', action: 'unlock-keychain' as const } };
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
      return message.method === 'INVITE' && contact !== undefined ? { status: 302, phrase: 'Moved Temporarily', headers: [`Contact: ${contact}`] } : 'pass';
    });
  it('is followed within the same card, with the token in our realm', async () => {
    redirecting({ '1002': `<sip:1003@${REALM}>` });
    const phone = await registered(numbered(bearer));
    const other = phoneOf('1003');
    other.agent.start();
    await other.registered();
    const cards = sawCards(phone);
    const id = await called(phone);
    await other.agent.answer((await other.call('ringing')).id);
    expect(await phone.call('active')).toMatchObject({ id, peer: { user: '1002' } });
    expect(sent).toEqual(['REGISTER T1', 'INVITE T1', 'ACK', 'INVITE T1', 'ACK']);
    expect([...cards]).toEqual([id]);
    expect(phone.trace.map(({ text }) => text.slice(0, text.indexOf('\r\n'))).filter((line) => /^INVITE|302/.test(line))).toEqual([`INVITE sip:1002@${REALM} SIP/2.0`, 'SIP/2.0 302 Moved Temporarily', `INVITE sip:1003@${REALM} SIP/2.0`]);
    phone.agent.end(id);
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
    expect(await phone.call('ended')).toMatchObject({ cause: 'failed', details: '302 Moved Temporarily' });
    expect(sent.filter((line) => line.startsWith('INVITE'))).toHaveLength(2);
    expect(phone.microphone.inUse()).toBe(0);
  });
});

/** RFC 2617 section 3.2.2.1, without qop. */
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const isRight = (message: WireMessage, text: string, count: number, nonce = 'n1'): boolean => {
  const [value = ''] = [...message.headers('authorization'), ...message.headers('proxy-authorization')];
  const part = (name: string): string => new RegExp(`\\b${name}="([^"]*)"`).exec(value)?.[1] ?? '';
  const uri = /^\w+ (\S+)/.exec(text)?.[1] ?? '';
  return part('username') === `${count}:1001` && part('response') === md5(`${md5(`${count}:1001:${REALM}:P${count}`)}:${nonce}:${md5(`${message.method}:${uri}`)}`);
};

describe('digest', () => {
  it('answers the challenge of its realm, with the right hash', async () => {
    judging((message, text) => (isRight(message, text, 1) ? 'pass' : challenge()));
    const phone = await registered(numbered(digest));
    expect(sent).toEqual(['REGISTER', 'REGISTER 1:1001']);
    expect(board().opened).toEqual(['1001 ws://127.0.0.1:5066/sip']);
    expect(JSON.stringify([phone.trace, phone.events, phone.agent.snapshot()])).not.toContain('P1');
  });
  it.each([
    ['first', ['evil', REALM]],
    ['last', [REALM, 'evil']],
  ])('never answers another realm, though it comes %s', async (_where, realms) => {
    judging((message, text) => (isRight(message, text, 1) ? 'pass' : { status: 401, phrase: 'Unauthorized', headers: realms.map((realm) => `WWW-Authenticate: Digest realm="${realm}", nonce="n1"`) }));
    await registered(numbered(digest));
    expect(sent).toEqual(['REGISTER', 'REGISTER 1:1001']);
  });
  it.each<[string, () => Answer, RegExp]>([
    ['a foreign realm', () => challenge('', 'evil'), /a password of "evil"; this line's is for "practice\.invalid" only/],
    ['SHA-256 alone', () => challenge(', algorithm=SHA-256'), /digest with SHA-256, and Ringfence answers with MD5 only/],
    ['403', () => ({ status: 403, phrase: 'Forbidden' }), /refused the password/],
  ])('ends clearly without an answer: %s', async (_what, answer, sentence) => {
    judging(() => answer());
    const refused = await refusedAtLast(numbered(digest));
    expect(refused.sentence).toMatch(sentence);
    expect(sent).toEqual(['REGISTER']);
    expect(refused.phone.grantsGiven()).toBe(1);
  });
  it('a loop of challenges ends: each password is tried once, and one other is made', async () => {
    judging(() => challenge());
    const refused = await refusedAtLast(numbered(digest));
    expect(refused.sentence).toMatch(/refused the password: check the key/);
    expect(sent).toEqual(['REGISTER', 'REGISTER 1:1001', 'REGISTER', 'REGISTER 2:1001']);
    expect([refused.phone.grantsGiven(), board().opened.length]).toEqual([2, 1]);
  });
  it('stale=true gets one more try', async () => {
    judging((message, text) => (isRight(message, text, 1, 'n2') ? 'pass' : credentialsOf(message) === '' ? challenge() : { status: 401, phrase: 'Unauthorized', headers: [`WWW-Authenticate: Digest realm="${REALM}", nonce="n2", stale=true`] }));
    const phone = await registered(numbered(digest));
    expect(sent).toEqual(['REGISTER', 'REGISTER 1:1001', 'REGISTER 1:1001']);
    expect(phone.grantsGiven()).toBe(1);
  });
  it('renews on the same flow, and the old password is not used again', async () => {
    judging((message, text) => (isRight(message, text, 1) || isRight(message, text, 10) ? 'pass' : challenge()));
    const phone = await registered(numbered(digest));
    phone.renew(testGrant({ identity: `1001@${REALM}`, fingerprint: '0000000a', presentation: digest(10) }));
    await expect.poll(() => sent).toEqual(['REGISTER', 'REGISTER 1:1001', 'REGISTER', 'REGISTER 10:1001']);
    expect([phone.agent.snapshot().registration.phase, board().opened.length]).toEqual(['registered', 1]);
    await called(phone);
    await phone.call('ended');
    expect(sent.slice(4)).toEqual(['INVITE', 'ACK', 'INVITE 10:1001', 'ACK']);
  });
  it('renews while a challenge is being answered: the next request has the new password', async () => {
    let renew: () => void = () => undefined;
    let answered = 0;
    judging((message, text) => {
      if (isRight(message, text, 1, 'n2') || isRight(message, text, 10)) return 'pass';
      if (!isRight(message, text, 1)) return challenge();
      answered += 1;
      if (answered !== 2) return 'pass';
      renew();
      return { status: 401, phrase: 'Unauthorized', headers: [`WWW-Authenticate: Digest realm="${REALM}", nonce="n2", stale=true`] };
    });
    const phone = await registered(numbered(digest));
    renew = () => phone.renew(testGrant({ identity: `1001@${REALM}`, presentation: digest(10) }));
    phone.renew(testGrant({ identity: `1001@${REALM}`, presentation: digest(1) }));
    await expect.poll(() => phone.trace.filter(({ text }) => text.startsWith('SIP/2.0 200')).length).toBe(3);
    expect(sent).toEqual(['REGISTER', 'REGISTER 1:1001', 'REGISTER', 'REGISTER 1:1001', 'REGISTER 1:1001', 'REGISTER', 'REGISTER 10:1001']);
    expect(phone.grantsGiven()).toBe(1);
  });
  it('a call: challenged by 407, answered, one card; its in-dialog requests carry nothing', async () => {
    judging((message, text) => (isRight(message, text, 1) ? 'pass' : message.method === 'INVITE' ? { status: 407, phrase: 'Proxy Authentication Required', headers: [`Proxy-Authenticate: Digest realm="${REALM}", nonce="n1"`] } : challenge()));
    const phone = await registered(numbered(digest));
    const other = phoneOf('1002');
    other.agent.start();
    await other.registered();
    const cards = sawCards(phone);
    const id = await called(phone);
    await other.agent.answer((await other.call('ringing')).id);
    await phone.call('active');
    phone.agent.end(id);
    await other.call('ended');
    expect(sent.slice(2)).toEqual(['INVITE', 'ACK', 'INVITE 1:1001', 'ACK', 'BYE']);
    expect([...cards]).toEqual([id, 'ended']);
  });
  it('a call whose challenges never end is refused', async () => {
    judging((message, text) => (message.method === 'REGISTER' && (isRight(message, text, 1) || isRight(message, text, 2)) ? 'pass' : challenge()));
    const phone = await registered(numbered(digest));
    await called(phone);
    expect(await phone.call('ended')).toMatchObject({ cause: 'refused' });
    expect(sent.filter((line) => line.startsWith('INVITE'))).toEqual(['INVITE', 'INVITE 1:1001', 'INVITE', 'INVITE 2:1001']);
  });
});

describe('a line without credentials', () => {
  it.each<Grant['presentation']>([{ kind: 'query', parameter: 'token', token: 'T' }, { kind: 'main-injected' }, bearer(1)])('%j answers no digest challenge', async (presentation) => {
    judging((message) => (message.method === 'INVITE' ? challenge() : 'pass'));
    const phone = await registered({ mint: () => testGrant({ identity: `1001@${REALM}`, presentation }) });
    await called(phone);
    expect(await phone.call('ended')).toMatchObject({ cause: 'refused' });
    expect(sent.filter((line) => line.startsWith('INVITE'))).toHaveLength(1);
    expect(peek(phone.trace.at(-1)?.text ?? '')?.method).toBe('ACK');
  });
});
