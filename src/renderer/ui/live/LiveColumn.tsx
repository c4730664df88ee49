import { Activity, Copy, Pause, Play } from 'lucide-react';
import type { Key } from 'react-aria-components/Menu';
import { useMemo, useState } from 'react';
import { ToggleButton } from 'react-aria-components/ToggleButton';
import type { LiveCategory, LiveEvent } from '../../../contracts/call/event';
import { belongsTo } from '../../state/live-store';
import { useSelected, useStore } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { copyText } from '../kit/copy-text';
import { EventList } from './EventList';
import { FilterButtons } from '../kit/FilterButtons';
import { clock } from '../kit/format';
import { HealthPanel } from './HealthPanel';
import { NoticePlace } from '../kit/NoticePlace';
import { Tip } from '../kit/Tip';
import { saySentence } from '../kit/notices';
import { RemoteCallList } from './RemoteCallList';
import { IconButton } from '../kit/IconButton';

const FILTERS: readonly { readonly id: LiveCategory | 'all'; readonly label: string }[] = [
  { id: 'all', label: 'All' },
  { id: 'calls', label: 'Calls' },
  { id: 'line', label: 'Line' },
  { id: 'registration', label: 'Registration' },
  { id: 'tokens', label: 'Tokens' },
  { id: 'errors', label: 'Errors' },
];

const categoryOf = (filter: Key): LiveCategory | null =>
  filter === 'calls' || filter === 'line' || filter === 'registration' || filter === 'tokens' || filter === 'errors'
    ? filter
    : null;

/** Events as text, newest first, as they are copied. */
export function asText(events: readonly LiveEvent[]): string {
  return events
    .map(
      (event) => `${new Date(event.at).toISOString().slice(0, 10)} ${clock(event.at)}\t${event.title}\t${event.detail}`,
    )
    .join('\n');
}

/** What happens, one line an event, newest on top. */
export function LiveColumn() {
  const { admin, live, lineEvents } = useApp();
  const locked = useStore(admin.seemsLocked);
  const hasLine = useSelected(lineEvents, ({ phase }) => phase !== 'off');
  const version = useStore(live);
  const [chosen, setFilter] = useState<Key | null>(null);
  // Registrations and tokens are an admin's business; an agent finds them behind the other filters.
  const filter = chosen ?? (locked ? 'calls' : 'all');
  const [showsHealth, setShowsHealth] = useState(false);
  const [paused, setPaused] = useState<{ readonly total: number; readonly events: readonly LiveEvent[] } | null>(null);
  const filters = useMemo(
    () => FILTERS.filter(({ id }) => id !== 'line' || hasLine || filter === 'line'),
    [hasLine, filter],
  );
  const category = categoryOf(filter);
  // `version` stands for the log's content. One event that goes on makes it grow, and `total` not.
  const current = useMemo(() => (version === 0 ? [] : live.events(category)), [live, category, version]);
  const total = live.total();
  const events = paused === null ? current : paused.events.filter((event) => belongsTo(event, category));
  const missed = paused === null ? 0 : total - paused.total;

  function copy(): void {
    saySentence(
      copyText(asText(events))
        ? `Copied ${events.length} ${events.length === 1 ? 'event' : 'events'}.`
        : 'Nothing was copied: Ringfence could not write to the clipboard. Try again.',
    );
  }

  return (
    <section className="live" aria-label="Live">
      <div className="live-head">
        <h2 className="live-title">Live</h2>
        {missed > 0 && (
          <span className="tag" aria-live="off">
            {missed} new
          </span>
        )}
        <span className="live-actions">
          <Tip label="Health">
            <ToggleButton
              className="icon-button small"
              aria-label="Health"
              isSelected={showsHealth}
              onChange={setShowsHealth}
            >
              <Activity size={16} aria-hidden="true" />
            </ToggleButton>
          </Tip>
          <IconButton className="icon-button small" label="Copy" isDisabled={events.length === 0} onPress={copy}>
            <Copy size={16} aria-hidden="true" />
          </IconButton>
          <Tip label="Pause">
            <ToggleButton
              className="icon-button small"
              aria-label="Pause"
              isSelected={paused !== null}
              onChange={(on) => setPaused(on ? { total, events: live.events(null) } : null)}
            >
              {paused === null ? <Pause size={16} aria-hidden="true" /> : <Play size={16} aria-hidden="true" />}
            </ToggleButton>
          </Tip>
        </span>
      </div>
      {showsHealth && <HealthPanel />}
      {hasLine && <RemoteCallList />}
      <FilterButtons label="Show" options={filters} chosen={filter} onChoose={setFilter} />
      {events.length === 0 ? (
        <p className="live-empty">
          {category === null
            ? 'Calls, registrations and tokens appear here as they happen.'
            : 'Nothing of this kind yet.'}
        </p>
      ) : (
        <EventList key={String(filter)} events={events} onCopy={copy} />
      )}
      {total > live.capacity && (
        <p className="live-kept" data-testid="live-kept">
          The newest {live.capacity.toLocaleString('en')} of {total.toLocaleString('en')} events are kept.
        </p>
      )}
      <NoticePlace />
    </section>
  );
}
