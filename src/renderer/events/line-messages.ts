/** What the line's own system tells, in words for the live column. Texts came from the network as one visible line each (remote-event.ts). */
import type { ChannelNote } from './event-channel';
import type { NewEvent } from './event-log';
import type { RemoteCall } from './remote-calls';
import type { RemoteEvent } from './remote-event';

const DOT = '\u00b7';
const ARROW = '\u2192';

const between = ({
  fromNumber,
  toNumber,
  callUuid,
}: Pick<RemoteCall, 'fromNumber' | 'toNumber' | 'callUuid'>): string =>
  fromNumber === '' && toNumber === ''
    ? callUuid
    : `${fromNumber === '' ? '?' : fromNumber} ${ARROW} ${toNumber === '' ? '?' : toNumber}`;

const STATUS_MESSAGES = {
  ringing: ['line-ringing', 'Line: ringing'],
  answered: ['line-answered', 'Line: answered'],
  completed: ['line-ended', 'Line: ended'],
} as const;

/** What an event that changed something tells; `call` is the call after it. Null: pieces of speech, which the card shows as they come. */
export function lineEvent(event: RemoteEvent, call: RemoteCall | null): NewEvent | null {
  const who = call === null ? event.callUuid : between(call);
  switch (event.kind) {
    case 'call': {
      const [kind, title] = STATUS_MESSAGES[event.row.status];
      return { category: 'line', kind, title, detail: who };
    }
    case 'participant': {
      const { id, name } = event.participant;
      const known = call?.participants.find((each) => each.id === id)?.name ?? '';
      return {
        category: 'line',
        kind: 'line-participant',
        title: event.joined ? 'Line: joined' : 'Line: left',
        detail: `${[name, known].find((each) => each !== '') ?? id} ${DOT} ${who}`,
      };
    }
    case 'transcript':
      return event.completed && event.piece.text !== ''
        ? {
            category: 'line',
            kind: 'line-transcript',
            title: event.piece.speaker === '' ? 'Line: said' : `Line: ${event.piece.speaker}`,
            detail: event.piece.text,
          }
        : null;
    case 'audit':
      return {
        category: 'line',
        kind: 'line-audit',
        title: 'Line: assistant',
        detail: event.summary === '' ? who : `${event.summary} ${DOT} ${who}`,
      };
  }
}

const LOST = {
  closed: 'closed by the system or the network',
  'heartbeat-missed': 'the system stopped answering',
  'channel-error': 'the system ended the subscription',
  asked: 'the network changed',
} as const;

/** What became of the channel itself; null: no news for the agent. */
export function channelEvent(note: ChannelNote): NewEvent | null {
  switch (note.kind) {
    case 'joined':
      return {
        category: 'line',
        kind: 'line-joined',
        title: note.again ? 'Live events are back' : 'Live events',
        detail: `token ${note.fingerprint}`,
      };
    case 'lost':
      return { category: 'line', kind: 'line-lost', title: 'Live events lost', detail: LOST[note.why] };
    case 'unreachable':
    case 'join-refused':
    case 'mint-failed':
    case 'malformed':
      return null;
  }
}
