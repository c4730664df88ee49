/** The keys' states in words. */
import { PRACTICE_PROFILE_ID } from '../../../contracts/profile/practice';
import type { KeyRecord, KeySlot, KeyState, Profile, ProfilesSnapshot } from '../../../contracts/profile/profile';
import type { ProviderConfig } from '../../../contracts/profile/provider';
import { signsHere } from '../../../contracts/profile/signs-here';
import { keyStatusOf, type KeySource } from '../../state/profiles-store';
import { day } from '../kit/format';

/** The chip beside "Keys", and a sentence where something is amiss. */
export const KEY_STATE_MESSAGES: Readonly<
  Record<KeyState, { readonly word: string; readonly sentence: string | null; readonly tone: 'good' | 'warn' | 'bad' }>
> = {
  'in-keychain': { word: 'In the system keychain', sentence: null, tone: 'good' },
  'in-memory': { word: 'In memory only', sentence: 'This key is gone when Ringfence closes.', tone: 'warn' },
  absent: { word: 'No key', sentence: null, tone: 'warn' },
  asking: {
    word: 'Keychain asks',
    sentence: 'The keychain asks for a password or a permission. Answer its dialog.',
    tone: 'warn',
  },
  locked: {
    word: 'Keychain locked',
    sentence: 'The keychain is locked. Unlock it to use this key.',
    tone: 'bad',
  },
  refused: {
    word: 'Keychain refused',
    sentence: 'The keychain did not give out this key: somebody closed its dialog, or it does not trust Ringfence.',
    tone: 'bad',
  },
  removed: {
    word: 'Key removed',
    sentence: 'This key is no longer in the keychain. Add it again.',
    tone: 'bad',
  },
  damaged: {
    word: 'Key damaged',
    sentence: 'The keychain holds something else in place of this key. Add the key again.',
    tone: 'bad',
  },
  unavailable: { word: 'No keychain', sentence: 'This computer has no keychain that Ringfence can use.', tone: 'bad' },
};

/** What the chip says of all keys together: the worst of it. */
export function keychainWords({ keychain, keys }: Pick<ProfilesSnapshot, 'keychain' | 'keys'>): {
  readonly word: string;
  readonly tone: 'good' | 'warn' | 'bad';
} {
  const some = (state: KeyState): boolean => keys.some((key) => key.state === state);
  if (!keychain.available)
    return {
      word: some('in-memory') ? 'No keychain: in memory only' : 'No keychain',
      tone: some('in-memory') ? 'warn' : 'bad',
    };
  const worst = (['asking', 'locked', 'refused', 'damaged', 'removed'] as const).find(some);
  if (worst !== undefined) return { word: KEY_STATE_MESSAGES[worst].word, tone: KEY_STATE_MESSAGES[worst].tone };
  // Made while the keychain gave nothing out.
  if (some('in-memory')) return { word: 'Not all in the keychain', tone: 'warn' };
  return some('unavailable') ? { word: 'No keychain', tone: 'bad' } : { word: 'In the system keychain', tone: 'good' };
}

/** "since 3 Nov", "made today", from a file or pasted alike. */
export function keyAge(record: KeyRecord, now: number): string {
  return `${record.origin === 'generated' ? 'made' : 'since'} ${day(record.addedAt, now)}`;
}

const PROVIDER_MESSAGES: Readonly<Record<ProviderConfig['kind'], string>> = {
  'local-jwt': 'Signed here',
  'ephemeral-credentials': 'SIP password made here',
  sautikit: 'Sautikit',
  sippet: 'Sippet',
  decart: 'Decart',
  'openai-realtime': 'OpenAI Realtime',
  'generic-http': 'HTTP',
};

/** Who must know a key of this profile besides Ringfence, within a sentence. */
export function keyHolder(profile: Pick<Profile, 'provider'>): string {
  const { kind } = profile.provider;
  if (signsHere(profile.provider)) return 'the gateway';
  return kind === 'generic-http' ? 'the system' : kind === 'openai-realtime' ? 'OpenAI' : PROVIDER_MESSAGES[kind];
}

/** How the profile's tokens are made, as the table says it. */
export function providerWords(profile: Profile): string {
  const { provider } = profile;
  return provider.kind === 'local-jwt'
    ? `${PROVIDER_MESSAGES[provider.kind]} · ${provider.algorithm}`
    : PROVIDER_MESSAGES[provider.kind];
}

/** Where a new key goes without being told: to the first line that lacks one, else to the line in use. */
export function keyTarget(snapshot: ProfilesSnapshot, chosen: string | null): string {
  if (chosen !== null && snapshot.profiles.some((profile) => profile.id === chosen)) return chosen;
  const lacking = snapshot.profiles.find((profile) => keyStatusOf(snapshot, profile.id).active === null);
  return lacking?.id ?? snapshot.activeProfileId;
}

/** The ways in which a key comes in, as buttons and menus say them. */
const KEY_SOURCES: readonly { readonly id: KeySource; readonly label: string }[] = [
  { id: 'keys.pasteFromClipboard', label: 'Paste from clipboard' },
  { id: 'keys.loadFromFile', label: 'From file...' },
  { id: 'keys.generate', label: 'Generate' },
];

/** Those of this profile: Generate only where the key is not another system's to issue. */
export function keySources(profile: Pick<Profile, 'provider'>): typeof KEY_SOURCES {
  return signsHere(profile.provider) ? KEY_SOURCES : KEY_SOURCES.filter(({ id }) => id !== 'keys.generate');
}

/** The line signs with a private key: its gateway gets the public half, and nothing of it goes over the clipboard. */
export function hasPublicKey({ provider }: Pick<Profile, 'provider'>): boolean {
  return provider.kind === 'local-jwt' && provider.algorithm !== 'HS256';
}

/** What is said when a key came in. One that was made here for a gateway elsewhere has a minute to get there. */
export function keyAdded(source: KeySource, profile: Profile, fingerprint: string, slot: KeySlot): string {
  if (hasPublicKey(profile))
    return `Key ${fingerprint} is now the ${slot} key of ${profile.name}. The gateway needs its public key: press Show public key below.`;
  return source === 'keys.generate' && profile.id !== PRACTICE_PROFILE_ID
    ? `Key ${fingerprint} is the ${slot} key of ${profile.name}. It is on the clipboard for one minute: take it to the gateway.`
    : `Key ${fingerprint} is now the ${slot} key of ${profile.name}.`;
}
