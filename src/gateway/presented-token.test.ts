import { describe, expect, it } from 'vitest';
import { handshakeToken, PRESENTATIONS, sipCredentials, type PresentationRules } from './presented-token';
import type { HeaderField, SipRequest } from './sip-message';

const rules = (more: Partial<PresentationRules> = {}): PresentationRules => ({
  accepts: new Set(PRESENTATIONS),
  parameter: 'token',
  template: 'bearer.<token>',
  bearerHeader: 'Authorization',
  ...more,
});

describe('an upgrade request', () => {
  const upgrade = (url: string, headers: Record<string, string> = {}) => ({
    url,
    headers: { 'sec-websocket-protocol': 'sip', ...headers },
  });
  it.each([
    ['the query', upgrade('/?token=abc')],
    ['the header', upgrade('/', { authorization: 'Bearer abc' })],
    ['a subprotocol', upgrade('/', { 'sec-websocket-protocol': 'sip, bearer.abc' })],
  ])('is read: the token in %s', (_, request) => {
    expect(handshakeToken(request, rules())).toEqual({ kind: 'token', token: 'abc' });
    expect(handshakeToken(request, rules({ accepts: new Set(['bearer']) }))).toEqual({ kind: 'misplaced' });
  });

  it('is read by the names that were agreed', () => {
    expect(handshakeToken(upgrade('/?access_token=abc'), rules({ parameter: 'access_token' }))).toEqual({
      kind: 'token',
      token: 'abc',
    });
    expect(handshakeToken(upgrade('/?access_token=abc'), rules())).toEqual({ kind: 'none' });
    expect(
      handshakeToken(
        upgrade('/', { 'sec-websocket-protocol': 'sip, v1.abc.jwt' }),
        rules({ template: 'v1.<token>.jwt' }),
      ),
    ).toEqual({ kind: 'token', token: 'abc' });
    expect(
      handshakeToken(upgrade('/', { 'sec-websocket-protocol': 'sip, abc' }), rules({ template: '<token>' })),
    ).toEqual({ kind: 'token', token: 'abc' });
    expect(handshakeToken(upgrade('/', { 'sec-websocket-protocol': 'sip, bearer.' }), rules())).toEqual({
      kind: 'none',
    });
  });

  it.each([
    ['twice in the query', upgrade('/?token=abc&token=abc')],
    ['in two places', upgrade('/?token=abc', { authorization: 'Bearer abc' })],
    ['in two subprotocols', upgrade('/', { 'sec-websocket-protocol': 'sip, bearer.a, bearer.b' })],
  ])('with a token %s is not read', (_, request) =>
    expect(handshakeToken(request, rules())).toEqual({ kind: 'ambiguous' }),
  );

  it('without a token has none', () => expect(handshakeToken(upgrade('/'), rules())).toEqual({ kind: 'none' }));
});

describe('a SIP request', () => {
  const request = (...headers: readonly (readonly [string, string])[]): SipRequest => ({
    kind: 'request',
    method: 'REGISTER',
    uri: 'sip:x',
    headers: headers.map(([name, value]): HeaderField => ({ name, value })),
    body: '',
  });
  it.each([
    [request(['Authorization', 'Bearer abc']), { kind: 'bearer', token: 'abc' }],
    [request(['Authorization', 'bearer   abc ']), { kind: 'bearer', token: 'abc' }],
    [request(['Authorization', 'Digest a="b"']), { kind: 'digest', parameters: 'a="b"' }],
    [request(['Proxy-Authorization', 'Digest a="b"']), { kind: 'digest', parameters: 'a="b"' }],
    [request(['Authorization', 'Basic abc']), { kind: 'none' }],
    [request(['Authorization', 'Bearer abc'], ['Authorization', 'Bearer abc']), { kind: 'ambiguous' }],
    [request(['Authorization', 'Bearer abc'], ['Authorization', 'Digest a="b"']), { kind: 'ambiguous' }],
    [request(), { kind: 'none' }],
  ])('%# is read', (given, expected) => expect(sipCredentials(given, rules())).toEqual(expected));

  it("holds the token in a header of the gateway's own, alone", () => {
    const own = rules({ bearerHeader: 'X-Token' });
    expect(sipCredentials(request(['x-token', 'abc']), own)).toEqual({ kind: 'bearer', token: 'abc' });
    expect(sipCredentials(request(['Authorization', 'Bearer abc']), own)).toEqual({ kind: 'misplaced' });
    expect(sipCredentials(request(['X-Token', 'abc'], ['Authorization', 'Bearer abc']), own)).toEqual({
      kind: 'ambiguous',
    });
  });

  it('is not read by a gateway that takes the token elsewhere', () => {
    const elsewhere = rules({ accepts: new Set(['query']) });
    expect(sipCredentials(request(['Authorization', 'Bearer abc']), elsewhere)).toEqual({ kind: 'misplaced' });
    expect(sipCredentials(request(['Authorization', 'Digest a="b"']), elsewhere)).toEqual({ kind: 'misplaced' });
  });
});
