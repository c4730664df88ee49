/** Fills an admin's templates. One pass: what is filled in is never looked at again. */
import type { Profile } from '../../contracts/profile/profile';
import { identityParts } from '../../contracts/profile/identity';

/**
 * Replaces `{user}`, `{domain}` (of the identity), `{profile}` (its id), `{agent}` (the display name) and the names in `more`. Anything else in
 * braces stays as it is.
 */
export function fillPlaceholders(
  template: string,
  { id, identity, displayName }: Pick<Profile, 'id' | 'identity' | 'displayName'>,
  more: Readonly<Record<string, string>> = {},
): string {
  if (!template.includes('{')) return template;
  const { user, domain } = identityParts(identity);
  const values = new Map(
    Object.entries({
      user,
      domain,
      profile: id,
      agent: displayName,
      ...more,
    }),
  );
  return template.replace(/\{([a-z]{1,20})\}/g, (whole, name: string) => values.get(name) ?? whole);
}
