/** Who is let in: a good token opens the WebSocket, any other is refused before it opens; and nobody speaks for somebody else. */
import { expect, it } from 'vitest';
import { askForUpgrade } from '../support/servers/upgrade';
import type { LabTokenParts } from '../lab/lab';
import type { ContractRoom } from './visitors';

const OTHER_KEY = 'another key that is long enough for HS256';
const now = (): number => Date.now();

/** Every token that must not open a socket. */
const wrong: readonly (readonly [string, Partial<LabTokenParts> & { readonly unsigned?: boolean }])[] = [
  ['expired', { now: now() - 400_000 }],
  ['issued in the future', { now: now() + 900_000 }],
  ['not valid yet', { claims: { nbf: Math.floor(now() / 1000) + 900 } }],
  ['by another key', { key: OTHER_KEY }],
  ['alg none', { header: { alg: 'none' }, unsigned: true }],
  ['alg HS512', { header: { alg: 'HS512' } }],
  ['without a signature', { unsigned: true }],
  ['with an extension that must be understood', { header: { crit: ['b64'], b64: false } }],
  ['by another issuer', { claims: { iss: 'somebody' } }],
  ['for another audience', { claims: { aud: 'another' } }],
  ['with a subject that is no user name', { claims: { sub: 'a b' } }],
  ['with a subject that is no text', { claims: { sub: 7 } }],
  ['without a subject', { claims: { sub: undefined } }],
  ['with too long a life', { lifeS: 3_601 }],
  ['that ends before it begins', { lifeS: -10 }],
  ['without an end', { claims: { exp: undefined } }],
  ['with an end that is no number', { claims: { exp: '9999999999' } }],
  ['without an id', { claims: { jti: undefined } }],
  ['with a call time that is too short', { claims: { max_call_s: 9 } }],
  ['with a call time that is no number', { claims: { max_call_s: '60' } }],
  ['with no call at a time', { claims: { max_calls: 0 } }],
  ['with too many calls at a time', { claims: { max_calls: 17 } }],
  ['with calls at a time that are no number', { claims: { max_calls: '8' } }],
  ['with parts of calls at a time', { claims: { max_calls: 1.5 } }],
  ['with emergency numbers that are no text', { claims: { emergency: 110 } }],
  ['with emergency numbers that are none', { claims: { emergency: '.*' } }],
  ['with an end of its hours that is text', { claims: { calls_until: '1800000000' } }],
  ['with an end of its hours that is none', { claims: { calls_until: null } }],
  ['with an end of its hours before all time', { claims: { calls_until: -1 } }],
  ['with an end of its hours that overflows 32 bits', { claims: { calls_until: 2 ** 32 + 1 } }],
  ['with dial rules that are no list', { claims: { dial: '10??' } }],
  ['with no dial rule in its list', { claims: { dial_deny: [] } }],
  ['with a dial rule that is none', { claims: { dial: ['1(0|1)+'] } }],
];

/** The tokens of the upgrade. */
function tokenContract({ server, visitors }: Pick<ContractRoom, 'server' | 'visitors'>): void {
  it('lets a good token in, as often as it lives, and speaks sip', async () => {
    const token = server().mint({ sub: visitors().user() });
    for (let again = 0; again < 2; again += 1) {
      const answer = await askForUpgrade(server().url, `token=${token}`);
      expect([answer.status, answer.headers['sec-websocket-protocol']]).toEqual([101, 'sip']);
    }
  });

  it.each(wrong)('refuses a token %s', async (_, { unsigned = false, ...parts }) => {
    const token = server().mint({ sub: '1001', ...parts });
    const answer = await askForUpgrade(server().url, `token=${unsigned ? token.replace(/[^.]*$/, '') : token}`);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer .*error="invalid_token"/);
    // By it a phone learns that its clock is wrong.
    expect(Math.abs(Date.parse(answer.headers.date ?? '') - Date.now())).toBeLessThan(5_000);
  });

  it.each([
    ['no token', ''],
    ['an empty one', 'token='],
    ['text', 'token=abc'],
    ['another parameter', `access_token=PLACE`],
    ['two of them', `token=PLACE&token=PLACE`],
  ])('refuses %s', async (_, query) => {
    const answer = await askForUpgrade(server().url, query.replaceAll('PLACE', server().mint({ sub: '1001' })));
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
  });
}

export function handshakeContract({ server, visitors, has, numbers }: ContractRoom): void {
  if (has('token-upgrade')) tokenContract({ server, visitors });

  it('is no web page', async () => {
    expect((await fetch(server().url.replace(/^ws/, 'http'))).status).toBe(426);
  });

  it('opens for SIP alone', async () => {
    const query = has('token-upgrade') ? `token=${server().mint({ sub: '1001' })}` : '';
    const answer = await askForUpgrade(server().url, query, 'chat');
    expect(answer.status).toBe(400);
  });

  it.each([
    ['another user', (domain: string) => `<sip:9999@${domain}>;tag=1`],
    ...(has('own-domain') ? ([['another domain', () => '<sip:1001@elsewhere.example>;tag=1']] as const) : []),
  ] as const)('refuses %s as From', async (_, from) => {
    const [alice, bob] = [await visitors().client(), await visitors().client()];
    const { domain } = server();
    const spoof = from(domain).replace('1001', alice.user);
    for (const method of ['INVITE', 'MESSAGE', 'REGISTER']) {
      const uri = method === 'REGISTER' ? `sip:${domain}` : bob.aor;
      const refused = alice.request(method, { uri, from: spoof });
      const answer = await alice.response(refused);
      expect([method, answer.status]).toEqual([method, numbers.identity]);
      if (method === 'INVITE') alice.acknowledgeRefusal(refused, answer);
    }
    expect(bob.received.filter((message) => message.kind === 'request')).toEqual([]);
  });
}
