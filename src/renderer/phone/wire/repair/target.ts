/** The targets of our own calls as JsSIP takes them: it would call a `sips` URI as `sip`, and refuses hosts that others have. */
import { standInUri } from './alias';
import { readUri, userOf } from './address';
import { isPlainUri } from './plain';

/** Why a target is not called: it is no URI of SIP, or it wants TLS on every hop (RFC 3261 section 26.2.2) and the first one has none. */
export type TargetRefusal = 'no-address' | 'insecure';

/** What to tell JsSIP to call, or why not. `isSecure`: the gateway is reached by TLS. */
export function targetForStack(target: string, isSecure: boolean): { readonly uri: string } | TargetRefusal {
  const uri = readUri(target);
  if (uri === null || (uri.scheme !== 'sip' && uri.scheme !== 'sips')) return 'no-address';
  if (/%(?![0-9a-f]{2})|[<>"]|[^\P{Cc}]/iu.test(target)) return 'no-address';
  if (uri.scheme === 'sips' && !isSecure) return 'insecure';
  // JsSIP wants a user part.
  if (uri.user === '') return 'no-address';
  return { uri: uri.scheme === 'sip' && isPlainUri(target) ? target : standInUri(target, userOf(uri)) };
}
