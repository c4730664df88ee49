/** What an assistant says on the data channel `oai-events` (the Realtime API's server events), as far as a phone cares. Free of zod: the window starts without it. */
import { plainText } from '../../contracts/base/plain-text';

export type VoiceEvent =
  | { readonly kind: 'session' }
  /** The assistant begins to answer, is through, or was cut short (the caller spoke). While it answers, no other answer may be asked for. */
  | { readonly kind: 'response'; readonly state: 'begun' | 'done' | 'cut-short' }
  /** A piece of an utterance, or the whole of it when `completed`. */
  | {
      readonly kind: 'said';
      readonly by: 'caller' | 'assistant';
      readonly itemId: string;
      readonly text: string;
      readonly completed: boolean;
    }
  /** The assistant wants a tool; `arguments` is JSON text, unread. */
  | { readonly kind: 'tool'; readonly toolCallId: string; readonly name: string; readonly arguments: string }
  | { readonly kind: 'error'; readonly sentence: string };

/** Longer messages are not read, characters. Audio travels elsewhere. */
const LARGEST_MESSAGE = 262_144;
const LONGEST_TEXT = 2_000;

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (from: Fields, name: string): string => {
  const value = from[name];
  return typeof value === 'string' ? value : '';
};

/** Spaces at the ends of a piece belong to the sentence. */
function piece(raw: string): string {
  const inner = plainText(raw, LONGEST_TEXT);
  return inner === '' ? (raw === '' ? '' : ' ') : `${/^\s/.test(raw) ? ' ' : ''}${inner}${/\s$/.test(raw) ? ' ' : ''}`;
}

function parsed(message: string): Fields | null {
  if (message.length > LARGEST_MESSAGE) return null;
  try {
    const value: unknown = JSON.parse(message);
    return isFields(value) ? value : null;
  } catch {
    return null;
  }
}

const said = (from: Fields, by: 'caller' | 'assistant', completed: boolean): VoiceEvent => ({
  kind: 'said',
  by,
  // An item may hold several parts that are spoken one after the other.
  itemId: `${plainText(textOf(from, 'item_id'))} ${typeof from['content_index'] === 'number' ? from['content_index'] : 0}`,
  text: completed ? plainText(textOf(from, 'transcript'), LONGEST_TEXT) : piece(textOf(from, 'delta')),
  completed,
});

function toolIn(item: unknown): VoiceEvent | null {
  if (!isFields(item) || item['type'] !== 'function_call') return null;
  // An answer that was cut short leaves its function call behind as `incomplete`, with half of its arguments: nobody wants it any more.
  if (item['status'] !== undefined && item['status'] !== 'completed') return null;
  const [toolCallId, name] = [textOf(item, 'call_id'), textOf(item, 'name')];
  return toolCallId === '' || name === ''
    ? null
    : { kind: 'tool', toolCallId, name, arguments: textOf(item, 'arguments') };
}

/** Reads one message; null: nothing that concerns a phone, or no event at all. */
export function readVoiceEvent(message: string): VoiceEvent | null {
  const from = parsed(message);
  if (from === null) return null;
  switch (from['type']) {
    case 'session.created':
      return { kind: 'session' };
    case 'response.created':
      return { kind: 'response', state: 'begun' };
    case 'response.done':
      return {
        kind: 'response',
        state: isFields(from['response']) && from['response']['status'] === 'cancelled' ? 'cut-short' : 'done',
      };
    case 'conversation.item.input_audio_transcription.delta':
      return said(from, 'caller', false);
    case 'conversation.item.input_audio_transcription.completed':
      return said(from, 'caller', true);
    // The names of today, and those before.
    case 'response.output_audio_transcript.delta':
    case 'response.audio_transcript.delta':
      return said(from, 'assistant', false);
    case 'response.output_audio_transcript.done':
    case 'response.audio_transcript.done':
      return said(from, 'assistant', true);
    // Every function call ends with this one; `response.function_call_arguments.done` says the same without always naming the function.
    case 'response.output_item.done':
      return toolIn(from['item']);
    case 'error': {
      const error = from['error'];
      return { kind: 'error', sentence: isFields(error) ? plainText(textOf(error, 'message'), 300) : '' };
    }
    default:
      return null;
  }
}

/** The client event that gives a tool's output back. */
export function toolOutputMessage(toolCallId: string, output: string): string {
  return JSON.stringify({
    type: 'conversation.item.create',
    item: { type: 'function_call_output', call_id: toolCallId, output },
  });
}

/** The client event that lets the assistant go on. It is refused while an answer is under way. */
export const GO_ON_MESSAGE = JSON.stringify({ type: 'response.create' });
