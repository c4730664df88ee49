/** The vendors' own clients ask the same fakes what ours ask: the fakes speak as the vendors do. */
import { createDecartClient } from '@decartai/sdk';
import OpenAI from 'openai';
import { Socket } from 'phoenix';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { systemClock } from '../../src/main/base/clock';
import type { KeyHandle } from '../../src/main/keys/keys';
import { createDecart } from '../../src/main/providers/decart';
import { createHttpClient } from '../../src/main/providers/http';
import { createOpenaiRealtime } from '../../src/main/providers/openai-realtime';
import { createSippet } from '../../src/main/providers/sippet';
import { Secret } from '../../src/main/secrets/secret';
import { openFakeDecart } from '../support/servers/fake-decart';
import { startFakeSippet } from '../support/servers/fake-sippet';
import { answerJson, openHttpServer, type HttpServerUnderTest } from '../support/servers/hostile-http-server';
import { decartLine, lineOf, testKey } from '../support/servers/provider-fixture';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});
const opened = async <T extends HttpServerUnderTest>(server: Promise<T>): Promise<T> => {
  const one = await server;
  cleanUp.push(one.close);
  return one;
};
const newHttp = () => createHttpClient({ clock: systemClock, random: Math.random });

describe("Decart's own client", () => {
  it('gets its client tokens from the same fake, with the same options', async () => {
    const { text } = testKey();
    const fake = await opened(openFakeDecart(text));
    const { tokens } = createDecartClient({ apiKey: text, baseUrl: fake.url });
    const made = await tokens.create({
      expiresIn: 120,
      allowedModels: ['lucy'],
      allowedOrigins: ['app://ringfence'],
      constraints: { realtime: { maxSessionDuration: 60 } },
      metadata: { desk: '7' },
    });
    expect(made).toMatchObject({
      permissions: { models: ['lucy'], origins: ['app://ringfence'] },
      constraints: { realtime: { maxSessionDuration: 60 } },
    });
    expect(fake.known(made.apiKey)).toMatchObject({ expiresIn: 120, metadata: { desk: '7' } });
    await expect(tokens.create({ expiresIn: 3601 })).rejects.toThrow(/422/);
    await expect(createDecartClient({ apiKey: testKey().text, baseUrl: fake.url }).tokens.create()).rejects.toThrow(
      /401/,
    );
  });

  it('asks what ours asks, byte for byte', async () => {
    const { key, text } = testKey();
    const fake = await opened(openFakeDecart(text));
    const profile = decartLine({
      baseUrl: fake.url,
      allowedModels: ['lucy'],
      allowedOrigins: ['app://ringfence'],
      maxSessionS: 60,
      metadata: { desk: '7' },
    });
    expect((await createDecart(newHttp()).mint({ profile, purpose: 'voice', lifeS: 120 }, key)).ok).toBe(true);
    await createDecartClient({ apiKey: text, baseUrl: fake.url }).tokens.create({
      expiresIn: 120,
      allowedModels: ['lucy'],
      allowedOrigins: ['app://ringfence'],
      constraints: { realtime: { maxSessionDuration: 60 } },
      metadata: { desk: '7' },
    });
    const [ours, theirs] = fake.requests.map(({ method, path, headers, body }) => ({
      method,
      path,
      body,
      type: headers['content-type'],
      key: headers['x-api-key'],
    }));
    expect(ours).toEqual(theirs);
  });

  it('works with the token that we made, which makes no further ones', async () => {
    const { key, text } = testKey();
    const fake = await opened(openFakeDecart(text));
    const minted = await createDecart(newHttp()).mint(
      { profile: decartLine({ baseUrl: fake.url }), purpose: 'voice', lifeS: 60 },
      key,
    );
    if (!minted.ok || minted.value.kind !== 'token') expect.unreachable();
    const client = createDecartClient({ apiKey: minted.value.token, baseUrl: fake.url });
    expect(await client.queue.status('job_1')).toMatchObject({ job_id: 'job_1' });
    await expect(client.tokens.create()).rejects.toThrow(/403/);
    await expect(
      createDecartClient({ apiKey: 'ek_made-up', baseUrl: fake.url }).queue.status('job_1'),
    ).rejects.toThrow();
  });
});

describe("OpenAI's own client", () => {
  it('asks what ours asks for the same session, byte for byte, and reads the same secret out of the answer', async () => {
    const { key, text } = testKey();
    const answer = {
      value: 'ek_short-lived',
      expires_at: Math.floor(Date.now() / 1000) + 120,
      session: { type: 'realtime', model: 'gpt-realtime' },
    };
    const server = await opened(openHttpServer(answerJson(200, answer)));
    const profile = lineOf(
      { kind: 'openai-realtime', baseUrl: server.url, instructions: 'Be brief.' },
      { identity: '', gatewayUrl: '', policy: { purposes: ['voice'] } },
    );
    const minted = await createOpenaiRealtime(newHttp()).mint({ profile, purpose: 'voice', lifeS: 120 }, key);
    // Its types are the vendor's description of a session: what they do not know does not compile.
    const made = await new OpenAI({
      apiKey: text,
      baseURL: `${server.url}/v1`,
      maxRetries: 0,
    }).realtime.clientSecrets.create({
      expires_after: { anchor: 'created_at', seconds: 120 },
      session: {
        type: 'realtime',
        model: 'gpt-realtime',
        instructions: 'Be brief.',
        audio: { input: { transcription: { model: 'gpt-4o-mini-transcribe' } }, output: { voice: 'alloy' } },
        tools: [],
        tool_choice: 'none',
      },
    });
    expect(minted).toMatchObject({ ok: true, value: { kind: 'token', token: made.value } });
    const [ours, theirs] = server.requests.map(({ method, path, headers, body }) => ({
      method,
      path,
      body,
      type: headers['content-type'],
      key: headers['authorization'],
    }));
    expect(ours).toEqual(theirs);
  });
});

describe("Phoenix's own client", () => {
  it("joins Sippet's events with the token that we made, at the URL and with the names that came with it, and once only", async () => {
    const sippet = await startFakeSippet();
    cleanUp.push(sippet.close);
    const secret = Secret.fromText(sippet.secretKey);
    if (!secret.ok) expect.unreachable();
    const key: KeyHandle = { fingerprint: secret.value.fingerprint, open: () => Promise.resolve(secret) };
    const profile = lineOf(
      { kind: 'sippet', baseUrl: sippet.url },
      { presentation: { kind: 'digest' }, policy: { purposes: ['events'] } },
    );
    const minted = await createSippet(newHttp()).mint({ profile, purpose: 'events', lifeS: 300 }, key);
    if (!minted.ok || minted.value.kind !== 'events') expect.unreachable();
    const { url, parameter, token, topic } = minted.value;
    const join = (): Socket => {
      // It adds the transport's name to the address by itself.
      const socket = new Socket(url.replace(/\/websocket$/, ''), {
        transport: WebSocket,
        params: { [parameter]: token },
        reconnectAfterMs: () => 600_000,
      });
      cleanUp.push(() => socket.disconnect());
      socket.connect();
      socket.channel(topic).join();
      return socket;
    };
    join();
    await expect.poll(sippet.events.joined).toBe(1);
    join();
    await expect.poll(sippet.events.refused).toBe(1);
    expect(sippet.events.joined()).toBe(1);
  });
});
