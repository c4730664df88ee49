import { describe, expect, it } from 'vitest';
import { testGrant } from '../../../../test/support/phones/grants';
import type { Grant } from '../../../contracts/profile/grant';
import { challengesIn } from '../wire/challenge';
import { peek } from '../wire/sip-wire';
import { judgeRefusal } from './token-refusal';

const bearer = (header = 'Authorization'): Grant['presentation'] => ({
  kind: 'bearer',
  header,
  realm: 'pbx.example.com',
  token: 'T',
});
const digest: Grant['presentation'] = { kind: 'digest', realm: 'pbx.example.com', username: 'u', password: 'P' };

function judge(
  presentation: Grant['presentation'],
  status: number,
  challenge = '',
  target = 'sip:1002@pbx.example.com',
  toProxy = false,
): { readonly another: boolean; readonly sentence: string } {
  const message = peek(
    `SIP/2.0 ${status} X\r\nCSeq: 1 INVITE\r\n${challenge === '' ? '' : `${status === 407 ? 'Proxy' : 'WWW'}-Authenticate: ${challenge}\r\n`}\r\n`,
  );
  if (message === null) throw new Error('no message');
  return judgeRefusal(
    { status, challenges: challengesIn(message) },
    testGrant({ identity: '1001@pbx.example.com', presentation }),
    target,
    toProxy,
  );
}

describe('another token may help', () => {
  it.each<[string, Grant['presentation'], number, string]>([
    ['invalid_token of our realm', bearer(), 401, 'Bearer realm="pbx.example.com", error="invalid_token"'],
    ['our realm without an error', bearer(), 401, 'Bearer realm="PBX.example.com"'],
    ['Bearer without a realm', bearer(), 401, 'Bearer error="invalid_token"'],
    ['no challenge at all', bearer(), 401, ''],
    ['a bare 401 to a header of its own', bearer('X-Jwt'), 401, ''],
    ['a 401 with digest to a header of its own', bearer('X-Jwt'), 401, 'Digest realm="x", nonce="n"'],
    ['digest of our realm that was answered', digest, 401, 'Digest realm="pbx.example.com", nonce="n"'],
    ['the same by a proxy', digest, 407, 'Digest realm="pbx.example.com", nonce="n", algorithm=MD5'],
  ])('after %s', (_what, presentation, status, challenge) => {
    expect(judge(presentation, status, challenge)).toMatchObject({
      another: true,
      sentence: expect.stringMatching(/refused the (?:token|password): check the key/) as unknown,
    });
  });
});

describe('no other token would help', () => {
  it.each<[string, Grant['presentation'], number, string, RegExp]>([
    [
      'another realm',
      bearer(),
      401,
      'Bearer realm="evil", error="invalid_token"',
      /a token of "evil"; this line has a token of "pbx\.example\.com"/,
    ],
    ['another scheme', bearer(), 401, 'Digest realm="pbx.example.com", nonce="n"', /asks for "digest"/],
    [
      'a token that may not do this',
      bearer(),
      401,
      'Bearer realm="pbx.example.com", error="insufficient_scope"',
      /\(insufficient_scope\)/,
    ],
    ['403', bearer(), 403, '', /refused the token/],
    [
      'another realm',
      digest,
      401,
      'Digest realm="evil\u0007", nonce="n"',
      /a password of "evil"; this line's is for "pbx\.example\.com" only/,
    ],
    [
      'SHA-256 alone',
      digest,
      401,
      'Digest realm="pbx.example.com", nonce="n", algorithm=SHA-256',
      /digest with SHA-256, and Ringfence answers with MD5 only/,
    ],
    ['403', digest, 403, '', /refused the password/],
    ['busy', digest, 486, '', /./],
    ['a redirect', bearer(), 302, '', /./],
    ['a token that is bound to its flow', { kind: 'query', parameter: 'token', token: 'T' }, 401, '', /./],
    ['a token that main adds', { kind: 'main-injected' }, 401, '', /./],
  ])('after %s', (_what, presentation, status, challenge, sentence) => {
    const verdict = judge(presentation, status, challenge);
    expect(verdict.another).toBe(false);
    expect(verdict.sentence).toMatch(sentence);
    expect(verdict.sentence.length).toBeLessThan(300);
  });
  it('407 of our realm: the same one for the proxy, once; then it is as good as a 401', () => {
    const asked = 'Bearer realm="pbx.example.com"';
    expect(judge(bearer(), 407, asked)).toMatchObject({ another: false, toProxy: true });
    expect(judge(bearer(), 407, `${asked}, error="invalid_token"`)).toMatchObject({ another: true, toProxy: true });
    expect(judge(bearer(), 407, asked, undefined, true)).toMatchObject({ another: true, toProxy: true });
    expect(judge(bearer(), 401, asked, undefined, true)).toMatchObject({ another: true, toProxy: true });
    expect(judge(bearer(), 407, `${asked}, error="insufficient_scope"`)).toMatchObject({
      another: false,
      toProxy: false,
    });
    expect(judge(bearer(), 407, 'Bearer realm="evil"')).toMatchObject({ another: false, toProxy: false });
    expect(judge(bearer('X-Jwt'), 407, asked)).toMatchObject({ another: false, toProxy: false });
    expect(judge(bearer(), 407, asked, 'sip:1002@elsewhere.example')).toMatchObject({ another: false, toProxy: false });
  });
  it('where the token was not shown', () => {
    expect(
      judge(bearer(), 401, 'Bearer realm="pbx.example.com", error="invalid_token"', 'sip:1002@elsewhere.example')
        .another,
    ).toBe(false);
    expect(judge(bearer('X-Jwt'), 401, '', 'sip:1002@elsewhere.example').another).toBe(false);
  });
});
