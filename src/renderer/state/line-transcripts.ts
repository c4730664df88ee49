/** What the line's own system writes down of a call belongs to that call on the screen, for as long as it is there. */
import type { CallId } from '../../contracts/call/call';
import { remoteCallOf } from '../events/match-call';
import type { LineEventsStore } from './line-events-store';
import type { PhoneStore } from './phone-store';
import type { TranscriptStore } from './transcript-store';

/** Follows both stores from now on. Call once. */
export function followLineTranscripts({
  phone,
  lineEvents,
  transcripts,
}: {
  readonly phone: Pick<PhoneStore, 'get' | 'subscribe'>;
  readonly lineEvents: Pick<LineEventsStore, 'get' | 'subscribe'>;
  readonly transcripts: TranscriptStore;
}): void {
  const written = new Set<CallId>();
  const look = (): void => {
    const { calls } = phone.get();
    const { calls: remote } = lineEvents.get();
    for (const call of calls) {
      const lines = remote.length === 0 ? [] : (remoteCallOf(call, remote)?.transcript ?? []);
      if (lines.length === 0 || transcripts.get().get(call.id) === lines) continue;
      written.add(call.id);
      transcripts.put(call.id, lines);
    }
    for (const id of written) {
      if (calls.some((call) => call.id === id)) continue;
      written.delete(id);
      transcripts.put(id, []);
    }
  };
  phone.subscribe(look);
  lineEvents.subscribe(look);
}
