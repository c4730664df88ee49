import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installFakeWebRtc } from '../../../test/support/phones/fake-peer-connection';
import { openVoiceFixture } from '../../../test/support/servers/voice-fixture';

let uninstall: () => void;
beforeEach(() => {
  uninstall = installFakeWebRtc({ address: '192.0.2.7' });
});
afterEach(() => uninstall());

describe('a call to an assistant', () => {
  it('hands tools on to main, once each, and their output back', async () => {
    const { talk, clock, channel, toolCalls } = openVoiceFixture();
    await talk();
    const asks = (call_id: string, name: string): void =>
      channel().receive({
        type: 'response.output_item.done',
        item: { type: 'function_call', call_id, name, arguments: '{}' },
      });
    asks('t1', 'end_call');
    asks('t1', 'end_call');
    asks('t2', 'format_disk');
    await clock.settle();
    expect(toolCalls).toEqual([
      { callId: 'main-1', toolCallId: 't1', name: 'end_call', arguments: '{}' },
      { callId: 'main-1', toolCallId: 't2', name: 'format_disk', arguments: '{}' },
    ]);
    expect(channel().sent.map((message) => JSON.parse(message) as unknown)).toEqual([
      {
        type: 'conversation.item.create',
        item: { type: 'function_call_output', call_id: 't1', output: '{"done":true}' },
      },
      {
        type: 'conversation.item.create',
        item: { type: 'function_call_output', call_id: 't2', output: '{"error":"No such tool."}' },
      },
      { type: 'response.create' },
    ]);
  });

  it('lets the assistant go on when the answer that asked for a tool is through, and once', async () => {
    const { talk, clock, channel } = openVoiceFixture();
    await talk();
    const sent = (): string[] => channel().sent.map((message) => (JSON.parse(message) as { type: string }).type);
    const asks = (call_id: string): void =>
      channel().receive({
        type: 'response.output_item.done',
        item: { type: 'function_call', status: 'completed', call_id, name: 'end_call', arguments: '{}' },
      });
    channel().receive({ type: 'response.created', response: {} });
    asks('t1');
    await clock.settle();
    asks('t2');
    await clock.settle();
    expect(sent()).toEqual(['conversation.item.create', 'conversation.item.create']);
    channel().receive({ type: 'response.done', response: { status: 'completed' } });
    channel().receive({ type: 'response.created', response: {} });
    channel().receive({ type: 'response.done', response: { status: 'completed' } });
    expect(sent()).toEqual(['conversation.item.create', 'conversation.item.create', 'response.create']);
    // The caller spoke: what the assistant says next is an answer to that.
    channel().receive({ type: 'response.created', response: {} });
    asks('t3');
    await clock.settle();
    channel().receive({ type: 'response.done', response: { status: 'cancelled' } });
    channel().receive({ type: 'response.created', response: {} });
    channel().receive({ type: 'response.done', response: { status: 'completed' } });
    expect(sent().filter((type) => type === 'response.create')).toHaveLength(1);
  });

  it.each([
    ['failed', { type: 'failed', error: { code: 'server_error' } }, 'assistant-failed'],
    ['incomplete', { type: 'incomplete', reason: 'max_output_tokens' }, 'assistant-cut'],
  ])('an answer that is %s shows on the card until the next one begins', async (status, status_details, problem) => {
    const { talk, channel, call, events } = openVoiceFixture();
    await talk();
    channel().receive({ type: 'response.created', response: {} });
    channel().receive({ type: 'response.done', response: { status, status_details } });
    expect(call().problem).toBe(problem);
    expect(events.at(-1)).toMatchObject({ title: 'Call problem', category: 'errors' });
    channel().receive({ type: 'response.created', response: {} });
    expect(call().problem).toBeNull();
  });

  it('says where words are missing in what was said', async () => {
    const { talk, channel, call, transcripts } = openVoiceFixture();
    await talk();
    const item = { item_id: 'i', content_index: 0 };
    channel().receive({ type: 'response.output_audio_transcript.done', ...item, transcript: 'Good morning.' });
    channel().receive({ type: 'conversation.item.truncated', ...item, audio_end_ms: 300 });
    channel().receive({ type: 'conversation.item.input_audio_transcription.failed', item_id: 'j', content_index: 0 });
    expect(transcripts.get('call-1')).toMatchObject([
      { speaker: 'Assistant', text: 'Good morning. (interrupted)' },
      { speaker: 'You', text: '(not written down)' },
    ]);
    expect(call().problem).toBe('assistant-unwritten');
  });

  it('tells what was said, as it is said, and forgets it with the call', async () => {
    const { agent, talk, channel, transcripts, events } = openVoiceFixture();
    await talk();
    channel().receive({
      type: 'response.output_audio_transcript.delta',
      item_id: 'i',
      content_index: 0,
      delta: 'Good ',
    });
    expect(transcripts.get('call-1')).toMatchObject([{ speaker: 'Assistant', text: 'Good ', completed: false }]);
    channel().receive({
      type: 'response.output_audio_transcript.done',
      item_id: 'i',
      content_index: 0,
      transcript: 'Good morning.',
    });
    channel().receive('no event');
    expect(transcripts.get('call-1')).toMatchObject([{ text: 'Good morning.', completed: true }]);
    expect(events.filter(({ kind }) => kind === 'call-said')).toEqual([
      { category: 'calls', kind: 'call-said', title: 'Assistant', detail: 'Good morning.' },
    ]);
    agent.act('call-1', { verb: 'end' });
    agent.act('call-1', { verb: 'dismiss' });
    expect(transcripts.get('call-1')).toEqual([]);
  });
});
