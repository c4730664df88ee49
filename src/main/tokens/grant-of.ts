/** Builds a window's grant from what a provider made. What a provider's answer says about addresses is checked here. */
import { getDomain } from 'tldts';
import type { AnyGrant } from '../../contracts/profile/grant';
import { isLoopbackHost } from '../../contracts/base/loopback';
import { isTokensOnlyGateway, TOKENS_ONLY } from '../../contracts/profile/provider-facts';
import type { Profile } from '../../contracts/profile/profile';
import { isSafeUrl } from '../../contracts/profile/written-url';
import { fail, ok, type Result } from '../../contracts/base/result';
import { presentMinted } from './grant-presentation';
import type { Minted } from '../providers/token-provider';
import { identityParts } from '../../contracts/profile/identity';

const hostOf = (url: string): string | null => {
  try {
    // A dot at the end names the same host (RFC 1034 section 3.1).
    return new URL(url).hostname.toLowerCase().replace(/\.$/, '');
  } catch {
    return null;
  }
};

/**
 * The domain that somebody registered and a provider's host stands in, by the Public Suffix List: `api.example.com` -> `example.com`. Null for
 * addresses and public suffixes. The suffixes under which companies let strangers have names (`github.io`) count.
 */
const registeredDomain = (host: string): string | null => getDomain(host, { allowPrivateDomains: true });

/**
 * Whether a profile allows `host` as the place where its tokens are used: the host of its gateway, the domain of its identity, the host of its
 * provider, and what stands in the same registered domain.
 */
export function allowsHost(
  { gatewayUrl: gateway, identity, provider }: Pick<Profile, 'gatewayUrl' | 'identity' | 'provider'>,
  host: string,
): boolean {
  const asked = 'baseUrl' in provider ? provider.baseUrl : provider.kind === 'generic-http' ? provider.url : '';
  const providerHost = hostOf(asked);
  const domain = identityParts(identity).host;
  if ([hostOf(gateway), domain, providerHost].includes(host)) return true;
  if (providerHost === null) return false;
  // A provider on this computer (a fake, a proxy) may name a gateway on this computer under any of its names.
  if (isLoopbackHost(providerHost) && isLoopbackHost(host)) return true;
  const registered = registeredDomain(providerHost);
  return registered !== null && registeredDomain(host) === registered;
}

/** The URL that a provider's answer names, if it may be used. Fails with `answer-invalid`, naming the host only: a path may hold anything. */
function allowedUrl(profile: Profile, url: string): Result<string> {
  const host = hostOf(url) ?? '';
  if (url.length > 500 || !isSafeUrl(url, 'wss')) {
    return fail(
      'answer-invalid',
      `The provider of "${profile.name}" names a gateway that is not reached over wss://. Tell whoever runs it.`,
      'open-profiles',
      { details: `host ${host}` },
    );
  }
  if (isTokensOnlyGateway(url)) return fail('answer-invalid', TOKENS_ONLY, 'open-profiles');
  if (allowsHost(profile, host)) return ok(url);
  return fail(
    'answer-invalid',
    `The provider of "${profile.name}" names a gateway at ${host.slice(0, 100)}, which this profile does not allow. If it is right, write it as the profile's gateway.`,
    'open-profiles',
  );
}

/** `instanceIdOf` gives a profile's RFC 5626 instance-id. The profile's gateway URL is the one of now. */
export function createGrantOf(instanceIdOf: (profileId: string) => string) {
  return (profile: Profile, purpose: 'sip' | 'events', minted: Minted, fingerprint: string): Result<AnyGrant> => {
    const { issuedAt, expiresAt } = minted;
    const life = { profileId: profile.id, issuedAt, expiresAt, fingerprint };
    const url =
      minted.url === undefined || minted.url === profile.gatewayUrl
        ? ok(profile.gatewayUrl)
        : allowedUrl(profile, minted.url);
    if (!url.ok) return url;
    if (purpose === 'events') {
      if (minted.kind !== 'events')
        return fail(
          'profile-invalid',
          `The provider of "${profile.name}" gives no live events. Leave out that purpose.`,
          'open-profiles',
        );
      return ok({
        ...life,
        purpose,
        url: url.value,
        parameter: minted.parameter,
        token: minted.token,
        topic: minted.topic,
      });
    }
    const presentation = presentMinted(profile, minted);
    if (!presentation.ok) return presentation;
    if (url.value === '')
      return fail(
        'answer-invalid',
        `The provider of "${profile.name}" named no gateway this time. Write one in the profile.`,
        'open-profiles',
      );
    return ok({
      ...life,
      purpose,
      presentation: presentation.value,
      url: url.value,
      identity: profile.identity,
      displayName: profile.displayName,
      instanceId: instanceIdOf(profile.id),
      iceServers: [...profile.iceServers, ...(minted.ice?.servers ?? [])],
      ...(minted.ice !== undefined && Object.values(minted.ice.leftOut).some((count) => count > 0)
        ? { iceLeftOut: minted.ice.leftOut }
        : {}),
      trustAssertedIdentity: profile.trustAssertedIdentity,
      maxCalls: profile.policy.maxCalls,
    });
  };
}
