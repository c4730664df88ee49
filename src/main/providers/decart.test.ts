import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFakeDecart, type FakeDecart } from '../../../test/support/servers/fake-decart';
import { answerJson } from '../../../test/support/servers/hostile-http-server';
import { decartLine, lineOf, testKey } from '../../../test/support/servers/provider-fixture';
import type { Profile } from '../../contracts/profile/profile';
import { systemClock } from '../base/clock';
import { createDecart } from './decart';
import { createHttpClient } from './http';
import type { TokenProvider } from './token-provider';

const { key, text: keyText } = testKey();
let fake: FakeDecart;
let provider: TokenProvider;
beforeEach(async () => {
  fake = await openFakeDecart(keyText);
  provider = createDecart(createHttpClient({ clock: systemClock, random: Math.random }));
});
afterEach(() => fake.close());

type Decart = Extract<Profile['provider'], { kind: 'decart' }>;
const line = (parts: Partial<Decart> = {}): Profile => decartLine({ baseUrl: fake.url, ...parts });
/** As no form would write it. */
const hostileLine = (parts: Partial<Decart>): Profile => {
  const profile = line();
  if (profile.provider.kind !== 'decart') expect.unreachable();
  return { ...profile, provider: { ...profile.provider, ...parts } };
};
const mint = (profile: Profile, lifeS = 300) => provider.mint({ profile, purpose: 'voice', lifeS }, key);
const many = (count: number, text: string): string[] => Array.from({ length: count }, (_, index) => `${text}${index}`);

describe('Decart', () => {
  it('asks for nothing that the profile does not say', async () => {
    const minted = await mint(line());
    if (!minted.ok || minted.value.kind !== 'token') expect.unreachable();
    expect(fake.known(minted.value.token)).toEqual({ expiresIn: 300 });
    expect(Math.round((minted.value.expiresAt - minted.value.issuedAt) / 1000)).toBe(300);
    expect(fake.requests[0]?.headers['x-api-key']).toBe(keyText);
  });

  it('passes on every option', async () => {
    const minted = await mint(
      line({
        allowedModels: ['lucy'],
        allowedOrigins: ['app://ringfence', 'https://example.com'],
        maxSessionS: 120,
        metadata: { desk: '7' },
      }),
      60,
    );
    if (!minted.ok || minted.value.kind !== 'token') expect.unreachable();
    expect(fake.known(minted.value.token)).toEqual({
      expiresIn: 60,
      allowedModels: ['lucy'],
      allowedOrigins: ['app://ringfence', 'https://example.com'],
      constraints: { realtime: { maxSessionDuration: 120 } },
      metadata: { desk: '7' },
    });
  });

  it.each([1, 3600])('a life of %i s is within the limits', async (lifeS) => {
    expect((await mint(line(), lifeS)).ok).toBe(true);
  });

  it.each([
    ['a life of 0 s', {}, 0, /1 to 3600/],
    ['a life of 3601 s', {}, 3601, /1 to 3600/],
    ['half a second more', {}, 60.5, /Decart/],
    ['21 models', { allowedModels: many(21, 'model-') }, 300, /at most 20 models/],
    ['a model without a name', { allowedModels: [''] }, 300, /a model has a name/],
    ['21 origins', { allowedOrigins: many(21, 'https://host-') }, 300, /at most 20 origins/],
    ['an origin that is a path', { allowedOrigins: ['https://example.com/app'] }, 300, /an origin is written as/],
    ['an origin without a scheme', { allowedOrigins: ['example.com'] }, 300, /an origin is written as/],
    ['a stream of 9 s', { maxSessionS: 9 }, 300, /at least 10 seconds/],
  ])('%s is refused before anything is sent', async (_name, parts, lifeS, sentence) => {
    const refused = await mint(hostileLine(parts), lifeS);
    expect(refused).toMatchObject({
      ok: false,
      failure: { reason: 'profile-invalid', sentence: expect.stringMatching(sentence) as unknown },
    });
    expect(fake.requests).toEqual([]);
  });

  it('refuses an answer whose token is no client token, the long-lived key least of all', async () => {
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    for (const apiKey of ['dct_long-lived', '', keyText, `ek_${keyText}`]) {
      fake.misbehave(answerJson(200, { apiKey, expiresAt }));
      const refused = await mint(line());
      expect(refused).toMatchObject({ ok: false, failure: { reason: 'answer-invalid' } });
      expect(JSON.stringify(refused)).not.toContain(keyText);
    }
  });

  it('says that the key was refused without the words of the server, which repeat it', async () => {
    const other = testKey();
    const refused = await provider.mint({ profile: line(), purpose: 'voice', lifeS: 300 }, other.key);
    expect(refused).toMatchObject({ ok: false, failure: { reason: 'provider-refused', action: 'open-keys' } });
    expect(JSON.stringify(refused)).not.toContain(other.text);
  });

  it('makes nothing for other purposes or systems', async () => {
    for (const purpose of ['sip', 'events'] as const)
      expect(await provider.mint({ profile: line(), purpose, lifeS: 300 }, key)).toMatchObject({
        failure: { reason: 'profile-invalid' },
      });
    expect(await mint(lineOf({ kind: 'sautikit' }))).toMatchObject({ failure: { reason: 'profile-invalid' } });
  });
});
