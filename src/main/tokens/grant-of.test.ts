import { describe, expect, it } from 'vitest';
import { minted, setUpLine } from '../../../test/support/app/broker-fixture';
import { mintingProvider } from '../../../test/support/servers/token-providers';
import { grant as grantSchema } from '../../contracts/profile/grant';
import { ok } from '../../contracts/base/result';
import { fingerprintOf } from '../secrets/secret';

describe('what the answer of a provider says', () => {
  const sautikit = { provider: { kind: 'sautikit' } };
  const answering = (more: object) =>
    mintingProvider(() => Promise.resolve(ok({ kind: 'token' as const, token: 'T', ...minted, ...more })));

  it('is where the grant leads, and its ICE servers come beside those of the profile', async () => {
    const revocable = { urls: ['turn:turn.sautikit.com'], username: 'u', credential: 'c' };
    const { broker } = setUpLine(
      { ...sautikit, iceServers: [{ urls: ['stun:stun.example.com'] }] },
      answering({
        url: 'wss://rtc.sautikit.com/ws',
        ice: { servers: [revocable], leftOut: { unreadable: 1, withoutCredential: 0, tooMany: 0 } },
      }),
    );
    const result = await broker.grant('work', 'sip', 'asked');
    if (!result.ok) expect.unreachable();
    expect(grantSchema.parse(result.value)).toMatchObject({
      url: 'wss://rtc.sautikit.com/ws',
      iceServers: [{ urls: ['stun:stun.example.com'] }, revocable],
      iceLeftOut: { unreadable: 1, withoutCredential: 0, tooMany: 0 },
    });
  });

  it.each([
    ['ws://rtc.sautikit.com/', /not reached over wss/],
    ['https://rtc.sautikit.com/', /not reached over wss/],
    ['wss://user:pass@rtc.sautikit.com/', /not reached over wss/],
    ['wss://evil.example/', /gateway at evil\.example, which this profile does not allow/],
    ['wss://sautikit.com.evil.example/', /does not allow/],
    ['wss://notsautikit.com/', /does not allow/],
    ['ws://127.0.0.1:4000/', /does not allow/],
    ['nonsense', /not reached over wss/],
  ])('is refused as a gateway: %s', async (url, sentence) => {
    const { broker, audited, minted: given } = setUpLine(sautikit, answering({ url }));
    expect(await broker.grant('work', 'sip', 'asked')).toMatchObject({
      failure: { reason: 'answer-invalid', sentence: expect.stringMatching(sentence) as unknown },
    });
    expect(audited).toEqual([{ what: 'refusal', profileId: 'work', purpose: 'sip', reason: 'answer-invalid' }]);
    expect(given).toEqual([]);
  });

  it.each<[string, string, boolean]>([
    ['api.example.com', 'rtc.example.com', true],
    ['api.example.com', 'example.com', true],
    ['example.com', 'rtc.example.com', true],
    ['api.eu.example.com', 'rtc.us.example.com', true],
    ['api.example.com.', 'rtc.example.com', true],
    ['api.example.com', 'rtc.example.com.', true],
    ['api.example.co.uk', 'rtc.example.co.uk', true],
    ['api.example.co.uk', 'rtc.other.co.uk', false],
    ['api.co.uk', 'evil.co.uk', false],
    ['api.example.com.au', 'evil.com.au', false],
    ['api.example.gov.pl', 'evil.gov.pl', false],
    ['api.example.kawasaki.jp', 'evil.kawasaki.jp', false],
    ['ours.herokuapp.com', 'evil.herokuapp.com', false],
    ['ours.github.io', 'evil.github.io', false],
    ['api.ours.s3.amazonaws.com', 'evil.s3.amazonaws.com', false],
    ['ours.azurewebsites.net', 'evil.azurewebsites.net', false],
    ['api.example.xn--p1ai', 'rtc.example.xn--p1ai', true],
    ['api.example.xn--p1ai', 'rtc.evil.xn--p1ai', false],
    ['api.pbx.internal', 'rtc.pbx.internal', true],
    ['192.0.2.10', '192.0.2.11', false],
    ['[2001:db8::1]', '[2001:db8::2]', false],
  ])('of a provider at %s is used at %s: %s', async (providerHost, host, allowed) => {
    const provider = { kind: 'sautikit', baseUrl: `https://${providerHost}` };
    const { broker } = setUpLine({ provider, gatewayUrl: '' }, answering({ url: `wss://${host}/ws` }));
    expect((await broker.grant('work', 'sip', 'asked')).ok).toBe(allowed);
  });

  it.each([
    ['the host of the gateway', { gatewayUrl: 'wss://sip.example.net/ws' }, 'wss://sip.example.net:8443/other'],
    ['the domain of the identity', {}, 'wss://pbx.example.com/ws'],
    [
      'this computer, for a provider on this computer',
      { provider: { kind: 'sautikit', baseUrl: 'http://localhost:4000' } },
      'ws://127.0.0.1:4001/',
    ],
  ])('may name %s', async (_what, more, url) => {
    const { broker } = setUpLine({ ...sautikit, ...more }, answering({ url }));
    expect(await broker.grant('work', 'sip', 'asked')).toMatchObject({ value: { url } });
  });

  it('must name a gateway where the profile does not', async () => {
    const { broker } = setUpLine(sautikit, answering({}));
    expect(await broker.grant('work', 'sip', 'asked')).toMatchObject({ failure: { reason: 'answer-invalid' } });
  });
});

it("a gateway at Decart's host is none, whoever names it", async () => {
  const provider = mintingProvider(() =>
    Promise.resolve(ok({ kind: 'token' as const, token: 'T', ...minted, url: 'wss://api3.decart.ai/v1/stream' })),
  );
  const { broker } = setUpLine({ provider: { kind: 'sautikit', baseUrl: 'https://api.decart.ai' } }, provider);
  expect(await broker.grant('work', 'sip', 'asked')).toMatchObject({
    failure: { reason: 'answer-invalid', sentence: expect.stringMatching(/no SIP gateway/) as unknown },
  });
});

describe('a grant for events', () => {
  const events = { provider: { kind: 'sippet' }, identity: '', policy: { purposes: ['events'] } };
  it('fits its schema', async () => {
    const made = mintingProvider(() =>
      Promise.resolve(
        ok({
          kind: 'events' as const,
          token: 'E',
          url: 'wss://api.sippet.ai/socket/websocket',
          parameter: 'session_token',
          topic: 'events',
          ...minted,
        }),
      ),
    );
    const { broker, minted: given } = setUpLine(events, made);
    const result = await broker.grant('work', 'events', 'asked');
    if (!result.ok) expect.unreachable();
    expect(grantSchema.parse(result.value)).toEqual({
      purpose: 'events',
      profileId: 'work',
      ...minted,
      fingerprint: fingerprintOf('E'),
      url: 'wss://api.sippet.ai/socket/websocket',
      parameter: 'session_token',
      token: 'E',
      topic: 'events',
    });
    expect(given).toMatchObject([{ token: 'E' }]);
  });
  it('is not made of what is none', async () => {
    const { broker } = setUpLine(
      events,
      mintingProvider(() => Promise.resolve(ok({ kind: 'token' as const, token: 'T', ...minted }))),
    );
    expect(await broker.grant('work', 'events', 'asked')).toMatchObject({ failure: { reason: 'profile-invalid' } });
  });
});
