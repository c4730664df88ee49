/** How a WebSocket is opened with a grant: what the presentation puts into the URL or among the subprotocols, and what must never be traced. */
import type { Grant, GrantPresentation } from '../../../contracts/profile/grant';
import { TOKEN_PLACEHOLDER } from '../../../contracts/profile/token-placeholder';

/** The protocol that is wanted, first; a gateway that answers with another one is refused (RFC 7118 section 5). */
export const SIP_PROTOCOL = 'sip';

/** The arguments of `new WebSocket`. With `bearer` and `digest` requests present the grant, with `main-injected` main does: the URL is bare. */
export function socketArguments({ url, presentation }: Grant): { readonly url: string; readonly protocols: string[] } {
  if (presentation.kind === 'query') {
    const presented = new URL(url);
    presented.searchParams.set(presentation.parameter, presentation.token);
    return { url: presented.href, protocols: [SIP_PROTOCOL] };
  }
  if (presentation.kind === 'subprotocol')
    return {
      url,
      protocols: [SIP_PROTOCOL, presentation.template.replace(TOKEN_PLACEHOLDER, () => presentation.token)],
    };
  return { url, protocols: [SIP_PROTOCOL] };
}

/** False: the line is another one now (its profile was edited), and nothing of the new grant may be shown to the gateway of the old one. */
export function isForSameGateway(before: Grant | null, fresh: Grant): boolean {
  return (
    before?.url === fresh.url &&
    before.identity === fresh.identity &&
    before.presentation.kind === fresh.presentation.kind
  );
}

/** The secret parts of a grant. */
export function secretsOf(presentation: GrantPresentation): readonly string[] {
  if (presentation.kind === 'main-injected') return [];
  return [presentation.kind === 'digest' ? presentation.password : presentation.token];
}

/** True: the token is bound to its WebSocket, and another token needs another one. False: requests carry it, and the next may carry another. */
export function isBoundToFlow(presentation: GrantPresentation): boolean {
  return presentation.kind !== 'bearer' && presentation.kind !== 'digest';
}
