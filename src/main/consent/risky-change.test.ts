import { describe, expect, it } from 'vitest';
import { profile as profileSchema, type Profile, type ProfileInput } from '../../contracts/profile/profile';
import { riskyChanges } from './risky-change';

const base: ProfileInput = {
  id: 'work',
  name: 'Work',
  environment: 'production',
  provider: { kind: 'local-jwt', audience: 'pbx' },
  identity: '1001@pbx.example.com',
  gatewayUrl: 'wss://pbx.example.com/ws',
  presentation: { kind: 'query' },
  policy: {
    maxCallS: 600,
    maxCalls: 4,
    dial: { allow: ['+254*', '1*'], deny: ['+2547*'] },
    hours: [{ days: [1, 2], from: '08:00', to: '17:00' }],
    onScreenLock: 'lock',
  },
};
const line = (more: Partial<ProfileInput> = {}): Profile => profileSchema.parse({ ...base, ...more });
const work = line();
const withPolicy = (more: object): Profile => line({ policy: { ...base.policy, ...more } });
const voice = (more: object = {}): Profile =>
  line({
    provider: { kind: 'openai-realtime', ...more },
    identity: '',
    gatewayUrl: '',
    policy: { purposes: ['voice'] },
  });
const http = (more: object = {}): Profile =>
  line({ provider: { kind: 'generic-http', url: 'https://api.example.com/token', token: '/t', ...more } });

