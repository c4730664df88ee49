/** The events of a line's channel (names as Sippet documents them), read with the tolerance of contracts/remote-call.ts. */
import { plainText } from '../../contracts/base/plain-text';
import {
  fieldOf,
  isFields,
  readRow,
  textOf,
  timeOf,
  type Fields,
  type RemoteCallRow,
  type RemoteStatus,
} from '../../contracts/call/remote-call';

export interface RemoteParticipant {
  /** Its own id, or its name or number where it has none. */
  readonly id: string;
  readonly name: string;
}

/** A piece of speech as text. */
export interface TranscriptPiece {
  /** The utterance it belongs to; the speaker where utterances have no name. */
  readonly itemId: string;
  readonly speaker: string;
  readonly text: string;
  /** Its place among the pieces of its utterance; null: as they came. */
  readonly index: number | null;
}

interface AboutCall {
  readonly callUuid: string;
  /** The event's own name, where it has one: one that came before is a duplicate. */
  readonly eventId: string | null;
  /** When it happened by the system's clock, ms since the epoch, or null. */
  readonly at: number | null;
}

export type RemoteEvent = AboutCall &
  (
    | { readonly kind: 'call'; readonly row: RemoteCallRow }
    | { readonly kind: 'participant'; readonly joined: boolean; readonly participant: RemoteParticipant }
    | { readonly kind: 'transcript'; readonly completed: boolean; readonly piece: TranscriptPiece }
    | { readonly kind: 'audit'; readonly summary: string }
  );

const LONGEST_PIECE = 2_000;
const STATUS_OF: ReadonlyMap<string, RemoteStatus> = new Map([
  ['incoming_call', 'ringing'],
  ['call_answered', 'answered'],
  ['call_ended', 'completed'],
]);

function participantOf(from: Fields): RemoteParticipant {
  const nested = fieldOf(from, 'participant');
  if (typeof nested === 'string') return { id: plainText(nested), name: plainText(nested) };
  const source = isFields(nested) ? nested : from;
  const name = textOf(source, 'name', 'displayName', 'identity', 'number', 'phoneNumber');
  const id = textOf(source, 'participantId', 'participantUuid', ...(source === from ? [] : ['id', 'uuid']));
  return { id: id === '' ? name : id, name };
}

function pieceOf(from: Fields, completed: boolean): TranscriptPiece {
  const said = completed ? fieldOf(from, 'transcript', 'text') : fieldOf(from, 'delta', 'text');
  const raw = typeof said === 'string' ? said : '';
  const inner = plainText(raw, LONGEST_PIECE);
  // Spaces at the ends of a piece belong to the sentence.
  const text = completed || inner === '' ? inner : `${/^\s/.test(raw) ? ' ' : ''}${inner}${/\s$/.test(raw) ? ' ' : ''}`;
  const index = fieldOf(from, 'index', 'sequence');
  const speaker = textOf(from, 'speaker', 'role', 'participantName');
  const itemId = textOf(from, 'itemId', 'segmentId', 'utteranceId');
  return {
    itemId: itemId === '' ? speaker : itemId,
    speaker,
    text,
    index: typeof index === 'number' && Number.isInteger(index) ? index : null,
  };
}

/** An event of the channel; null: nothing that is known, or no call in it. */
export function readEvent(event: string, payload: unknown): RemoteEvent | null {
  if (!isFields(payload)) return null;
  const nested = fieldOf(payload, 'call');
  // Some systems wrap the row.
  const from: Fields = isFields(nested) ? { ...nested, ...payload } : payload;
  const callUuid = textOf(from, 'callUuid');
  if (callUuid === '') return null;
  const eventId = textOf(from, 'eventId');
  const about: AboutCall = {
    callUuid,
    eventId: eventId === '' ? null : eventId,
    at: timeOf(fieldOf(from, 'at', 'timestamp', 'occurredAt')),
  };
  const status = STATUS_OF.get(event);
  if (status !== undefined) {
    const row = readRow(from, status);
    return row === null ? null : { ...about, kind: 'call', row };
  }
  switch (event) {
    case 'call_participant_joined':
    case 'call_participant_left': {
      const participant = participantOf(from);
      return participant.id === ''
        ? null
        : { ...about, kind: 'participant', joined: event === 'call_participant_joined', participant };
    }
    case 'call_transcript_delta':
    case 'call_transcript_completed': {
      const completed = event === 'call_transcript_completed';
      return { ...about, kind: 'transcript', completed, piece: pieceOf(from, completed) };
    }
    case 'call_ai_audit_event':
      return { ...about, kind: 'audit', summary: textOf(from, 'summary', 'message', 'action', 'type', 'name') };
    default:
      return null;
  }
}
