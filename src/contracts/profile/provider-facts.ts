/** What a person must know about a system before a call depends on it. Free of zod: the phone window starts without it. */
import type { ProviderKind } from './provider';

/** True where the system's own documentation says that it carries no emergency calls: the window must say so before somebody dials one. */
export function carriesNoEmergencyCalls(kind: ProviderKind): boolean {
  return kind === 'sautikit';
}
