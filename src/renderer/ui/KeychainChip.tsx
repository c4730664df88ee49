import { ShieldAlert, ShieldCheck } from 'lucide-react';

/** Is there a keychain? */
export function KeychainChip({ available }: { readonly available: boolean }) {
  return (
    <span className="keychain-chip" data-available={available}>
      {available ? <ShieldCheck size={14} aria-hidden="true" /> : <ShieldAlert size={14} aria-hidden="true" />}
      {available ? 'In the system keychain' : 'No keychain'}
    </span>
  );
}
