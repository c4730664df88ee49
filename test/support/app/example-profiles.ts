/** A profile of each provider, every field filled in with something that is not its default. */
import { profile, type Profile, type ProfileInput } from '../../../src/contracts/profile/profile';

const policy: ProfileInput['policy'] = {
  tokenLifeS: 60,
  purposes: ['sip', 'events'],
  rate: { burst: 3, perSecond: 0.5 },
  maxCallS: 3600,
  maxCalls: 3,
  dial: { allow: ['+254*', '10??', 'sip:*@pbx.example.com'], deny: ['+25490*'] },
  hours: [
    { days: [1, 2, 3, 4, 5], from: '08:00', to: '18:30' },
    { days: [6, 7], from: '22:00', to: '02:00' },
  ],
  onScreenLock: 'lock',
};
const line = {
  name: 'Support line',
  environment: 'staging',
  identity: '1001@pbx.example.com',
  displayName: 'Support',
  gatewayUrl: 'wss://pbx.example.com/ws?room=1',
  trustAssertedIdentity: false,
  policy,
  iceServers: [
    { urls: ['stun:a.example.com:3478', 'turn:b.example.com?transport=tcp'], username: 'u' },
    { urls: ['stuns:c.example.com'] },
  ],
} as const;

const GIVEN: readonly (Pick<ProfileInput, 'provider' | 'presentation'> & Partial<ProfileInput>)[] = [
  {
    provider: {
      kind: 'local-jwt',
      issuer: 'i',
      audience: 'a',
      algorithm: 'ES256',
      keyId: 'k-1',
      issuedBackS: 5,
      subject: '{agent}',
      claims: { team: 'a: "b"', level: 3, half: 0.5, vip: true, digits: '42', word: 'true', quoted: '"x"' },
      meta: { desk: 'A, 4' },
    },
    presentation: { kind: 'query', parameter: 'jwt' },
  },
  { provider: { kind: 'ephemeral-credentials' }, presentation: { kind: 'digest', realm: 'pbx' } },
  {
    provider: {
      kind: 'sautikit',
      baseUrl: 'https://sauti.example.com',
      generation: 'webrtc',
      path: '/v2/webrtc/token',
      clientName: 'c',
      role: 'agent',
      tenantNumberId: 't',
      phoneNumber: '+254722000001',
    },
    presentation: { kind: 'subprotocol', template: 'v1.<token>' },
    gatewayUrl: '',
  },
  {
    provider: { kind: 'sippet', baseUrl: 'https://sippet.example.com/base' },
    presentation: { kind: 'digest', realm: '' },
  },
  {
    provider: {
      kind: 'decart',
      baseUrl: 'http://127.0.0.1:9',
      allowedModels: ['m 1', 'm2'],
      allowedOrigins: ['app://ringfence'],
      maxSessionS: 600,
      metadata: { team: 'x' },
    },
    presentation: { kind: 'bearer', header: 'X-Token', realm: 'pbx.example.com' },
    gatewayUrl: '',
    policy: { ...policy, purposes: ['voice'] },
  },
  {
    provider: {
      kind: 'openai-realtime',
      baseUrl: 'https://o.example.com',
      model: 'm',
      voice: 'v',
      instructions: '  Be kind.\n\nBe brief.\n',
      tools: ['end_call'],
    },
    presentation: { kind: 'main-injected' },
    policy: { ...policy, purposes: ['voice'] },
  },
  {
    provider: {
      kind: 'generic-http',
      method: 'PUT',
      url: 'https://g.example.com/token?x=1',
      headers: [
        { name: 'Authorization', value: 'Bearer <key>' },
        { name: 'X-Team', value: 'a, b' },
      ],
      body: '{\n  "user": "{user}"\n}',
      token: '/data/token',
      expiresAt: '/data/expires~1at',
      gatewayUrl: '/url',
      iceServers: '/ice',
    },
    presentation: { kind: 'main-injected' },
  },
  {
    provider: { kind: 'generic-http', url: 'https://g.example.com/', username: '/u', password: '/p' },
    presentation: { kind: 'digest', realm: 'r' },
  },
  {
    provider: { kind: 'generic-http', url: 'https://g.example.com/', answer: 'token' },
    presentation: { kind: 'main-injected' },
  },
];

export const EXAMPLE_PROFILES: readonly Profile[] = GIVEN.map((given, index) =>
  profile.parse({ ...line, ...given, id: `example-${index}` }),
);
