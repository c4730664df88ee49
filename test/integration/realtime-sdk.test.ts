/** The vendor's SDK for voice agents talks with the fake of the Realtime API, over WebRTC: it waits in vain for nothing. */
import { OpenAIRealtimeWebRTC, RealtimeAgent, RealtimeSession, tool } from '@openai/agents-realtime';
import OpenAI from 'openai';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { SdkPeerConnection } from '../support/phones/sdk-peer-connection';
import { startFakeOpenaiRealtime, type FakeOpenaiRealtime } from '../support/servers/fake-openai-realtime';

let fake: FakeOpenaiRealtime;
const warned: string[] = [];
beforeEach(async () => {
  fake = await startFakeOpenaiRealtime();
  vi.stubGlobal('RTCPeerConnection', SdkPeerConnection);
  warned.length = 0;
  vi.spyOn(console, 'warn').mockImplementation((...words: unknown[]) => void warned.push(words.map(String).join(' ')));
});
afterEach(async () => {
  for (const connection of SdkPeerConnection.all.splice(0)) connection.close();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  await fake.close();
});

it('connects, is told of its settings, talks, uses a tool, and hangs up', async () => {
  const { value: apiKey } = await new OpenAI({
    apiKey: fake.key,
    baseURL: `${fake.baseUrl}/v1`,
    maxRetries: 0,
  }).realtime.clientSecrets.create({ session: { type: 'realtime', model: 'gpt-realtime' } });
  const asked: string[] = [];
  const weather = tool({
    name: 'weather',
    description: 'Tells the weather of a place.',
    parameters: z.object({ place: z.string() }),
    execute: ({ place }) => {
      asked.push(place);
      return `It rains in ${place}.`;
    },
  });
  const transport = new OpenAIRealtimeWebRTC({
    baseUrl: `${fake.baseUrl}/v1/realtime/calls`,
    mediaStream: { getAudioTracks: () => [{ enabled: true, stop: () => undefined }] } as unknown as MediaStream,
    audioElement: {} as unknown as HTMLAudioElement,
  });
  const session = new RealtimeSession(
    new RealtimeAgent({ name: 'Desk', instructions: 'Be brief.', tools: [weather] }),
    { transport, model: 'gpt-realtime', tracingDisabled: true },
  );
  const errors: unknown[] = [];
  session.on('error', (error) => errors.push(error));
  await session.connect({ apiKey });
  const [call] = fake.calls;
  if (call === undefined) expect.unreachable();
  const { peer } = call;
  expect(transport.callId).toBe(call.id);
  expect(peer.received[0]).toMatchObject({ type: 'session.update', session: { instructions: 'Be brief.' } });

  peer.answers.push('Good morning.', 'Take an umbrella.');
  session.sendMessage('Hello');
  const said = () =>
    session.history.flatMap((item) =>
      item.type === 'message'
        ? item.content.map(
            (part) => `${item.role}: ${'text' in part ? part.text : 'transcript' in part ? part.transcript : ''}`,
          )
        : [],
    );
  await expect.poll(said).toEqual(['user: Hello', 'assistant: Good morning.']);

  const toolCall = peer.callTool('weather', '{"place":"Nakuru"}');
  await expect.poll(() => peer.toolOutput(toolCall)).toBe('It rains in Nakuru.');
  expect(asked).toEqual(['Nakuru']);
  await expect.poll(said).toEqual(['user: Hello', 'assistant: Good morning.', 'assistant: Take an umbrella.']);

  session.close();
  await expect.poll(() => peer.isGone).toBe(true);
  expect(warned.filter((text) => /timed out/i.test(text))).toEqual([]);
  expect(errors).toEqual([]);
});
