import { ShieldAlert, ShieldCheck } from 'lucide-react';
import type { ProfilesSnapshot } from '../../../contracts/profile/profile';
import { keychainWords } from './key-messages';

/** Where the keys are, as far as the keychain lets them be. */
export function KeychainChip({ snapshot }: { readonly snapshot: Pick<ProfilesSnapshot, 'keychain' | 'keys'> }) {
  const { word, tone } = keychainWords(snapshot);
  const Icon = tone === 'good' ? ShieldCheck : ShieldAlert;
  return (
    <span className="keychain-chip" data-tone={tone}>
      <Icon size={14} aria-hidden="true" />
      {word}
    </span>
  );
}