describe('a change that needs a word', () => {
  it.each<[string, Profile, Profile, string]>([
    [
      'another gateway',
      work,
      line({ gatewayUrl: 'wss://evil.example/ws' }),
      'Tokens go to: pbx.example.com -> evil.example',
    ],
    [
      'another port',
      work,
      line({ gatewayUrl: 'wss://pbx.example.com:8443/ws' }),
      'Tokens go to: pbx.example.com -> pbx.example.com:8443',
    ],
    [
      'another path of the gateway',
      work,
      line({ gatewayUrl: 'wss://pbx.example.com/other' }),
      'Tokens go to: wss://pbx.example.com/ws -> wss://pbx.example.com/other',
    ],
    [
      'another identity',
      work,
      line({ identity: 'boss@pbx.example.com' }),
      'Speaks for: 1001@pbx.example.com -> boss@pbx.example.com',
    ],
    ['another audience', work, line({ provider: { kind: 'local-jwt', audience: 'bank' } }), 'audience: pbx -> bank'],
    [
      'another issuer',
      work,
      line({ provider: { kind: 'local-jwt', audience: 'pbx', issuer: 'boss' } }),
      'issuer: ringfence -> boss',
    ],
    [
      'another subject',
      work,
      line({ provider: { kind: 'local-jwt', audience: 'pbx', subject: 'boss' } }),
      'subject: {user} -> boss',
    ],
    [
      'a claim',
      work,
      line({ provider: { kind: 'local-jwt', audience: 'pbx', claims: { role: 'admin' } } }),
      'claims: nothing -> {"role":"admin"}',
    ],
    [
      'an entry of meta',
      work,
      line({ provider: { kind: 'local-jwt', audience: 'pbx', meta: { team: 'x' } } }),
      'meta: nothing -> {"team":"x"}',
    ],
    [
      'another algorithm',
      work,
      line({ provider: { kind: 'local-jwt', audience: 'pbx', algorithm: 'ES256' } }),
      'algorithm: HS256 -> ES256',
    ],
    [
      'another kind of provider',
      work,
      line({ provider: { kind: 'sautikit', baseUrl: 'https://evil.example' } }),
      'Maker of the tokens: local-jwt -> sautikit',
    ],
    [
      'another place for the key',
      line({ provider: { kind: 'sautikit' } }),
      line({ provider: { kind: 'sautikit', baseUrl: 'https://evil.example' } }),
      'The key goes to: api.sautikit.com -> evil.example',
    ],
    [
      'another URL of a template',
      http(),
      http({ url: 'https://evil.example/token' }),
      'The key goes to: api.example.com -> evil.example',
    ],
    [
      'a header of a template',
      http(),
      http({ headers: [{ name: 'X-Key', value: '<key>' }] }),
      'headers: nothing -> [{"name":"X-Key","value":"<key>"}]',
    ],
    ['another model', voice(), voice({ model: 'gpt-large' }), 'model: gpt-realtime -> gpt-large'],
    [
      'other instructions',
      voice(),
      voice({ instructions: 'x'.repeat(5000) }),
      'instructions: nothing -> a text of 5000 characters',
    ],
    ['a tool', voice(), voice({ tools: ['end_call'] }), 'tools: nothing -> ["end_call"]'],
    [
      'another presentation',
      line({ presentation: { kind: 'main-injected' } }),
      work,
      'Tokens are shown: {"kind":"main-injected"} -> {"kind":"query","parameter":"token"}',
    ],
    [
      'another name, where it is signed',
      line({ provider: { kind: 'local-jwt', audience: 'pbx', claims: { name: '{agent}' } } }),
      line({ displayName: 'Boss', provider: { kind: 'local-jwt', audience: 'pbx', claims: { name: '{agent}' } } }),
      'Signs as: nothing -> Boss',
    ],
    ['a longer life', work, withPolicy({ tokenLifeS: 3600 }), 'Life of a token: 300 s -> 3600 s'],
    ['one more purpose', work, withPolicy({ purposes: ['sip', 'events'] }), 'Tokens for: sip -> sip, events'],
    [
      'a higher rate',
      work,
      withPolicy({ rate: { burst: 20, perSecond: 2 } }),
      'Tokens: 10 at once, 2 a second -> 20 at once, 2 a second',
    ],
    ['longer calls', work, withPolicy({ maxCallS: 601 }), 'Longest call: 600 s -> 601 s'],
    ['more calls at a time', work, withPolicy({ maxCalls: 5 }), 'Calls at a time: 4 -> 5'],
    ['calls without an end', work, withPolicy({ maxCallS: null }), 'Longest call: 600 s -> no limit'],
    [
      'more who may be called',
      work,
      withPolicy({ dial: { allow: ['+254*', '*'], deny: ['+2547*'] } }),
      'Calls allowed: ["+254*","1*"] -> ["+254*","*"]',
    ],
    [
      'everybody may be called',
      work,
      withPolicy({ dial: { allow: [], deny: ['+2547*'] } }),
      'Calls allowed: ["+254*","1*"] -> everybody',
    ],
    [
      'a rule that refuses is gone',
      work,
      withPolicy({ dial: { allow: ['+254*', '1*'], deny: [] } }),
      'Calls refused: ["+2547*"] -> nothing',
    ],
    [
      'other hours',
      work,
      withPolicy({ hours: [{ days: [1, 2], from: '00:00', to: '23:59' }] }),
      'Hours of calls: other ones',
    ],
    ['no hours', work, withPolicy({ hours: [] }), 'Hours of calls: no limit any more'],
    [
      'a line that stays open',
      work,
      withPolicy({ onScreenLock: 'keep' }),
      'When the screen is locked: the line stays open',
    ],
  ])('%s', (_what, before, after, line) => {
    expect(riskyChanges(before, after).join('\n')).toContain(line);
  });

  it('is never disguised: a host is told to its end, on one line, without marks that turn it around', () => {
    const host = `pbx.example.com.${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.evil.example`;
    expect(riskyChanges(work, line({ gatewayUrl: `wss://${host}/` }))).toEqual([
      `Tokens go to: pbx.example.com -> ${host}`,
    ]);
    const [told] = riskyChanges(
      work,
      line({
        provider: { kind: 'local-jwt', audience: 'pbx\nTokens go to: pbx.example.com -> pbx.example.com\u202e' },
      }),
    );
    expect(told).toBe('audience: pbx -> pbx Tokens go to: pbx.example.com -> pbx.example.com');
  });

  it('is told with all others', () => {
    expect(riskyChanges(work, line({ gatewayUrl: 'wss://evil.example/', identity: 'boss@evil.example' }))).toHaveLength(
      2,
    );
  });
});

describe('a change that needs none', () => {
  it.each<[string, Profile, Profile]>([
    ['nothing', work, line()],
    ['another name and colour', work, line({ name: 'Office', environment: 'staging' })],
    ['another display name, which only the far end sees', work, line({ displayName: 'Amina' })],
    ['ICE servers', work, line({ iceServers: [{ urls: ['stun:stun.example.com'] }] })],
    ['the same address, spelt otherwise', work, line({ gatewayUrl: 'wss://PBX.example.com:443/ws' })],
    ['a shorter life', work, withPolicy({ tokenLifeS: 60 })],
    ['a lower rate', work, withPolicy({ rate: { burst: 5, perSecond: 1 } })],
    ['fewer calls at a time', work, withPolicy({ maxCalls: 1 })],
    ['shorter calls', work, withPolicy({ maxCallS: 60 })],
    ['fewer who may be called', work, withPolicy({ dial: { allow: ['1*'], deny: ['+2547*', '1900'] } })],
    ['fewer hours', withPolicy({ hours: [] }), work],
    ['a line that closes', withPolicy({ onScreenLock: 'keep' }), work],
  ])('%s', (_what, before, after) => {
    expect(riskyChanges(before, after)).toEqual([]);
  });
});
