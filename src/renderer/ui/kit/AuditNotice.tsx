import { FileWarning } from 'lucide-react';
import { useStore } from '../../state/use-store';
import { useApp } from './app-context';

/** What is wrong with the audit log, for as long as it is. */
export function AuditNotice() {
  const sentence = useStore(useApp().profiles)?.auditNotice ?? null;
  if (sentence === null) return null;
  return (
    <div className="failure-notice" role="status" data-testid="audit-notice">
      <FileWarning className="failure-icon" size={20} aria-hidden="true" />
      <div className="failure-text">
        <p>{sentence}</p>
      </div>
    </div>
  );
}
