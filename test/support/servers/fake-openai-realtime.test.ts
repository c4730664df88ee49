/** The vendor's own client proves the fake: what it asks for and what it understands is what the fake serves. */
import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startFakeOpenaiRealtime, type FakeOpenaiRealtime } from './fake-openai-realtime';

let fake: FakeOpenaiRealtime;
beforeEach(async () => {
  fake = await startFakeOpenaiRealtime();
});
afterEach(() => fake.close());

const clientWith = (apiKey: string): OpenAI => new OpenAI({ apiKey, baseURL: `${fake.baseUrl}/v1`, maxRetries: 0 });

describe("the fake of the Realtime API, asked by the vendor's client", () => {
  it('makes client secrets of the documented shape', async () => {
    const made = await clientWith(fake.key).realtime.clientSecrets.create({
      expires_after: { anchor: 'created_at', seconds: 30 },
      session: { type: 'realtime', model: 'gpt-realtime', audio: { output: { voice: 'alloy' } } },
    });
    expect(made.value).toMatch(/^ek_/);
    expect(made.expires_at * 1000 - Date.now()).toBeGreaterThan(20_000);
    expect(made.session).toMatchObject({
      type: 'realtime',
      model: 'gpt-realtime',
      audio: { output: { voice: 'alloy' } },
    });
    expect(fake.secrets).toEqual([made.value]);
  });

  it('refuses a wrong key and a life that is none', async () => {
    await expect(clientWith('sk-wrong').realtime.clientSecrets.create({})).rejects.toMatchObject({
      status: 401,
      code: 'invalid_api_key',
    });
    await expect(
      clientWith(fake.key).realtime.clientSecrets.create({ expires_after: { seconds: 5 } }),
    ).rejects.toMatchObject({ status: 400 });
  });

  it('ends no call that is not there, and none for a secret', async () => {
    await expect(clientWith(fake.key).realtime.calls.hangup('rtc_none')).rejects.toMatchObject({ status: 404 });
    const { value } = await clientWith(fake.key).realtime.clientSecrets.create({});
    await expect(clientWith(value).realtime.calls.hangup('rtc_none')).rejects.toMatchObject({ status: 401 });
  });
});
