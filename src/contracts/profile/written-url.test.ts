/** How URLs are written in a profile: what would be read as another address, or holds a secret, is refused with what to write. */
import { describe, expect, it } from 'vitest';
import { gatewayUrl, profile } from './profile';
import { baseUrl, providerConfig } from './provider';
import { isSafeUrl } from './written-url';

const JWT = `${Buffer.from('{"alg":"HS256"}').toString('base64url')}.${'p'.repeat(20)}.${'s'.repeat(43)}`;
const tokenUrl = {
  safeParse: (url: string) => providerConfig.safeParse({ kind: 'generic-http', url, token: '/token' }),
};
const problems = (
  schema: {
    readonly safeParse: (
      text: string,
    ) => ReturnType<typeof gatewayUrl.safeParse> | ReturnType<typeof tokenUrl.safeParse>;
  },
  text: string,
): readonly string[] => {
  const read = schema.safeParse(text);
  return read.success ? [] : read.error.issues.map(({ message }) => message);
};

const SLASHES = 'write two slashes behind the colon, and the host behind them';
const ONE_HOST = 'name one host: a comma or semicolon is no part of one';
const PLAIN = 'write the host in plain letters, digits, dots and hyphens (others as xn--), and an address as 192.0.2.1';
const UNSEEN = 'leave out blanks, line ends and signs that nobody can see';
const USER = 'leave out user and password: a URL is no place for a secret';

describe.each([
  ['a gateway URL', gatewayUrl, 'wss', 'ws'],
  ['the address of a system', baseUrl, 'https', 'http'],
  ['a token URL', tokenUrl, 'https', 'http'],
] as const)('%s', (_what, schema, scheme, inClear) => {
  it.each([
    '//pbx.example.com',
    '//pbx.example.com/',
    '//PBX.example.com/ws/v1',
    '//pbx.example.com:8443/ws',
    '//pbx.example.com./ws',
    '//sip_gw-1.internal/ws',
    '//xn--bcher-kva.example/ws',
    '//192.0.2.1/ws',
    '//[2001:db8:0::1]:443/ws',
    '//pbx/ws',
    '//pbx.example.com/ws;v=1/a,b',
    '//pbx.example.com/tokens/issue',
  ])(`may be written as ${scheme}:%s`, (rest) => {
    expect(problems(schema, `${scheme}:${rest}`)).toEqual([]);
  });

  it.each([
    ['one slash', '/pbx.example.com', SLASHES],
    ['no slash', 'pbx.example.com', SLASHES],
    ['three slashes', '///pbx.example.com', SLASHES],
    ['backslashes', '\\\\pbx.example.com', 'write / in place of \\'],
    ['a backslash in the path', '//pbx.example.com\\ws', 'write / in place of \\'],
    ['a comma in the host', '//pbx.example.com,pbx2.example.com/ws', ONE_HOST],
    ['a comma alone', '//a,b', ONE_HOST],
    ['a semicolon in the host', '//a;b/ws', ONE_HOST],
    ['a blank before it', '// pbx.example.com', UNSEEN],
    ['a blank behind it', '//pbx.example.com ', UNSEEN],
    ['a blank in the path', '//pbx.example.com/w s', UNSEEN],
    ['a line end in the host', '//pbx.exam\nple.com', UNSEEN],
    ['a tab in the host', '//pbx.exam\tple.com', UNSEEN],
    ['a soft hyphen in the host', '//pbx.exam\u00adple.com', UNSEEN],
    ['a sign of no width', '//pbx.exam\u200bple.com', UNSEEN],
    ['wide letters', '//\uff50bx.example.com', PLAIN],
    ['a wide dot', '//pbx\u3002example.com', PLAIN],
    ['letters of another script', '//pb\u0445.example.com', PLAIN],
    ['an umlaut', '//b\u00fccher.example', PLAIN],
    ['percent signs in the host', '//pbx%2Eexample.com', PLAIN],
    ['a number for an address', '//2130706433', PLAIN],
    ['a short address', '//127.1', PLAIN],
    ['an address in hex', '//0x7f.0.0.1', PLAIN],
    ['an address in octal', '//0177.0.0.1', PLAIN],
    ['two dots', '//pbx..example.com', PLAIN],
    ['a star', '//*.example.com', PLAIN],
    ['a user', '//asha@pbx.example.com', USER],
    ['a user and a password', '//asha:0123@pbx.example.com', USER],
    ['an empty user', '//@pbx.example.com', USER],
    ['a fragment', '//pbx.example.com/ws#phones', 'leave out the # and what follows it'],
    ['an empty fragment', '//pbx.example.com/ws#', 'leave out the # and what follows it'],
  ])('may not have %s', (_odd, rest, sentence) => {
    expect(problems(schema, `${scheme}:${rest}`)).toEqual([sentence]);
    expect(sentence.length).toBeLessThanOrEqual(120);
  });

  it('is in clear for this computer only, however that is spelt', () => {
    expect(problems(schema, `${inClear}://127.0.0.1:8088/ws`)).toEqual([]);
    for (const rest of ['//pbx.example.com', '//192.0.2.1/', '//127.0.0.1.example.com/'])
      expect(problems(schema, `${inClear}:${rest}`)).toEqual([expect.stringMatching(/^write it as (?:wss|https):/)]);
    expect(problems(schema, `${inClear}://2130706433/`)).toEqual([PLAIN]);
    for (const text of [
      '',
      'pbx.example.com',
      'ftp://pbx.example.com',
      `${scheme}:`,
      `${scheme}://`,
      `${scheme}://pbx:99999`,
    ])
      expect(problems(schema, text), text).toHaveLength(1);
  });

  it.each([
    ['in a part of the path', '//pbx.example.com/ws/token=0123/x'],
    ['in a parameter of the path', '//pbx.example.com/ws;access_token=0123'],
    ['that is a JWT in the path', `//pbx.example.com/ws/${JWT}`],
  ])('holds no secret %s', (_where, rest) => {
    expect(problems(schema, `${scheme}:${rest}`)).toEqual([expect.stringMatching(/^a URL is no place for a secret/)]);
  });
});

