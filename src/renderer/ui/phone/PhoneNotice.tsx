import { Info, X } from 'lucide-react';
import { Button } from 'react-aria-components/Button';
import { useStore } from '../../state/use-store';
import { useApp } from '../kit/app-context';

/** A plain statement about the call that was just placed or ended; stays until it is read or the next call is placed. */
export function PhoneNotice() {
  const { phone } = useApp();
  const sentence = useStore(phone.notice);
  if (sentence === null) return null;
  return (
    <div className="failure-notice" role="alert" data-testid="phone-notice">
      <Info className="failure-icon" size={20} aria-hidden="true" />
      <p>{sentence}</p>
      <Button className="icon-button small" aria-label="Dismiss" onPress={() => phone.notice.set(null)}>
        <X size={16} aria-hidden="true" />
      </Button>
    </div>
  );
}
