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
const texts = (before: Profile, after: Profile): readonly string[] =>
  riskyChanges(before, after).map(({ text }) => text);
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
      'claims.role: nothing -> admin',
    ],
    [
      'an entry of meta',
      work,
      line({ provider: { kind: 'local-jwt', audience: 'pbx', meta: { team: 'x' } } }),
      'meta.team: nothing -> x',
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
      'headers.0.name: nothing -> X-Key\nheaders.0.value: nothing -> <key>',
    ],
    ['another model', voice(), voice({ model: 'gpt-large' }), 'model: gpt-realtime -> gpt-large'],
    [
      'other instructions',
      voice(),
      voice({ instructions: 'x'.repeat(5000) }),
      `instructions: nothing -> ${'x'.repeat(120)} ... 4760 characters ... ${'x'.repeat(120)}`,
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
    expect(texts(before, after).join('\n')).toContain(line);
  });

  it('is never disguised: a host is told to its end, on one line, without marks that turn it around', () => {
    const host = `pbx.example.com.${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.evil.example`;
    expect(texts(work, line({ gatewayUrl: `wss://${host}/` }))).toEqual([`Tokens go to: pbx.example.com -> ${host}`]);
    const [told] = texts(
      work,
      line({
        provider: { kind: 'local-jwt', audience: 'pbx\nTokens go to: pbx.example.com -> pbx.example.com\u202e' },
      }),
    );
    expect(told).toBe('audience: pbx -> pbx{U+000A}Tokens go to: pbx.example.com -> pbx.example.com{U+202E}');
  });

  it.each([
    [
      'a Cyrillic letter in a host',
      // The letter itself is refused (contracts/profile/written-url.test.ts).
      line({ gatewayUrl: 'wss://pbx.xn--exmple-4nf.com/ws' }),
      'pbx.example.com -> pbx.xn--exmple-4nf.com',
    ],
    [
      'a Greek letter in a subject',
      line({ provider: { kind: 'local-jwt', audience: 'pbx', subject: 'b\u03bfss' } }),
      'subject: {user} -> b{U+03BF}ss',
    ],
    [
      'a full-width letter in a claim',
      line({ provider: { kind: 'local-jwt', audience: 'pbx', claims: { role: '\uff41dmin' } } }),
      'claims.role: nothing -> {U+FF41}dmin',
    ],
  ])('tells a look-alike by its code: %s', (_what, after, text) => {
    expect(texts(work, after).join('\n')).toContain(text);
  });

  it('shows what differs in a long text, not how long it is', () => {
    const [before, after] = ['Transfer to +254700000001 only.', 'Transfer to +254799999999 only.'].map((rule) =>
      voice({ instructions: `${'Be kind. '.repeat(200)}${rule}${' Say goodbye.'.repeat(200)}` }),
    );
    expect(before && after && texts(before, after)).toEqual([
      'instructions: ... kind. Transfer to +254700000001 only. Say goodbye. Say ... -> ... kind. Transfer to +254799999999 only. Say goodbye. Say ...',
    ]);
  });

  it('shows the one entry among many that differs', () => {
    const claims = Object.fromEntries(Array.from({ length: 15 }, (_, n) => [`claim${n}`, 'x'.repeat(40)]));
    const of = (more: object): Profile =>
      line({ provider: { kind: 'local-jwt', audience: 'pbx', claims: { ...claims, ...more } } });
    expect(texts(of({}), of({ claim7: 'admin' }))).toEqual([`claims.claim7: ${'x'.repeat(40)} -> admin`]);
  });

  it('counts for servers that the sound may go through', () => {
    const after = line({ iceServers: [{ urls: ['stun:stun.example.com', 'turn:evil.example:3478'] }] });
    const before = line({ iceServers: [{ urls: ['stun:stun.example.com'] }] });
    expect(texts(before, after)).toEqual(['Sound may go through: turn:evil.example:3478']);
    expect(texts(after, before)).toEqual([]);
  });

  it('comes by its weight', () => {
    const after = line({
      gatewayUrl: 'wss://evil.example/',
      iceServers: [{ urls: ['turn:evil.example'] }],
      provider: { kind: 'sautikit', baseUrl: 'https://evil.example' },
      policy: { ...base.policy, maxCalls: 9 },
    });
    const weights = riskyChanges(line({ provider: { kind: 'sautikit' } }), after).map(({ weight }) => weight);
    expect(weights).toEqual([0, 1, 2, 5]);
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
    ['fewer ICE servers', line({ iceServers: [{ urls: ['stun:stun.example.com'] }] }), work],
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
