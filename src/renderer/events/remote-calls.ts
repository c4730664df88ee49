/**
 * The calls of a line's own system: a snapshot with events laid over it, merged by callUuid. Whatever order they come in, and however often, the same
 * calls result:
 * - a status never goes back (ringing -> answered -> completed); numbers and times are filled in by whoever knows them first;
 * - an event that names itself (eventId) counts once;
 * - a participant who left stays gone, unless a later time says that it joined again;
 * - pieces of a transcript stand by their index where they have one, and what is completed takes no more pieces.
 * Two things can't be told without help from the system: a piece that was sent twice, without index and eventId (the completed text corrects it), and a
 * participant who left and joined again, without times.
 */
import { REMOTE_STATUSES, type RemoteCallRow, type RemoteStatus } from '../../contracts/call/remote-call';
import type { TranscriptLine } from '../../contracts/call/transcript';
import type { RemoteEvent, TranscriptPiece } from './remote-event';

/** How many calls are kept: the oldest that are over go first. */
export const CALLS_KEPT = 1_000;
const LINES_KEPT = 100;
const PIECES_KEPT = 400;
const PARTICIPANTS_KEPT = 50;
const EVENT_IDS_KEPT = 200;

export interface ParticipantState {
  readonly id: string;
  readonly name: string;
  readonly present: boolean;
  /** When it was told of last, by the system's clock, or null. */
  readonly at: number | null;
}

interface KeptLine extends TranscriptLine {
  /** What it is made of, until it is completed. */
  readonly pieces: readonly Pick<TranscriptPiece, 'index' | 'text'>[];
}

export interface RemoteCall extends RemoteCallRow {
  readonly participants: readonly ParticipantState[];
  /** In the order in which the utterances began. */
  readonly transcript: readonly KeptLine[];
  /** Each status that was told of, also by an event that came late. */
  readonly told: readonly RemoteStatus[];
  readonly eventIds: readonly string[];
}

const rank = (status: RemoteStatus): number => REMOTE_STATUSES.indexOf(status);
const newestOf = <T>(list: readonly T[], limit: number): readonly T[] =>
  list.length > limit ? list.slice(-limit) : list;

/** True while it rings or runs. */
export function isUnderWay(call: Pick<RemoteCallRow, 'status'>): boolean {
  return call.status !== 'completed';
}

const unheard = (callUuid: string): RemoteCall => ({
  callUuid,
  status: 'ringing',
  fromNumber: '',
  toNumber: '',
  startedAt: null,
  endedAt: null,
  participants: [],
  transcript: [],
  told: [],
  eventIds: [],
});

/** Lays a row over a call (null: it is new). Answers with the same call where the row says nothing new. */
export function withRow(before: RemoteCall | null, row: RemoteCallRow): RemoteCall {
  const call = before ?? unheard(row.callUuid);
  const next: RemoteCall = {
    ...call,
    status: rank(row.status) > rank(call.status) ? row.status : call.status,
    fromNumber: call.fromNumber === '' ? row.fromNumber : call.fromNumber,
    toNumber: call.toNumber === '' ? row.toNumber : call.toNumber,
    startedAt: call.startedAt ?? row.startedAt,
    endedAt: call.endedAt ?? row.endedAt,
    told: call.told.includes(row.status) ? call.told : [...call.told, row.status],
  };
  const same = (['status', 'fromNumber', 'toNumber', 'startedAt', 'endedAt', 'told'] as const).every(
    (name) => next[name] === call[name],
  );
  return same && before !== null ? before : next;
}

function withParticipant(call: RemoteCall, event: Extract<RemoteEvent, { kind: 'participant' }>): RemoteCall {
  const { participant, joined, at } = event;
  const known = call.participants.find(({ id }) => id === participant.id);
  const next: ParticipantState = {
    id: participant.id,
    name: participant.name === '' ? (known?.name ?? '') : participant.name,
    present: joined,
    at,
  };
  if (known === undefined) return { ...call, participants: newestOf([...call.participants, next], PARTICIPANTS_KEPT) };
  const leaves = known.present && !joined;
  // Clocks of whole seconds tell of a coming and a going within one: whoever left is gone.
  const newer = at !== null && known.at !== null ? at > known.at || (at === known.at && leaves) : leaves;
  if (!newer) return call;
  return { ...call, participants: call.participants.map((each) => (each === known ? next : each)) };
}

const spoken = (pieces: KeptLine['pieces']): string =>
  pieces
    .map(({ text }) => text)
    .join('')
    .trim();

