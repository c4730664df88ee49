/** What token servers answer, by where the form comes from, and what is to become of it. The answers come at ANSWERED_AT. */

/** Milliseconds since the epoch. */
export const ANSWERED_AT = Date.parse('2026-11-29T21:00:00Z');

interface Server {
  readonly urls: readonly string[];
  readonly username?: string;
  readonly credential?: string;
}
export interface TokenAnswer {
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Seconds; a text: the answer is refused, and the sentence says so. */
  readonly life: number | string;
  readonly servers?: readonly Server[];
  /** Addresses: no browser takes them, a relay without a user or a credential, too many. */
  readonly leftOut?: readonly [number, number, number];
}

const ice = (iceServers: unknown) => ({ token: 'a.b.c', iceServers });
const until = (expires: unknown) => ({ token: 'a.b.c', expires });
const STUN: Server = { urls: ['stun:stun.example.com'] };
const relay = (...urls: readonly string[]): Server => ({ urls, username: 'u', credential: 'c' });
const CLOUDFLARE = [
  'stun:stun.example.com:3478',
  'turn:t.example.com:3478?transport=udp',
  'turn:t.example.com:3478?transport=tcp',
  'turns:t.example.com:5349?transport=tcp',
  'turn:t.example.com:53?transport=udp',
  'turn:t.example.com:80?transport=tcp',
  'turns:t.example.com:443?transport=tcp',
];
const many = (count: number): readonly string[] =>
  Array.from({ length: count }, (_each, index) => `turn:t${index}.example.com:3478`);

/** `expiresIn` is what the profile points at beside `expires`; where neither is there, the line's own 300 s count. */
export const TOKEN_ANSWERS: readonly TokenAnswer[] = [
  {
    name: 'the url of before 2016, beside a relay',
    body: ice([
      { url: 'stun:stun.example.com' },
      { urls: 'turn:turn.example.com:3478', username: 'u', credential: 'c' },
    ]),
    life: 300,
    servers: [STUN, relay('turn:turn.example.com:3478')],
  },
  {
    name: 'uris with a password (draft-uberti-behave-turn-rest)',
    body: ice({ username: 'u', password: 'p', ttl: 86400, uris: ['turn:192.0.2.4:9991?transport=udp'] }),
    life: 300,
    servers: [{ urls: ['turn:192.0.2.4:9991?transport=udp'], username: 'u', credential: 'p' }],
  },
  {
    name: 'seven addresses of one server (Cloudflare)',
    body: ice([{ urls: CLOUDFLARE, username: 'u', credential: 'c' }]),
    life: 300,
    servers: [{ urls: [CLOUDFLARE[0] ?? ''] }, relay(...CLOUDFLARE.slice(1))],
  },
  {
    name: 'a single object',
    body: ice({ urls: CLOUDFLARE.slice(1, 3), username: 'u', credential: 'c' }),
    life: 300,
    servers: [relay(...CLOUDFLARE.slice(1, 3))],
  },
  {
    name: 'url and urls alike (Twilio)',
    body: ice([
      { url: 'stun:g.example.com:3478', urls: 'stun:g.example.com:3478' },
      {
        url: 'turn:g.example.com:3478?transport=udp',
        urls: 'turn:g.example.com:3478?transport=udp',
        username: 'u',
        credential: 'c',
      },
    ]),
    life: 300,
    servers: [{ urls: ['stun:g.example.com:3478'] }, relay('turn:g.example.com:3478?transport=udp')],
  },
  {
    name: 'odd entries among good ones',
    body: ice([
      7,
      null,
      'stun:stun.example.com',
      {},
      { urls: [] },
      { urls: 'https://evil.example' },
      { urls: 'stun:stun.example.com?transport=udp' },
      { urls: ['turn://t.example.com', 'STUN:stun.example.com', 9] },
      { urls: 'turn:t.example.com' },
      { urls: ['turn:t.example.com', 'turns:t.example.com:443'], username: 'u' },
      { urls: 'turn:t.example.com:99999', username: 'u', credential: 'c' },
      { urls: 'turn:t.example.com', username: 'u', credential: 'c'.repeat(600) },
      { urls: 'turn:t.example.com', username: 'u', credential: { accessToken: 'c' } },
      { urls: 'turns:t.example.com:443', username: 'u', credential: 'c' },
    ]),
    life: 300,
    servers: [STUN, relay('turns:t.example.com:443')],
    leftOut: [11, 3, 0],
  },
  { name: 'no servers at all', body: ice([]), life: 300, servers: [] },
  { name: 'a text in place of servers', body: ice('stun.example.com'), life: 300, servers: [], leftOut: [1, 0, 0] },
  {
    name: 'more than are used: the relays over TLS stay',
    body: ice([{ urls: [...many(30), ...CLOUDFLARE.slice(3)], username: 'u', credential: 'c' }]),
    life: 300,
    servers: [relay(...many(22), 'turns:t.example.com:5349?transport=tcp', 'turns:t.example.com:443?transport=tcp')],
    leftOut: [0, 0, 10],
  },
  {
    name: 'a server for each of forty addresses',
    body: ice([...many(40), 'turns:t.example.com:443'].map((urls) => ({ urls, username: 'u', credential: 'c' }))),
    life: 300,
    servers: [...many(23).map((url) => relay(url)), relay('turns:t.example.com:443')],
    leftOut: [0, 0, 17],
  },
  { name: 'a life of a week', body: { token: 'a.b.c', expires: 604800 }, life: 'longer than a day' },
  { name: 'a life of a day', body: until(86400), life: 86400 },
  { name: 'an HTTP date', body: until('Sun, 29 Nov 2026 22:00:00 GMT'), life: 3600 },
  { name: 'the zone named once more (Java)', body: until('2026-11-29T22:00:00Z[UTC]'), life: 3600 },
  { name: '7200s (protobuf)', body: until('7200s'), life: 7200 },
  { name: 'what is over', body: until('Sun, 29 Nov 2026 20:00:00 GMT'), life: 'ended already' },
  { name: 'words', body: until('tomorrow'), life: 'does not say when' },
];
