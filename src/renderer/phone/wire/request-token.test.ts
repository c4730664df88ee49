import { describe, expect, it } from 'vitest';
import { testGrant } from '../../../../test/support/phones/grants';
import { request } from '../../../../test/support/phones/wired-socket';
import type { Grant } from '../../../contracts/profile/grant';
import { mayCarryToken, withToken } from './request-token';
import { localResponse, peek } from './sip-wire';

const bearer = (header = 'Authorization', url = 'wss://edge.example.net/ws'): Grant =>
  testGrant({
    url,
    identity: '1001@pbx.example.com',
    presentation: { kind: 'bearer', header, realm: 'voice', token: 'the.secret.token' },
  });
const dressed = (text: string, grant: Grant | null, toProxy = false): string => {
  const message = peek(text);
  if (message === null) throw new Error('no message');
  return withToken(text, message, grant === null ? null : { grant, toProxy });
};
const to = (method: string, uri: string, more: { readonly inDialog?: boolean } = {}): string =>
  request(method, 'z1', more).replace('sip:1002@h SIP/2.0', `${uri} SIP/2.0`);

describe('a token in requests', () => {
  it('is put on REGISTER and on the INVITE that starts a call', () => {
    for (const text of [
      to('REGISTER', 'sip:pbx.example.com'),
      to('INVITE', 'sip:1002@PBX.example.com:5061;transport=ws'),
    ]) {
      const [first, second, ...rest] = dressed(text, bearer()).split('\r\n');
      expect(second).toBe('Authorization: Bearer the.secret.token');
      expect([first, ...rest].join('\r\n')).toBe(text);
    }
  });
  it("is the whole value of a header of the gateway's own", () => {
    expect(dressed(to('REGISTER', 'sip:pbx.example.com'), bearer('X-Plivo-Jwt'))).toContain(
      '\r\nX-Plivo-Jwt: the.secret.token\r\n',
    );
  });
  it.each<readonly [string, string]>([
    ['a re-INVITE', to('INVITE', 'sip:1002@pbx.example.com', { inDialog: true })],
    ...['ACK', 'BYE', 'CANCEL', 'OPTIONS', 'INFO', 'REFER', 'MESSAGE', 'SUBSCRIBE', 'UPDATE'].map(
      (method): readonly [string, string] => [method, to(method, 'sip:1002@pbx.example.com')],
    ),
    ['an INVITE elsewhere', to('INVITE', 'sip:1002@other.example.com')],
    ['an INVITE to a subdomain', to('INVITE', 'sip:1002@a.pbx.example.com')],
    ['an INVITE that only looks like it', to('INVITE', 'sip:pbx.example.com@evil.example')],
    ['an INVITE by another road', to('INVITE', 'sip:1002@pbx.example.com;maddr=192.0.2.1')],
    ['an INVITE to a telephone number', to('INVITE', 'tel:+254722000001')],
    ['a REGISTER elsewhere', to('REGISTER', 'sip:other.example.com')],
  ])('is not on %s', (_what, text) => {
    expect(dressed(text, bearer())).toBe(text);
  });
  it('is there for the proxy as well when it asked', () => {
    const [, ...lines] = dressed(to('INVITE', 'sip:1002@pbx.example.com'), bearer(), true).split('\r\n');
    expect(lines.slice(0, 2)).toEqual([
      'Authorization: Bearer the.secret.token',
      'Proxy-Authorization: Bearer the.secret.token',
    ]);
    expect(dressed(to('INVITE', 'sip:1002@elsewhere.example'), bearer(), true)).not.toContain('secret');
    expect(dressed(to('REGISTER', 'sip:pbx.example.com'), bearer('X-Own'), true)).not.toContain('Authorization');
  });
  it('is not on a response', () => {
    const invite = peek(to('INVITE', 'sip:1002@pbx.example.com'));
    if (invite === null) expect.unreachable();
    const text = localResponse(invite, 200, 'OK');
    expect(dressed(text, bearer())).toBe(text);
  });
  it.each([
    ['wss://edge.example.net/ws', true],
    ['ws://127.0.0.1:8080/', true],
    ['ws://localhost:8080/', true],
    ['ws://edge.example.net/ws', false],
    ['ws://127.0.0.1.evil.example/', false],
    ['http://127.0.0.1/', false],
  ])('travels over %s: %s', (url, expected) => {
    expect(mayCarryToken('sip:pbx.example.com', bearer('Authorization', url))).toBe(expected);
    expect(dressed(to('REGISTER', 'sip:pbx.example.com'), bearer('Authorization', url)).includes('secret')).toBe(
      expected,
    );
  });
  it.each<Grant['presentation']>([
    { kind: 'query', parameter: 'token', token: 'the.secret.token' },
    { kind: 'subprotocol', template: 'bearer.<token>', token: 'the.secret.token' },
    { kind: 'digest', realm: 'pbx.example.com', username: 'u', password: 'the.secret.token' },
    { kind: 'main-injected' },
  ])('is not there with %j', (presentation) => {
    const text = to('REGISTER', 'sip:pbx.example.com');
    expect(dressed(text, { ...bearer(), presentation })).toBe(text);
    expect(dressed(text, null)).toBe(text);
  });
});
