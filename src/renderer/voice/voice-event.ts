/** What an assistant says on the data channel `oai-events` (the Realtime API's server events), as far as a phone cares. Free of zod: the window starts without it. */
import type { AssistantProblem } from '../../contracts/call/call';
import { plainText } from '../../contracts/base/plain-text';

export type VoiceEvent =
  | { readonly kind: 'session' }
  /** The assistant begins to answer, is through, or was cut short (the caller spoke). While it answers, no other answer may be asked for. */
  | {
      readonly kind: 'response';
      readonly state: 'begun' | 'done' | 'cut-short';
      /** It is through without being whole; absent: nothing is missing, or the caller wanted no more of it. */
      readonly problem?: AssistantProblem;
    }
  /** A piece of an utterance, or the whole of it when `completed`. */
  | {
      readonly kind: 'said';
      readonly by: 'caller' | 'assistant';
      readonly itemId: string;
      readonly text: string;
      readonly completed: boolean;
    }
  /** The caller's words could not be written down. */
  | { readonly kind: 'unwritten'; readonly itemId: string }
  /** The caller spoke before the assistant's words were played to their end. */
  | { readonly kind: 'truncated'; readonly itemId: string }
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

/** An item may hold several parts that are spoken one after the other. */
const itemIn = (from: Fields): string =>
  `${plainText(textOf(from, 'item_id'))} ${typeof from['content_index'] === 'number' ? from['content_index'] : 0}`;

const said = (from: Fields, by: 'caller' | 'assistant', completed: boolean): VoiceEvent => ({
  kind: 'said',
  by,
  itemId: itemIn(from),
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

/** How an answer ended: of the system's codes, those that tell a person what to do. Its own words are not shown. */
function responseEnd(response: unknown): VoiceEvent {
  if (!isFields(response)) return { kind: 'response', state: 'done' };
  const details = isFields(response['status_details']) ? response['status_details'] : {};
  switch (response['status']) {
    case 'cancelled':
      return { kind: 'response', state: 'cut-short' };
    case 'failed': {
      const code = isFields(details['error']) ? textOf(details['error'], 'code') : '';
      const problem = /quota|billing/.test(code)
        ? 'assistant-unpaid'
        : /rate_limit/.test(code)
          ? 'assistant-busy'
          : 'assistant-failed';
      return { kind: 'response', state: 'done', problem };
    }
    case 'incomplete':
      return {
        kind: 'response',
        state: 'done',
        problem: details['reason'] === 'content_filter' ? 'assistant-filtered' : 'assistant-cut',
      };
    default:
      return { kind: 'response', state: 'done' };
  }
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
      return responseEnd(from['response']);
    case 'conversation.item.input_audio_transcription.failed':
      return { kind: 'unwritten', itemId: itemIn(from) };
    case 'conversation.item.truncated':
      return { kind: 'truncated', itemId: itemIn(from) };
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
