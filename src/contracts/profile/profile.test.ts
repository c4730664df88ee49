import { describe, expect, it } from 'vitest';
import { isLoopbackUrl } from '../base/loopback';
import { profilePolicy } from '../policy/policy';
import { fingerprint, gatewayUrl, iceServer, presentation, profile, profileId } from './profile';

const valid = {
  id: 'work',
  name: 'Work',
  environment: 'production',
  provider: { kind: 'local-jwt', audience: 'pbx' },
  identity: '1001@pbx.example.com',
  gatewayUrl: 'wss://pbx.example.com/ws',
  presentation: { kind: 'query' },
  policy: {},
};

describe('a gateway URL', () => {
  it.each([
    'wss://pbx.example.com/ws',
    'wss://pbx.example.com:8443',
    'ws://127.0.0.1:4000/',
    'ws://localhost:4000/',
    'ws://[::1]:4000/',
    'ws://127.1.2.3/',
  ])('%s is one', (url) => {
    expect(gatewayUrl.safeParse(url).success).toBe(true);
  });

  it.each([
    'ws://example.com',
    'ws://192.168.1.4/',
    'ws://127.0.0.1.example.com/',
    'ws://localhost.example.com/',
    'https://example.com',
    'javascript:alert(1)',
    'wss://user:password@example.com/',
    'wss://example.com/#x',
    'example.com',
    '',
    `wss://example.com/${'x'.repeat(500)}`,
  ])('%s is none', (url) => {
    expect(gatewayUrl.safeParse(url).success).toBe(false);
  });

  it('is on this computer or not', () => {
    expect(['ws://localhost/', 'ws://127.0.0.1/', 'wss://example.com/', 'nonsense'].map(isLoopbackUrl)).toEqual([
      true,
      true,
      false,
      null,
    ]);
  });
});

describe('a profile', () => {
  it('gets its defaults', () => {
    expect(profile.parse(valid)).toMatchObject({
      displayName: '',
      iceServers: [],
      policy: { tokenLifeS: 300, purposes: ['sip'] },
      presentation: { kind: 'query', parameter: 'token' },
      provider: { issuer: 'ringfence' },
    });
  });

  it('drops what it does not declare, a key above all', () => {
    expect(
      profile.parse({
        ...valid,
        key: 'SECRET',
        provider: { ...valid.provider, secret: 'SECRET' },
        iceServers: [{ urls: ['turn:turn.example.com'], username: 'u', credential: 'SECRET' }],
      }),
    ).not.toHaveProperty('key');
    expect(
      JSON.stringify(
        profile.parse({
          ...valid,
          key: 'SECRET',
          provider: { ...valid.provider, secret: 'SECRET' },
          iceServers: [{ urls: ['turn:turn.example.com'], credential: 'SECRET' }],
        }),
      ),
    ).not.toContain('SECRET');
  });

  it.each<[string, object]>([
    ['a name of spaces', { name: '   ' }],
    ['an environment nobody knows', { environment: 'test' }],
    ['a provider nobody knows', { provider: { kind: 'magic' } }],
    ['an identity without domain', { identity: '1001' }],
    ['a gateway in clear', { gatewayUrl: 'ws://pbx.example.com/' }],
    ['a presentation nobody knows', { presentation: { kind: 'cookie' } }],
    ['no purposes', { policy: { purposes: [] } }],
    ['a website for a STUN server', { iceServers: [{ urls: ['https://example.com'] }] }],
  ])('does not have %s', (_what, part) => {
    expect(profile.safeParse({ ...valid, ...part }).success).toBe(false);
  });
});

describe('small things', () => {
  it.each([
    [1, true],
    [3600, true],
    [0, false],
    [3601, false],
    [1.5, false],
    ['300', false],
  ])('a life of %s s: %s', (tokenLifeS, fits) => {
    expect(profilePolicy.safeParse({ tokenLifeS }).success).toBe(fits);
  });
  it.each([
    ['practice', true],
    ['a-1', true],
    ['A', false],
    ['-a', false],
    ['', false],
    ['a/b', false],
    ['../x', false],
    ['__proto__', false],
    ['x'.repeat(64), false],
  ])('the id %s: %s', (id, fits) => {
    expect(profileId.safeParse(id).success).toBe(fits);
  });
  it.each([
    ['token', true],
    ['session_token', true],
    ['a=b', false],
    ['a&b', false],
    ['', false],
  ])('the query parameter %s: %s', (parameter, fits) => {
    expect(presentation.safeParse({ kind: 'query', parameter }).success).toBe(fits);
  });
  it.each([
    ['01234567', true],
    ['0123456', false],
    ['0123456G', false],
    ['012345678', false],
  ])('the fingerprint %s: %s', (text, fits) => {
    expect(fingerprint.safeParse(text).success).toBe(fits);
  });
  it.each([
    ['stun:stun.example.com:3478', true],
    ['stun:192.0.2.1', true],
    ['stuns:[2001:db8::1]:5349', true],
    ['turns:turn.example.com?transport=tcp', true],
    ['turn:turn.example.com:3478?transport=udp', true],
    ['stun://stun.example.com', false],
    ['turn://turn.example.com', false],
    ['stun:', false],
    ['stun:?transport=udp', false],
    ['stun:stun.example.com?transport=udp', false],
    ['stun:user@stun.example.com', false],
    ['stun:stun.example.com/path', false],
    ['stun:stun.example.com:port', false],
    ['stun:stun.example.com:70000', false],
    ['turn:turn.example.com:70000?transport=udp', false],
    ['turn:turn.example.com?transport=carrier-pigeon', false],
    ['stun:stun.example.com:3478:1', false],
    ['STUN:stun.example.com', false],
  ])('the ICE server %s (RFC 7064, RFC 7065): %s', (url, fits) => {
    expect(iceServer.safeParse({ urls: [url] }).success).toBe(fits);
  });
});