function withPiece(
  call: RemoteCall,
  completed: boolean,
  { itemId, speaker, text, index }: TranscriptPiece,
): RemoteCall {
  // The newest line of this name: without names of their own, a speaker's utterances follow each other.
  const position = call.transcript.findLastIndex((line) => line.itemId === itemId);
  const named = itemId !== speaker;
  const last = call.transcript[position];
  const open = last !== undefined && (named || !last.completed) ? last : null;
  const put = (line: KeptLine): RemoteCall => ({
    ...call,
    transcript:
      open === null
        ? newestOf([...call.transcript, line], LINES_KEPT)
        : call.transcript.map((each) => (each === open ? line : each)),
  });
  if (completed) {
    // The same completed text again, word for word, is a duplicate.
    if (last?.completed === true && last.text === text) return call;
    return put({
      itemId,
      speaker: speaker === '' ? (open?.speaker ?? '') : speaker,
      text: text === '' ? (open?.text ?? '') : text,
      completed: true,
      pieces: [],
    });
  }
  if (open?.completed === true) return call;
  const pieces = open?.pieces ?? [];
  if (text === '' || (index !== null && pieces.some((piece) => piece.index === index))) return call;
  const later = index === null ? -1 : pieces.findIndex((piece) => piece.index !== null && piece.index > index);
  const all = newestOf(
    later === -1 ? [...pieces, { index, text }] : pieces.toSpliced(later, 0, { index, text }),
    PIECES_KEPT,
  );
  return put({
    itemId,
    speaker: speaker === '' ? (open?.speaker ?? '') : speaker,
    text: spoken(all),
    completed: false,
    pieces: all,
  });
}

/** Lays an event over a call (null: it is new). Answers with the same call where it says nothing new; null: no call came of it. */
export function withEvent(before: RemoteCall | null, event: RemoteEvent): RemoteCall | null {
  const { eventId } = event;
  if (eventId !== null && before?.eventIds.includes(eventId) === true) return before;
  const laid = ((): RemoteCall | null => {
    const call = before ?? unheard(event.callUuid);
    switch (event.kind) {
      case 'call':
        return withRow(before, event.row);
      case 'participant':
        return withParticipant(call, event);
      case 'transcript':
        return withPiece(call, event.completed, event.piece);
      case 'audit':
        return before;
    }
  })();
  if (laid === null || eventId === null || (laid === before && event.kind !== 'audit')) return laid;
  return { ...laid, eventIds: newestOf([...laid.eventIds, eventId], EVENT_IDS_KEPT) };
}

/** The calls of one line. Laying one thing over them costs the same however many there are. */
export interface RemoteCalls {
  /** Answers with the call before and after; `changed` is false for a duplicate. */
  readonly lay: (event: RemoteEvent) => {
    readonly before: RemoteCall | null;
    readonly after: RemoteCall | null;
    readonly changed: boolean;
  };
  /**
   * Lays the rows of a snapshot. `isWhole`: it names every call that is under way; one that two of them in a row do not name is not shown as under
   * way any more, until an event speaks of it again.
   */
  readonly layRows: (rows: readonly RemoteCallRow[], isWhole: boolean) => void;
  /** Those under way, the ones that came last first. A new array at each call. */
  readonly underWay: () => readonly RemoteCall[];
  /** All that are kept, the ones that came last first. A new array at each call. */
  readonly newestFirst: () => readonly RemoteCall[];
  readonly clear: () => void;
}

/** Makes an empty book of calls. */
export function createRemoteCalls(limit: number = CALLS_KEPT): RemoteCalls {
  const calls = new Map<string, RemoteCall>();
  /** How many snapshots in a row did not name a call under way. */
  const unnamed = new Map<string, number>();

  const forgetOldest = (): void => {
    if (calls.size <= limit) return;
    // Those that are over first; where all of them run, the oldest.
    let oldest: string | null = null;
    for (const [uuid, call] of calls) {
      oldest ??= uuid;
      if (isUnderWay(call)) continue;
      oldest = uuid;
      break;
    }
    if (oldest === null) return;
    calls.delete(oldest);
    unnamed.delete(oldest);
  };
  const keep = (before: RemoteCall | null, after: RemoteCall | null): void => {
    if (after === null || after === before) return;
    calls.set(after.callUuid, after);
    forgetOldest();
  };
  const newestFirst = (): RemoteCall[] => [...calls.values()].reverse();

  return {
    lay: (event) => {
      const before = calls.get(event.callUuid) ?? null;
      const after = withEvent(before, event);
      keep(before, after);
      unnamed.delete(event.callUuid);
      // An audit event of a call that nobody knows changes nothing, and yet it was said.
      return {
        before,
        after,
        changed: after !== before || (event.kind === 'audit' && (event.eventId === null || before === null)),
      };
    },
    layRows: (rows, isWhole) => {
      for (const row of rows) {
        const before = calls.get(row.callUuid) ?? null;
        keep(before, withRow(before, row));
        unnamed.delete(row.callUuid);
      }
      if (!isWhole) return;
      const named = new Set(rows.map(({ callUuid }) => callUuid));
      for (const call of calls.values()) {
        if (isUnderWay(call) && !named.has(call.callUuid))
          unnamed.set(call.callUuid, (unnamed.get(call.callUuid) ?? 0) + 1);
      }
    },
    underWay: () => newestFirst().filter((call) => isUnderWay(call) && (unnamed.get(call.callUuid) ?? 0) < 2),
    newestFirst,
    clear: () => {
      calls.clear();
      unnamed.clear();
    },
  };
}