describe.each([
  ['a gateway URL', gatewayUrl, 'wss'],
  ['a token URL', tokenUrl, 'https'],
] as const)('the query of %s', (_what, schema, scheme) => {
  it.each([
    '?token=0123',
    '?a=1&api_key=0123',
    '?a=1;access_token=0123',
    '?access%5Ftoken=0123',
    '?%74oken=0123',
    '?X-Auth-Token=0123',
    '?client_secret=ab/cd==',
    '?password=0123',
    `?j=${JWT}`,
  ])('holds no secret: %s', (query) => {
    const found = problems(schema, `${scheme}://pbx.example.com/ws${query}`);
    expect(found).toEqual([expect.stringMatching(/^a URL is no place for a secret/)]);
    expect(found[0]?.length).toBeLessThanOrEqual(120);
  });

  it.each(['?', '?tenant=1&for=phones', '?token', '?token=', '?path=/a/b;c'])('may be %s', (query) => {
    expect(problems(schema, `${scheme}://pbx.example.com/ws${query}`)).toEqual([]);
  });
});

it('the place of the token in a gateway URL is left to Ringfence, whatever it is called', () => {
  const line = (parameter: string, query: string): readonly string[] =>
    problems(
      {
        safeParse: (url) =>
          profile.safeParse({
            id: 'work',
            name: 'Work',
            environment: 'production',
            provider: { kind: 'local-jwt', audience: 'pbx' },
            identity: '1001@pbx.example.com',
            gatewayUrl: url,
            presentation: { kind: 'query', parameter },
            policy: {},
          }) as never,
      },
      `wss://pbx.example.com/ws${query}`,
    );
  expect(line('jwt', '?jwt=0123')).toEqual([expect.stringMatching(/^a URL is no place for a secret: Ringfence adds/)]);
  expect(line('jwt', '?jwt=')).toEqual([]);
  expect(line('jwt', '?v=1')).toEqual([]);
});

it("what a provider answers is no person's to write again: it is judged as it is read", () => {
  for (const url of ['wss:/pbx.example.com', 'wss://pbx.example.com/ws?token=0123', 'wss://PBX.example.com'])
    expect(isSafeUrl(url, 'wss'), url).toBe(true);
  for (const url of ['wss://u:p@pbx.example.com', 'ws://pbx.example.com', 'wss://pbx.example.com/#x', ''])
    expect(isSafeUrl(url, 'wss'), url).toBe(false);
});
