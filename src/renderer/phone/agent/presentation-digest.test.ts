/** The engine that answers challenges (digest), and that answers none without credentials: registration and calls. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { testGrant } from '../../../../test/support/phones/grants';
import {
  bearer,
  called,
  challenge,
  credentialsOf,
  digest,
  numbered,
  REALM,
  sawCards,
  setUpPresentingPhones,
  type Answer,
} from '../../../../test/support/phones/presenting-phones';
import type { Grant } from '../../../contracts/profile/grant';
import { peek, type WireMessage } from '../wire/sip-wire';

const { board, judging, phoneOf, refusedAtLast, registered, sent } = setUpPresentingPhones();

/** RFC 2617 section 3.2.2.1, without qop. */
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const isRight = (message: WireMessage, text: string, count: number, nonce = 'n1'): boolean => {
  const [value = ''] = [...message.headers('authorization'), ...message.headers('proxy-authorization')];
  const part = (name: string): string => new RegExp(`\\b${name}="([^"]*)"`).exec(value)?.[1] ?? '';
  const uri = /^\w+ (\S+)/.exec(text)?.[1] ?? '';
  return (
    part('username') === `${count}:1001` &&
    part('response') === md5(`${md5(`${count}:1001:${REALM}:P${count}`)}:${nonce}:${md5(`${message.method}:${uri}`)}`)
  );
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
    judging((message, text) =>
      isRight(message, text, 1)
        ? 'pass'
        : {
            status: 401,
            phrase: 'Unauthorized',
            headers: realms.map((realm) => `WWW-Authenticate: Digest realm="${realm}", nonce="n1"`),
          },
    );
    await registered(numbered(digest));
    expect(sent).toEqual(['REGISTER', 'REGISTER 1:1001']);
  });
  it.each<[string, () => Answer, RegExp]>([
    [
      'a foreign realm',
      () => challenge('', 'evil'),
      /a password of "evil"; this line's is for "practice\.invalid" only/,
    ],
    [
      'SHA-256 alone',
      () => challenge(', algorithm=SHA-256'),
      /digest with SHA-256, and Ringfence answers with MD5 only/,
    ],
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
    judging((message, text) =>
      isRight(message, text, 1, 'n2')
        ? 'pass'
        : credentialsOf(message) === ''
          ? challenge()
          : {
              status: 401,
              phrase: 'Unauthorized',
              headers: [`WWW-Authenticate: Digest realm="${REALM}", nonce="n2", stale=true`],
            },
    );
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
      return {
        status: 401,
        phrase: 'Unauthorized',
        headers: [`WWW-Authenticate: Digest realm="${REALM}", nonce="n2", stale=true`],
      };
    });
    const phone = await registered(numbered(digest));
    renew = () => phone.renew(testGrant({ identity: `1001@${REALM}`, presentation: digest(10) }));
    phone.renew(testGrant({ identity: `1001@${REALM}`, presentation: digest(1) }));
    await expect.poll(() => phone.trace.filter(({ text }) => text.startsWith('SIP/2.0 200')).length).toBe(3);
    expect(sent).toEqual([
      'REGISTER',
      'REGISTER 1:1001',
      'REGISTER',
      'REGISTER 1:1001',
      'REGISTER 1:1001',
      'REGISTER',
      'REGISTER 10:1001',
    ]);
    expect(phone.grantsGiven()).toBe(1);
  });
  it('a call: challenged by 407, answered, one card; its in-dialog requests carry nothing', async () => {
    judging((message, text) =>
      isRight(message, text, 1)
        ? 'pass'
        : message.method === 'INVITE'
          ? {
              status: 407,
              phrase: 'Proxy Authentication Required',
              headers: [`Proxy-Authenticate: Digest realm="${REALM}", nonce="n1"`],
            }
          : challenge(),
    );
    const phone = await registered(numbered(digest));
    const other = phoneOf('1002');
    other.agent.start();
    await other.registered();
    const cards = sawCards(phone);
    const id = await called(phone);
    await other.agent.act((await other.call('ringing')).id, { verb: 'answer' });
    await phone.call('active');
    phone.agent.act(id, { verb: 'end' });
    await other.call('ended');
    expect(sent.slice(2)).toEqual(['INVITE', 'ACK', 'INVITE 1:1001', 'ACK', 'BYE']);
    expect([...cards]).toEqual([id, 'ended']);
  });
  it('a call whose challenges never end is refused', async () => {
    judging((message, text) =>
      message.method === 'REGISTER' && (isRight(message, text, 1) || isRight(message, text, 2)) ? 'pass' : challenge(),
    );
    const phone = await registered(numbered(digest));
    await called(phone);
    expect(await phone.call('ended')).toMatchObject({ cause: 'refused' });
    expect(sent.filter((line) => line.startsWith('INVITE'))).toEqual([
      'INVITE',
      'INVITE 1:1001',
      'INVITE',
      'INVITE 2:1001',
    ]);
  });
});

describe('a line without credentials', () => {
  it.each<Grant['presentation']>([
    { kind: 'query', parameter: 'token', token: 'T' },
    { kind: 'main-injected' },
    bearer(1),
  ])('%j answers no digest challenge', async (presentation) => {
    judging((message) => (message.method === 'INVITE' ? challenge() : 'pass'));
    const phone = await registered({ mint: () => testGrant({ identity: `1001@${REALM}`, presentation }) });
    await called(phone);
    expect(await phone.call('ended')).toMatchObject({ cause: 'refused' });
    expect(sent.filter((line) => line.startsWith('INVITE'))).toHaveLength(1);
    expect(peek(phone.trace.at(-1)?.text ?? '')?.method).toBe('ACK');
  });
});
