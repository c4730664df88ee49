import { describe, expect, it } from 'vitest';
import { challengesIn, isMd5, isRealm, withAnswerableChallenge } from './challenge';
import { peek, type WireMessage } from './sip-wire';

const response = (status: number, ...headers: string[]): { readonly text: string; readonly message: WireMessage } => {
  const text = [
    `SIP/2.0 ${status} Unauthorized`,
    'Via: SIP/2.0/WS x.invalid;branch=z9hG4bK1',
    'CSeq: 1 REGISTER',
    ...headers,
    'Content-Length: 4',
    '',
    'body',
  ].join('\r\n');
  const message = peek(text);
  if (message === null) throw new Error('no message');
  return { text, message };
};
const heard = (status: number, realm: string | null, ...headers: string[]): string[] => {
  const { text, message } = response(status, ...headers);
  return withAnswerableChallenge(text, message, realm)
    .split('\r\n')
    .filter((line) => /Authenticate/i.test(line));
};

describe('challenges', () => {
  it('are read, several in one header and quoted commas included', () => {
    const { message } = response(
      401,
      'WWW-Authenticate: Digest realm="a, \\"b\\"", nonce="n,1", qop="auth,auth-int", Bearer realm=pbx, error="invalid_token"',
      'www-authenticate : Negotiate',
    );
    const found = challengesIn(message).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);
    expect(found).toEqual([
      ['digest', { realm: 'a, "b"', nonce: 'n,1', qop: 'auth,auth-int' }],
      ['bearer', { realm: 'pbx', error: 'invalid_token' }],
      ['negotiate', {}],
    ]);
  });
  it('belong to their status: 401 has WWW-Authenticate, 407 Proxy-Authenticate, others none', () => {
    const headers = ['WWW-Authenticate: Digest realm="w"', 'Proxy-Authenticate: Digest realm="p"'];
    const realms = (status: number): (string | undefined)[] =>
      challengesIn(response(status, ...headers).message).map(({ parameters }) => parameters.get('realm'));
    expect([realms(401), realms(407), realms(403), realms(200)]).toEqual([['w'], ['p'], [], []]);
  });
  it.each(['', '=,=', '"', 'Digest realm="never closed'])('that make no sense (%j) are nothing to answer', (value) => {
    expect(heard(401, 'never closed', `WWW-Authenticate: ${value}`)).toEqual([]);
  });
  it('name realms in any case, and MD5 by saying nothing', () => {
    const [first, second] = challengesIn(
      response(
        401,
        'WWW-Authenticate: Digest realm="PBX.example.com"',
        'WWW-Authenticate: Digest realm="x", algorithm=sha-256',
      ).message,
    );
    if (first === undefined || second === undefined) expect.unreachable();
    expect([
      isRealm(first, 'pbx.example.com'),
      isMd5(first),
      isRealm(second, 'pbx.example.com'),
      isMd5(second),
    ]).toEqual([true, true, false, false]);
  });
});

describe('what JsSIP hears', () => {
  const ours = 'Digest realm="pbx", nonce="n1", opaque="o", stale=TRUE, qop="auth-int,auth", algorithm=md5';
  it('is the one challenge that our credentials are for, and plain digest-auth', () => {
    expect(heard(401, 'pbx', 'WWW-Authenticate: Digest realm="evil", nonce="n0"', `WWW-Authenticate: ${ours}`)).toEqual(
      ['WWW-Authenticate: Digest realm="pbx", nonce="n1", opaque="o", qop="auth", stale=true, algorithm=MD5'],
    );
    expect(
      heard(407, 'pbx', `Proxy-Authenticate: Digest realm="pbx", algorithm=SHA-256, nonce="n0", ${ours}`),
    ).toHaveLength(1);
  });
  it.each<[string, string | null, string]>([
    ['another realm', 'pbx', 'Digest realm="evil", nonce="n"'],
    ['a realm that ours is part of', 'pbx', 'Digest realm="pbx.evil", nonce="n"'],
    ['SHA-256 alone', 'pbx', 'Digest realm="pbx", nonce="n", algorithm=SHA-256'],
    ['no nonce', 'pbx', 'Digest realm="pbx"'],
    ['Bearer', 'pbx', 'Bearer realm="pbx"'],
    ['a line without credentials', null, 'Digest realm="pbx", nonce="n"'],
  ])('is no challenge at all for %s', (_what, realm, value) => {
    expect(heard(401, realm, `WWW-Authenticate: ${value}`)).toEqual([]);
    // A challenge may hide on a folded line, or under the other header's name.
    expect(heard(401, realm, `WWW-Authenticate:\r\n ${value}`, `Proxy-Authenticate: ${value}`)).toEqual([]);
  });
  it('is otherwise what the wire said, body included', () => {
    const { text, message } = response(401, 'WWW-Authenticate: Digest realm="evil", nonce="n"');
    expect(withAnswerableChallenge(text, message, null)).toBe(
      text.replace('WWW-Authenticate: Digest realm="evil", nonce="n"\r\n', ''),
    );
    const ok = response(200, 'Contact: <sip:x@h>');
    expect(withAnswerableChallenge(ok.text, ok.message, 'pbx')).toBe(ok.text);
  });
});
