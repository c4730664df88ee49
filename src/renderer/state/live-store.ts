/** The live column's events: the engine's and main's, in one log. */
import type { AuditEntry } from '../../contracts/audit';
import type { LiveCategory, LiveEvent } from '../../contracts/event';
import type { RingfenceApi } from '../../contracts/ipc';
import type { Purpose } from '../../contracts/profile';
import type { EventLog, NewEvent } from '../events/event-log';
import { createListeners, type Store } from './store';

/** The store's value is the number of events there ever were. */
export interface LiveStore extends Store<number> {
  readonly append: (event: NewEvent) => void;
  /** Newest first. */
  readonly events: (category: LiveCategory | null) => readonly LiveEvent[];
  /** Takes refusals and key changes from main's audit log from now on. Call once. */
  readonly start: (api: RingfenceApi) => void;
}

/** How long new events wait for company before the column renders, in milliseconds. */
export const GATHER_MS = 50;

const KEY_CHANGES = { added: 'added', replaced: 'replaced', removed: 'removed', promoted: 'promoted to active', finished: 'removed at the gateway', copied: 'copied for the gateway' } as const;

/** Refusals for these are of tokens; main's log names other things too (keys, profiles, calls over IPC). */
const GRANT_PURPOSES: ReadonlySet<string> = new Set<Purpose>(['sip', 'events', 'voice']);

/** What the live column says about an audit entry, or null: mints are told by the engine already, profiles show for themselves. */
export function eventFromAudit(entry: AuditEntry): NewEvent | null {
  switch (entry.what) {
    case 'refusal':
      if (!GRANT_PURPOSES.has(entry.purpose)) return { category: 'errors', kind: 'problem', title: 'Request refused', detail: `${entry.channel ?? entry.purpose} · ${entry.reason.replaceAll('-', ' ')}` };
      return { category: 'errors', kind: 'token-refused', title: 'Token refused', detail: `${entry.profileId} · ${entry.reason.replaceAll('-', ' ')}` };
    case 'key': {
      const which = entry.fingerprint === null ? '' : ` · ${entry.fingerprint}`;
      return { category: 'tokens', kind: 'key-changed', title: `Key ${KEY_CHANGES[entry.change]}`, detail: `${entry.profileId} · ${entry.change === 'finished' ? 'old' : entry.slot} key${which}` };
    }
    case 'mint':
    case 'profile':
      return null;
  }
}

/** Makes the store over `log`; `later` runs a function after some milliseconds. */
export function createLiveStore(log: EventLog, later: (run: () => void, ms: number) => unknown = (run, ms) => setTimeout(run, ms)): LiveStore {
  const listeners = createListeners();
  let shown = log.total();
  let gathering = false;

  function append(event: NewEvent): void {
    log.append(event);
    if (gathering) return;
    gathering = true;
    // A burst renders once, not once for each event.
    later(() => {
      gathering = false;
      shown = log.total();
      listeners.tell();
    }, GATHER_MS);
  }

  return {
    get: () => shown,
    subscribe: listeners.add,
    append,
    events: log.newestFirst,
    start: (api) => {
      api.subscribe('audit.appended', (entry) => {
        const event = eventFromAudit(entry);
        if (event !== null) append(event);
      });
    },
  };
}
