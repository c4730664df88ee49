import { KeyRound, WifiOff } from 'lucide-react';
import { Button } from 'react-aria-components/Button';
import type { Registration } from '../../../contracts/call/call';
import { useSelected, useStore } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { FailureText } from '../kit/FailureText';
import { KeyUnknown } from '../kit/KeyUnknown';

/** A short interruption ends by itself; from this try on the agent is told. */
const TELL_FROM_ATTEMPT = 2;

const worthTelling = (registration: Registration): boolean =>
  registration.phase === 'waiting' &&
  (registration.problem !== 'gateway-unreachable' || registration.attempt >= TELL_FROM_ATTEMPT);

/** Why no call can be made or come in now, or soon, and what to do. Stands below the calls, so that none of them moves. */
export function RegistrationNotice() {
  const { phone, grantFailure } = useApp();
  const registration = useSelected(phone, (snapshot) => snapshot.registration);
  const refused = useStore(grantFailure);
  if ('unknownKey' in registration)
    return (
      <div className="failure-notice" data-tone="warn" role="status">
        <KeyRound className="failure-icon" size={20} aria-hidden="true" />
        <KeyUnknown unknownKey={registration.unknownKey} />
      </div>
    );
  if (registration.phase !== 'waiting' || !worthTelling(registration)) return null;
  return (
    <div className="failure-notice" role="status">
      <WifiOff className="failure-icon" size={20} aria-hidden="true" />
      {refused !== null ? (
        <FailureText failure={refused} />
      ) : (
        <div className="failure-text failure-line">
          <p>{registration.sentence}</p>
          <Button className="button compact" onPress={phone.reconnectNow}>
            Try now
          </Button>
        </div>
      )}
    </div>
  );
}
