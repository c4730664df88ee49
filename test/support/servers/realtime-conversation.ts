/** What the Realtime API answers by itself to a client's events, as its reference has it: the session's settings and the items of the conversation. */
import { randomUUID } from 'node:crypto';

/** An event of the data channel, as it was parsed. */
export type RealtimeEvent = Readonly<Record<string, unknown>> & { readonly type: string };

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export interface RealtimeConversation {
  /** An event of the client's. */
  readonly hear: (event: RealtimeEvent) => void;
  /** True between `response.created` and `response.done`. */
  readonly isAnswering: () => boolean;
  readonly setAnswering: (on: boolean) => void;
}

/** `say` sends an event. `answersWith` gives the words of the next answer; null: the test says itself what is answered. */
export function createRealtimeConversation(
  session: Fields,
  say: (event: RealtimeEvent) => void,
  answersWith: () => string | null,
): RealtimeConversation {
  let settings = session;
  let answering = false;
  let lastItem: string | null = null;
  const items = new Map<string, Fields>();

  const refuse = (event: RealtimeEvent, code: string, message: string): void =>
    say({
      type: 'error',
      error: { type: 'invalid_request_error', code, message, param: null, event_id: event['event_id'] ?? null },
    });
  const add = (item: Fields): void => {
    const where = { previous_item_id: lastItem };
    lastItem = String(item['id']);
    items.set(lastItem, item);
    say({ type: 'conversation.item.added', ...where, item });
    say({ type: 'conversation.item.done', ...where, item });
  };
  /** One whole answer in sound: its events in the order of the reference. */
  const answer = (words: string): void => {
    const response = { id: `resp_${randomUUID()}`, object: 'realtime.response', output_modalities: ['audio'] };
    const item = { id: `item_${randomUUID()}`, object: 'realtime.item', type: 'message', role: 'assistant' };
    const where = { response_id: response.id, item_id: item.id, output_index: 0, content_index: 0 };
    const spoken = { ...item, status: 'completed', content: [{ type: 'output_audio', transcript: words }] };
    const begun = { ...item, status: 'in_progress', content: [] };
    answering = true;
    say({ type: 'response.created', response: { ...response, status: 'in_progress', output: [] } });
    say({ type: 'response.output_item.added', response_id: response.id, output_index: 0, item: begun });
    say({ type: 'conversation.item.added', previous_item_id: lastItem, item: begun });
    say({ type: 'response.content_part.added', ...where, part: { type: 'audio', transcript: '' } });
    for (const delta of words.split(/(?= )/)) say({ type: 'response.output_audio_transcript.delta', ...where, delta });
    say({ type: 'response.output_audio.done', ...where });
    say({ type: 'response.output_audio_transcript.done', ...where, transcript: words });
    say({ type: 'response.content_part.done', ...where, part: { type: 'audio', transcript: words } });
    say({ type: 'response.output_item.done', response_id: response.id, output_index: 0, item: spoken });
    say({ type: 'conversation.item.done', previous_item_id: lastItem, item: spoken });
    lastItem = item.id;
    items.set(item.id, spoken);
    answering = false;
    const usage = { total_tokens: 2, input_tokens: 1, output_tokens: 1 };
    say({ type: 'response.done', response: { ...response, status: 'completed', output: [spoken], usage } });
  };

  return {
    isAnswering: () => answering,
    setAnswering: (on) => {
      answering = on;
    },
    hear: (event) => {
      switch (event.type) {
        case 'session.update': {
          settings = { ...settings, ...(isFields(event['session']) ? event['session'] : {}) };
          say({ type: 'session.updated', session: settings });
          return;
        }
        case 'conversation.item.create': {
          if (!isFields(event['item']))
            refuse(event, 'missing_required_parameter', "Missing required parameter: 'item'.");
          else add({ id: `item_${randomUUID()}`, object: 'realtime.item', status: 'completed', ...event['item'] });
          return;
        }
        case 'conversation.item.truncate':
        case 'conversation.item.delete':
        case 'conversation.item.retrieve': {
          const id = String(event['item_id']);
          const item = items.get(id);
          if (item === undefined) refuse(event, 'item_not_found', 'There is no such item.');
          else if (event.type === 'conversation.item.retrieve') say({ type: 'conversation.item.retrieved', item });
          else if (event.type === 'conversation.item.delete') {
            items.delete(id);
            say({ type: 'conversation.item.deleted', item_id: id });
          } else
            say({
              type: 'conversation.item.truncated',
              item_id: id,
              content_index: event['content_index'] ?? 0,
              audio_end_ms: event['audio_end_ms'] ?? 0,
            });
          return;
        }
        case 'response.create': {
          if (answering) {
            refuse(
              event,
              'conversation_already_has_active_response',
              'Conversation already has an active response. Wait until the response is finished before creating a new one.',
            );
            return;
          }
          const words = answersWith();
          if (words !== null) answer(words);
          return;
        }
        case 'response.cancel':
          if (!answering) refuse(event, 'response_cancel_not_active', 'Cancellation failed: no active response found.');
          else {
            answering = false;
            say({ type: 'response.done', response: { id: `resp_${randomUUID()}`, status: 'cancelled', output: [] } });
          }
          return;
        case 'input_audio_buffer.clear':
          say({ type: 'input_audio_buffer.cleared' });
          return;
        case 'output_audio_buffer.clear':
          say({ type: 'output_audio_buffer.cleared', response_id: `resp_${randomUUID()}` });
          return;
      }
    },
  };
}
