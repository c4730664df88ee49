import { Info, X } from 'lucide-react';
import { useStore } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { IconButton } from '../kit/IconButton';

/** A plain statement about the call that was just placed or ended; stays until it is read or the next call is placed. */
export function PhoneNotice() {
  const { phone } = useApp();
  const sentence = useStore(phone.notice);
  if (sentence === null) return null;
  return (
    <div className="failure-notice" role="alert" data-testid="phone-notice">
      <Info className="failure-icon" size={20} aria-hidden="true" />
      <p>{sentence}</p>
      <IconButton className="icon-button small" label="Dismiss" onPress={() => phone.notice.set(null)}>
        <X size={16} aria-hidden="true" />
      </IconButton>
    </div>
  );
}
