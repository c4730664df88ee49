/** A provider for each kind, as the broker wants them. */
import type { ProviderKind } from '../../../src/contracts/profile/provider';
import { fail } from '../../../src/contracts/base/result';
import type { TokenProvider } from '../../../src/main/providers/token-provider';

/** Only mints. */
export const mintingProvider = (mint: TokenProvider['mint']): TokenProvider => ({
  mint,
  prepare: () => Promise.resolve(),
  forget: () => undefined,
});
/** Refuses every mint. */
export const refusingProvider = mintingProvider(() => Promise.resolve(fail('provider-refused', 'No.')));

/** Every kind refuses but those that are given. */
export const providersOf = (
  given: Readonly<Partial<Record<ProviderKind, TokenProvider>>>,
): Readonly<Record<ProviderKind, TokenProvider>> => ({
  'local-jwt': refusingProvider,
  'ephemeral-credentials': refusingProvider,
  sautikit: refusingProvider,
  sippet: refusingProvider,
  decart: refusingProvider,
  'openai-realtime': refusingProvider,
  'generic-http': refusingProvider,
  ...given,
});
