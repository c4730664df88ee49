import { List, Phone, Settings } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'react-aria-components/Link';
import { missedIn } from '../../state/call-views';
import { useSelected, useStore } from '../../state/use-store';
import type { Screen } from '../../state/view-store';
import { useDueRotations } from '../keys/use-due-rotations';
import { useApp } from '../kit/app-context';

const PLACES: readonly { readonly screen: Screen; readonly label: string; readonly icon: ReactNode }[] = [
  { screen: 'phone', label: 'Phone', icon: <Phone size={20} aria-hidden="true" /> },
  { screen: 'live', label: 'Live', icon: <List size={20} aria-hidden="true" /> },
  { screen: 'settings', label: 'Settings', icon: <Settings size={20} aria-hidden="true" /> },
];

/** A larger number has no room on the badge. */
const MOST_SHOWN = 99;

/** Where to go: at the left, or at the bottom of a narrow window. Live is a place only where its column has no room. */
export function NavigationRail() {
  const { phone, view } = useApp();
  const { screen } = useStore(view);
  const missed = useSelected(phone, ({ calls }) => missedIn(calls));
  const { count, sentence } = useDueRotations();
  return (
    <nav className="rail" aria-label="Main">
      {PLACES.map((place) => (
        <Link
          key={place.screen}
          className="rail-link"
          data-screen={place.screen}
          {...(place.screen === 'phone' && missed > 0
            ? { 'aria-label': `${place.label}, ${missed} missed ${missed === 1 ? 'call' : 'calls'}` }
            : {})}
          {...(place.screen === screen ? { 'aria-current': 'page' } : {})}
          {...(place.screen === 'settings' && sentence !== null ? { 'aria-label': `${place.label}. ${sentence}` } : {})}
          onPress={() => view.change({ screen: place.screen })}
        >
          {place.icon}
          <span>{place.label}</span>
          {place.screen === 'phone' && missed > 0 && (
            <span
              className="rail-badge"
              data-testid="missed-badge"
              data-label={missed > MOST_SHOWN ? `${MOST_SHOWN}+` : missed}
            />
          )}
          {place.screen === 'settings' && count > 0 && <span className="rail-badge" data-label={count} />}
        </Link>
      ))}
    </nav>
  );
}
