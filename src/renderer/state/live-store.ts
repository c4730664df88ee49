/** The live column's events: the engine's and main's, in one log. */
import type { AuditEntry } from '../../contracts/audit/audit';
import type { LiveCategory, LiveEvent } from '../../contracts/call/event';
import type { RingfenceApi } from '../../contracts/ipc/ipc';
import { plainText } from '../../contracts/base/plain-text';
import type { Purpose } from '../../contracts/policy/policy';
import { EVENT_LOG_CAPACITY, type EventLog, type NewEvent } from '../events/event-log';
// The live column filters a list that stands still in the same way.
export { belongsTo } from '../events/event-log';
import { createCoalescer } from './coalesce';
import { createListeners, type Store } from '../base/store';

/** The store's value grows with each event, and with each that takes the place of another. */
export interface LiveStore extends Store<number> {
  readonly append: (event: NewEvent) => void;
  /** How many events there ever were in this run; one that takes the place of another is none. */
  readonly total: () => number;
  /** How many of them are kept at most. */
  readonly capacity: number;
  /** Newest first. */
  readonly events: (category: LiveCategory | null) => readonly LiveEvent[];
  /** Takes refusals and key changes from main's audit log from now on. Call once. */
  readonly start: (api: RingfenceApi) => void;
}

const KEY_CHANGES = {
  added: 'added',
  replaced: 'replaced',
  removed: 'removed',
  promoted: 'promoted to active',
  finished: 'removed at the gateway',
  copied: 'copied for the gateway',
  accepted: 'accepted by the gateway',
  back: 'active again',
} as const;

/** Refusals for these are of tokens; main's log names other things too (keys, profiles, calls over IPC). */
const GRANT_PURPOSES: ReadonlySet<string> = new Set<Purpose>(['sip', 'events', 'voice']);

const times = (count: number | undefined): string => (count === undefined ? '' : ` · ${count} times`);

/** What the live column says about an audit entry, or null: mints are told by the engine already, profiles show for themselves. */
export function eventFromAudit(entry: AuditEntry): NewEvent | null {
  switch (entry.what) {
    case 'refusal':
      // Asked for again and again: line-events-store.ts tells it once, in words.
      if (entry.purpose === 'list-calls') return null;
      if (!GRANT_PURPOSES.has(entry.purpose))
        return {
          category: 'errors',
          kind: 'problem',
          title: 'Request refused',
          detail: `${entry.channel ?? entry.purpose} · ${entry.reason.replaceAll('-', ' ')}${times(entry.count)}`,
        };
      return {
        category: 'errors',
        kind: 'token-refused',
        title: 'Token refused',
        detail: `${entry.profileId} · ${entry.reason.replaceAll('-', ' ')}${times(entry.count)}`,
      };
    case 'key': {
      const which = entry.fingerprint === null ? '' : ` · ${entry.fingerprint}`;
      return {
        category: 'tokens',
        kind: 'key-changed',
        title: `Key ${KEY_CHANGES[entry.change]}`,
        detail: `${entry.profileId} · ${entry.change === 'finished' ? 'old' : entry.slot} key${which}`,
      };
    }
    case 'admin':
      return entry.change === 'wrong'
        ? { category: 'errors', kind: 'problem', title: 'Wrong admin passphrase', detail: '' }
        : null;
    case 'log':
      return entry.change === 'lost' || entry.change === 'export-lost'
        ? { category: 'errors', kind: 'problem', title: 'Audit lines lost', detail: String(entry.count ?? '') }
        : null;
    case 'tool':
      return {
        category: 'calls',
        kind: 'call-tool',
        title: entry.outcome === 'done' ? 'Tool used' : `Tool ${entry.outcome}`,
        detail: plainText(entry.tool),
      };
    case 'voice-call':
      if (entry.step !== 'failed') return null;
      return {
        category: 'errors',
        kind: 'problem',
        title: 'Call problem',
        detail: `${entry.profileId} · the assistant's system did not confirm the end of a call`,
      };
    case 'mint':
      // The engine tells of the tokens that it is given; this one never comes to a window.
      if (entry.purpose !== 'voice') return null;
      return {
        category: 'tokens',
        kind: 'token-minted',
        title: 'Token minted',
        detail: `lives ${Math.round(entry.lifeS)} s · ${entry.fingerprint} · stays in main`,
      };
    case 'remote-call':
    case 'phone':
    case 'revoke':
    case 'profile':
    case 'file':
      return null;
  }
}

/** Makes the store over `log`; `later` runs a function after some milliseconds. */
export function createLiveStore(
  log: EventLog,
  later: (run: () => void, ms: number) => unknown = (run, ms) => setTimeout(run, ms),
): LiveStore {
  const listeners = createListeners();
  let shown = log.version();
  const tellSoon = createCoalescer(later, () => {
    shown = log.version();
    listeners.tell();
  });

  function append(event: NewEvent): void {
    log.append(event);
    tellSoon();
  }

  return {
    get: () => shown,
    subscribe: listeners.add,
    append,
    total: log.total,
    capacity: EVENT_LOG_CAPACITY,
    events: log.newestFirst,
    start: (api) => {
      api.subscribe('audit.appended', (entry) => {
        const event = eventFromAudit(entry);
        if (event !== null) append(event);
      });
    },
  };
}
