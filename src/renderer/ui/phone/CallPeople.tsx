import type { Call } from '../../../contracts/call/call';
import { remoteCallOnCard } from '../../state/call-views';
import { useSelected } from '../../state/use-store';
import { useApp } from '../kit/app-context';

/** Who else takes part, as the line's own system tells; nothing while it says nothing. */
export function CallPeople({ call }: { readonly call: Call }) {
  // The same list until somebody comes or goes, however much else the line tells.
  const participants = useSelected(
    useApp().lineEvents,
    ({ calls }) => remoteCallOnCard(call, calls)?.participants ?? null,
  );
  const people = participants?.filter(({ present }) => present) ?? [];
  if (people.length === 0) return null;
  return (
    <p className="call-people" data-testid="call-people">
      In the call: {people.map(({ id, name }) => (name === '' ? id : name)).join(', ')}
    </p>
  );
}
