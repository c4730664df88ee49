import { useStore } from '../../state/use-store';
import { useApp } from '../kit/app-context';

const share = (part: number, whole: number): string =>
  whole === 0 ? 'none yet' : `${Math.round((part / whole) * 100)} % of ${whole}`;
const failed = (done: number, not: number): string => `${done}${not === 0 ? '' : `, ${not} failed`}`;

/** How the line does since Ringfence was started, in numbers. */
export function HealthPanel() {
  const { placed, answer, ended, connection, events, mints, revoked } = useStore(useApp().health);
  const rows: readonly (readonly [name: string, value: string])[] = [
    ['Calls placed that reached somebody', share(placed.rang, placed.rang + placed.notStarted)],
    [
      'Time to answer, on average',
      answer.count === 0 ? 'none yet' : `${(answer.totalMs / answer.count / 1000).toFixed(1)} s`,
    ],
    ['Answered calls that ended well', share(ended.completed, ended.completed + ended.broken)],
    ['Connection lost / back', `${connection.lost} / ${connection.back}`],
    ['Live events lost / back', `${events.lost} / ${events.back}`],
    ['Live events: refused, unreadable', `${events.refused}, ${events.unreadable}`],
    ['Tokens or SIP access for calls', failed(mints.sip, mints.sipFailed)],
    ['Tokens for live events', failed(mints.events, mints.eventsFailed)],
    ['Revoked early', failed(revoked.done, revoked.failed)],
  ];
  return (
    <dl className="health" aria-label="Health since the start" data-testid="health">
      {rows.map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
