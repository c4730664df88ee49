import { describe, expect, it } from 'vitest';
import { bodyWithoutSecrets, headerWithoutSecret, urlWithoutSecrets } from './literal-secrets';
import { providerConfig } from './provider';

const fits = (parts: object): string | null => {
  const parsed = providerConfig.safeParse({
    kind: 'generic-http',
    url: 'https://tokens.example.com/issue',
    token: '/token',
    ...parts,
  });
  return parsed.success
    ? null
    : `${parsed.error.issues[0]?.path.join('.') ?? ''}: ${parsed.error.issues[0]?.message ?? ''}`;
};

describe('a secret that is typed into the form of a system over HTTP', () => {
  it.each([
    ['Authorization', 'Bearer sk-live-0123'],
    ['authorization', 'Basic dTpw'],
    ['X-Api-Key', '0123'],
    ['apikey', '0123'],
    ['Cookie', 'session=0123'],
    ['X-Auth-Token', '0123'],
    ['Ocp-Apim-Subscription-Key', '0123'],
    ['X-Client-Secret', '0123'],
    ['X-Password', '0123 {User}'],
  ])('is refused as the header %s', (name, value) => {
    expect(
      fits({
        headers: [
          { name: 'Accept-Language', value: 'en' },
          { name, value },
        ],
      }),
    ).toBe('headers.1.value: write <key> where the key goes: a profile holds no secret');
    expect(headerWithoutSecret(name, value)).toBe('');
  });

  it.each([
    ['Authorization', 'Bearer <key>'],
    ['Authorization', ''],
    ['X-Api-Key', '<key>'],
    ['X-Api-Key-Id', 'main'],
    ['Idempotency-Key', '7'],
    ['X-Token-Type', 'sip'],
    ['X-Tenant', 'acme'],
  ])('is not what stands in the header %s: %s', (name, value) => {
    expect(fits({ headers: [{ name, value }] })).toBeNull();
    expect(headerWithoutSecret(name, value)).toBe(value);
  });

  it.each([
    '{"client_secret":"0123"}',
    '{"auth":{"apiKey":"0123"}}',
    '[{"password":"0123"}]',
    '{"a":1,"refreshToken":"0123"}',
  ])('is refused in the body %s', (body) => {
    expect(fits({ body })).toBe('body: write <key> where the key goes: a profile holds no secret');
    expect(bodyWithoutSecrets(body)).toBe(body.replace('0123', ''));
  });

  it.each([
    '{"client_secret":"<key>"}',
    '{"password":"{agent}"}',
    '{"token_type":"sip","user":"{user}"}',
    '{"token":true}',
    '{"token":""}',
    '',
    'password: 0123',
  ])('is not in the body %s', (body) => {
    expect(fits({ body })).toBeNull();
    expect(bodyWithoutSecrets(body)).toBe(body);
  });

  it.each([
    ['?api_key=0123', '?api_key='],
    ['?a=1&access_token=<key>&b', '?a=1&access_token=&b'],
    ['?a=?&token=x=y', '?a=?&token='],
  ])('is refused in the URL: %s', (query, rest) => {
    expect(fits({ url: `https://t.example.com/${query}` })).toBe(
      'url: a URL is no place for a secret: send it in a header, as <key>',
    );
    expect(urlWithoutSecrets(`https://t.example.com/${query}`)).toBe(`https://t.example.com/${rest}`);
  });

  it.each(['', '?', '?tenant=1&for=phones', '?token', '?token='])('is not in the URL: %s', (query) => {
    expect(fits({ url: `https://t.example.com/${query}` })).toBeNull();
  });
});
