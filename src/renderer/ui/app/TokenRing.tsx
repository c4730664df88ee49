import { useCallback } from 'react';
import { useSelected, useStore } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { duration, spokenDuration } from '../kit/format';
import { useTicker, writeText } from '../kit/ticker';

const RADIUS = 7;
const ROUND = 2 * Math.PI * RADIUS;

/** The token's life as a ring that empties, with the time left. */
export function TokenRing() {
  const { admin, phone } = useApp();
  const locked = useStore(admin.seemsLocked);
  const isWrong = useSelected(
    phone,
    ({ registration }) => registration.phase === 'waiting' || 'unknownKey' in registration,
  );
  const grant = useSelected(phone, (snapshot) => snapshot.grant);
  const write = useCallback(
    (element: HTMLDivElement, now: number) => {
      if (grant === null) return;
      const left = Math.max(0, grant.expiresAt - now);
      const share = Math.min(1, left / Math.max(1, grant.expiresAt - grant.issuedAt));
      const label = left > 0 ? `Token: ${spokenDuration(left)} left` : 'Token: expired, a new one is on its way';
      if (element.getAttribute('aria-label') === label) return;
      element.setAttribute('aria-label', label);
      element.title = `${label}. It is renewed by itself. Fingerprint ${grant.fingerprint}.`;
      element.style.setProperty('--gone', String(ROUND * (1 - share)));
      const text = element.querySelector('.token-time');
      if (text !== null) writeText(text, duration(left));
    },
    [grant],
  );
  const ring = useTicker<HTMLDivElement>(write);
  // Nothing that an agent does depends on it, unless it is what is wrong.
  if (grant === null || (locked && !isWrong)) return null;
  return (
    <div ref={ring} className="token-ring" role="img" data-testid="token-ring">
      <svg width="20" height="20" viewBox="0 0 20 20" fill="none" aria-hidden="true">
        <circle cx="10" cy="10" r={RADIUS} className="token-track" />
        <circle cx="10" cy="10" r={RADIUS} className="token-left" strokeDasharray={ROUND} />
      </svg>
      <span className="token-time" aria-hidden="true" />
    </div>
  );
}
