/** How the line does in this run: counters for whoever has to say whether it is healthy. Pure. */
import type { AuditEntry } from '../../contracts/audit/audit';
import type { Call } from '../../contracts/call/call';
import type { ChannelNote } from '../events/event-channel';
import { changedPhases } from './call-views';

export interface Health {
  /** Calls placed here. `rang`: they reached somebody, or a machine that answered at once. `notStarted`: they ended before, and not by the agent. */
  readonly placed: { readonly rang: number; readonly notStarted: number };
  /** From the click to the answer, of calls placed here, ms. */
  readonly answer: { readonly count: number; readonly totalMs: number };
  /** Calls that were answered: how they ended. */
  readonly ended: { readonly completed: number; readonly broken: number };
  /** The phone's own connection to its gateway. */
  readonly connection: { readonly lost: number; readonly back: number };
  /** The channel of live events. */
  readonly events: {
    readonly lost: number;
    readonly back: number;
    readonly refused: number;
    readonly unreadable: number;
  };
  /** Tokens, or SIP credentials, by purpose. */
  readonly mints: {
    readonly sip: number;
    readonly sipFailed: number;
    readonly events: number;
    readonly eventsFailed: number;
  };
  /** Ended before their time. */
  readonly revoked: { readonly done: number; readonly failed: number };
}

/** Nothing has happened yet. */
export const NO_HEALTH: Health = {
  placed: { rang: 0, notStarted: 0 },
  answer: { count: 0, totalMs: 0 },
  ended: { completed: 0, broken: 0 },
  connection: { lost: 0, back: 0 },
  events: { lost: 0, back: 0, refused: 0, unreadable: 0 },
  mints: { sip: 0, sipFailed: 0, events: 0, eventsFailed: 0 },
  revoked: { done: 0, failed: 0 },
};

/** Ends that say nothing against the line: somebody chose them. */
const CHOSEN: ReadonlySet<string> = new Set([
  'hung-up',
  'hung-up-by-peer',
  'cancelled',
  'declined-by-peer',
  'busy',
  'no-answer',
]);
const bump = <T extends Readonly<Record<string, number>>>(group: T, name: keyof T): T => ({
  ...group,
  [name]: (group[name] ?? 0) + 1,
});

/** What a change of the calls adds. */
export function afterCalls(health: Health, before: readonly Call[], after: readonly Call[]): Health {
  return changedPhases(before, after).reduce((sum, { call, from }) => {
    const outgoing = call.direction === 'outgoing';
    let next = sum;
    const wasQuiet = from === null || from === 'dialing';
    if (
      outgoing &&
      wasQuiet &&
      call.phase !== 'dialing' &&
      (call.phase !== 'ended' ||
        call.answeredAt !== null ||
        ['busy', 'no-answer', 'declined-by-peer'].includes(call.cause))
    ) {
      next = { ...next, placed: bump(next.placed, 'rang') };
    } else if (outgoing && wasQuiet && call.phase === 'ended' && !CHOSEN.has(call.cause))
      next = { ...next, placed: bump(next.placed, 'notStarted') };
    const wasAnswered = from === 'active' || from === 'held' || from === 'recovering';
    const answeredAt = 'answeredAt' in call ? call.answeredAt : null;
    if (outgoing && !wasAnswered && answeredAt !== null)
      next = {
        ...next,
        answer: {
          count: next.answer.count + 1,
          totalMs: next.answer.totalMs + Math.max(0, answeredAt - call.startedAt),
        },
      };
    if (call.phase === 'ended' && call.answeredAt !== null)
      next = { ...next, ended: bump(next.ended, CHOSEN.has(call.cause) ? 'completed' : 'broken') };
    return next;
  }, health);
}

/** What a note of the event channel adds. */
export function afterNote(health: Health, note: ChannelNote): Health {
  switch (note.kind) {
    case 'joined':
      return note.again ? { ...health, events: bump(health.events, 'back') } : health;
    case 'lost':
      return { ...health, events: bump(health.events, 'lost') };
    case 'unreachable':
    case 'join-refused':
      return { ...health, events: bump(health.events, 'refused') };
    case 'malformed':
      return { ...health, events: bump(health.events, 'unreadable') };
    case 'mint-failed':
      // Main's audit log counts it.
      return health;
  }
}

/** What an entry of main's audit log adds. */
export function afterAudit(health: Health, entry: AuditEntry): Health {
  if (entry.what === 'mint' && entry.purpose !== 'voice')
    return { ...health, mints: bump(health.mints, entry.purpose) };
  if (entry.what === 'refusal' && (entry.purpose === 'sip' || entry.purpose === 'events'))
    return { ...health, mints: bump(health.mints, `${entry.purpose}Failed`) };
  if (entry.what === 'revoke')
    return { ...health, revoked: bump(health.revoked, entry.outcome === 'ended' ? 'done' : 'failed') };
  return health;
}

/** What the phone tells of its connection adds: `connection-lost` and `registered` of the live column. */
export function afterConnection(health: Health, kind: string): Health {
  if (kind === 'connection-lost') return { ...health, connection: bump(health.connection, 'lost') };
  // The registration after a loss is the way back; any other one is a start.
  if (kind === 'registered' && health.connection.back < health.connection.lost)
    return { ...health, connection: bump(health.connection, 'back') };
  return health;
}
