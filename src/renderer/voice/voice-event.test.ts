import { describe, expect, it } from 'vitest';
import { GO_ON_MESSAGE, readVoiceEvent, toolOutputMessage } from './voice-event';

const read = (event: unknown) => readVoiceEvent(JSON.stringify(event));

describe('events of an assistant', () => {
  it.each(['response.output_audio_transcript', 'response.audio_transcript'])('its words, as %s', (name) => {
    const where = { response_id: 'r', item_id: 'item_1', output_index: 0, content_index: 2 };
    expect(read({ type: `${name}.delta`, ...where, delta: ' there' })).toEqual({
      kind: 'said',
      by: 'assistant',
      itemId: 'item_1 2',
      text: ' there',
      completed: false,
    });
    expect(read({ type: `${name}.done`, ...where, transcript: 'Hello there.' })).toEqual({
      kind: 'said',
      by: 'assistant',
      itemId: 'item_1 2',
      text: 'Hello there.',
      completed: true,
    });
  });

  it("the caller's words", () => {
    expect(read({ type: 'conversation.item.input_audio_transcription.delta', item_id: 'i', delta: 'He' })).toEqual({
      kind: 'said',
      by: 'caller',
      itemId: 'i 0',
      text: 'He',
      completed: false,
    });
    expect(
      read({
        type: 'conversation.item.input_audio_transcription.completed',
        item_id: 'i',
        content_index: 0,
        transcript: 'Hello?',
      }),
    ).toEqual({ kind: 'said', by: 'caller', itemId: 'i 0', text: 'Hello?', completed: true });
  });

  it('what is spoken becomes one visible line of limited length', () => {
    expect(
      read({ type: 'response.output_audio_transcript.done', item_id: 'i', transcript: 'a\u202eb\nc\u0007' }),
    ).toMatchObject({ text: 'a b c' });
    const long = read({ type: 'response.output_audio_transcript.done', item_id: 'i', transcript: 'x'.repeat(100_000) });
    expect(long?.kind === 'said' ? long.text.length : 0).toBe(2_000);
  });

  it('a tool, once, with its arguments unread', () => {
    const item = { type: 'function_call', call_id: 'call_1', name: 'end_call', arguments: '{"a":' };
    expect(read({ type: 'response.output_item.done', item })).toEqual({
      kind: 'tool',
      toolCallId: 'call_1',
      name: 'end_call',
      arguments: '{"a":',
    });
    expect(
      read({ type: 'response.function_call_arguments.done', call_id: 'call_1', name: 'end_call', arguments: '{}' }),
    ).toBeNull();
    for (const broken of [null, 'x', [], { type: 'message' }, { ...item, call_id: 7 }, { ...item, name: '' }])
      expect(read({ type: 'response.output_item.done', item: broken })).toBeNull();
  });

  it('a tool of an answer that was cut short is none: the caller spoke, and its arguments may be half', () => {
    const item = { type: 'function_call', call_id: 'call_1', name: 'end_call', arguments: '' };
    expect(read({ type: 'response.output_item.done', item: { ...item, status: 'completed' } })).toMatchObject({
      kind: 'tool',
    });
    for (const status of ['incomplete', 'in_progress', 7])
      expect(read({ type: 'response.output_item.done', item: { ...item, status } })).toBeNull();
  });

  it('an answer begins, and is through or cut short', () => {
    expect(read({ type: 'response.created', response: { status: 'in_progress' } })).toEqual({
      kind: 'response',
      state: 'begun',
    });
    for (const response of [{ status: 'completed' }, {}, null])
      expect(read({ type: 'response.done', response })).toEqual({ kind: 'response', state: 'done' });
    expect(
      read({ type: 'response.done', response: { status: 'cancelled', status_details: { reason: 'turn_detected' } } }),
    ).toEqual({ kind: 'response', state: 'cut-short' });
  });

  it.each([
    ['failed', null, 'assistant-failed'],
    ['failed', { type: 'failed', error: { type: 'server_error', code: 'server_error' } }, 'assistant-failed'],
    ['failed', { type: 'failed', error: { code: 'rate_limit_exceeded' } }, 'assistant-busy'],
    ['failed', { type: 'failed', error: { code: 'insufficient_quota' } }, 'assistant-unpaid'],
    ['failed', { type: 'failed', error: 'no' }, 'assistant-failed'],
    ['incomplete', { type: 'incomplete', reason: 'max_output_tokens' }, 'assistant-cut'],
    ['incomplete', { type: 'incomplete', reason: 'content_filter' }, 'assistant-filtered'],
    ['incomplete', undefined, 'assistant-cut'],
  ])('an answer that is %s (%j) is told as %s', (status, status_details, problem) => {
    expect(read({ type: 'response.done', response: { status, status_details } })).toEqual({
      kind: 'response',
      state: 'done',
      problem,
    });
  });

  it('words that were not written down, and words that were not played', () => {
    const where = { item_id: 'i', content_index: 1 };
    const error = { type: 'transcription_error', code: 'audio_unintelligible', message: 'x' };
    expect(read({ type: 'conversation.item.input_audio_transcription.failed', ...where, error })).toEqual({
      kind: 'unwritten',
      itemId: 'i 1',
    });
    expect(read({ type: 'conversation.item.truncated', ...where, audio_end_ms: 1500 })).toEqual({
      kind: 'truncated',
      itemId: 'i 1',
    });
  });

  it('anything else is nothing', () => {
    for (const message of [
      '',
      'null',
      '[]',
      '7',
      '{',
      '{"type":7}',
      '{"type":"__proto__"}',
      '{"type":"response.output_item.added"}',
      JSON.stringify({ type: 'error', pad: 'x'.repeat(300_000) }),
    ])
      expect(readVoiceEvent(message), message.slice(0, 40)).toBeNull();
    expect(read({ type: 'error', error: { message: 'No\nmore.' } })).toEqual({ kind: 'error', sentence: 'No more.' });
    expect(read({ type: 'session.created', session: {} })).toEqual({ kind: 'session' });
  });

  it("a tool's output goes back under the same id, and the assistant goes on", () => {
    expect(
      [toolOutputMessage('call_1', '{"done":true}'), GO_ON_MESSAGE].map((message) => JSON.parse(message) as unknown),
    ).toEqual([
      {
        type: 'conversation.item.create',
        item: { type: 'function_call_output', call_id: 'call_1', output: '{"done":true}' },
      },
      { type: 'response.create' },
    ]);
  });
});
