/** What the repair room tells, with what it says again and again as one event. */
import type { Clock } from '../../base/clock';
import { repairInWords } from '../port/wire-messages';
import type { EngineEvent } from '../port/user-agent';
import { ALLOWED_METHODS } from '../wire/repair/answer';
import type { RepairEvent } from '../wire/repair/repair-event';

export interface RepairNewsPorts {
  readonly clock: Clock;
  readonly tell: (event: EngineEvent) => void;
}

/** The same that follows within this time is told together, ms. */
const TOGETHER_MS = 60_000;
/** So many different ones are remembered. */
const MOST = 32;

/** Of RFC 3261 and those of its extensions that a gateway may send. */
const METHODS: ReadonlySet<string> = new Set([
  ...ALLOWED_METHODS,
  'REGISTER',
  'MESSAGE',
  'SUBSCRIBE',
  'PUBLISH',
  'PRACK',
]);

interface Told {
  readonly began: number;
  last: number;
  count: number;
}

/** Answers with what is to be called for each event of the room. */
export function createRepairNews({ clock, tell }: RepairNewsPorts): (event: RepairEvent) => void {
  /** By what they say, the one that was said last at the end. */
  const told = new Map<string, Told>();
  return (event) => {
    const now = clock.now();
    // Whoever sends messages of ever other names or statuses says the same with each.
    const [, statusClass = '', name = ''] = /^(?:([1-6])\d\d to )?([A-Z]+)$/.exec(event.what) ?? [];
    const what = METHODS.has(name) ? `${statusClass} ${name}` : '';
    const said = JSON.stringify([event.kind, what, event.status, event.why]);
    const before = told.get(said);
    told.delete(said);
    const again =
      before !== undefined && now - before.last <= TOGETHER_MS ? before : { began: now, count: 0, last: now };
    again.count += 1;
    again.last = now;
    told.set(said, again);
    const [oldest] = told.keys();
    if (told.size > MOST && oldest !== undefined) told.delete(oldest);
    tell({ ...repairInWords(event, again.count), merge: `${said} ${again.began}` });
  };
}
