/** What a person must know about a system before a call depends on it. Free of zod: the phone window starts without it. */
import type { ProviderKind } from './provider';

/** True where the system's own documentation says that it carries no emergency calls: the window must say so before somebody dials one. */
export function carriesNoEmergencyCalls(kind: ProviderKind): boolean {
  return kind === 'sautikit';
}

/** True for a system whose tokens are made here and used elsewhere: its own socket is no gateway for calls, and Ringfence has no other way to it yet. */
export function givesTokensOnly(kind: ProviderKind): boolean {
  return kind === 'decart';
}

/** What a person is told of it, in the form, at an import and on the phone. */
export const TOKENS_ONLY = 'Decart gives tokens only, no calls: its socket is no SIP gateway.';

/** True where this is the address of such a system. */
export function isTokensOnlyGateway(gatewayUrl: string): boolean {
  try {
    return /(?:^|\.)decart\.ai\.?$/.test(new URL(gatewayUrl).hostname);
  } catch {
    return false;
  }
}
