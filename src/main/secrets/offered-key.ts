/** A text that somebody offers as a key, by the clipboard, a file or standard input: the key that it would be, and what speaks against it. */
import { fail, ok, type Result } from '../../contracts/base/result';
import type { Profile } from '../../contracts/profile/profile';
import { signsHere } from '../../contracts/profile/signs-here';
import { keyFits } from './key-kinds';
import { bytesLikeness, likenessOf, type Likeness } from './key-likeness';
import { looksLikePem } from './private-key';
import { Secret } from './secret';

export interface OfferedKey {
  readonly secret: Secret;
  /** Null: it looks like a key. */
  readonly likeness: Likeness | null;
}

/** One that Ringfence made. */
export const madeKey = (secret: Secret): OfferedKey => ({ secret, likeness: null });

/**
 * Reads what was offered, exactly as it stands but for the white space around it (a byte order mark counts as such): Ringfence guesses no key out of what looks like
 * something else. Fails with `key-unusable`, with a sentence that says what it looks like.
 */
export function readOfferedKey(offered: string | Buffer): Result<OfferedKey> {
  const bytes = typeof offered === 'string' ? Buffer.from(offered) : offered;
  const text = bytes.toString('utf8').trim();
  const likeness = bytesLikeness(bytes) ?? (looksLikePem(text) ? null : likenessOf(text));
  const read = Secret.fromText(text);
  // What is short or long is so whatever it looks like.
  const isPlain = !read.ok && likeness?.canBe !== 'none' && /^[\x20-\x7e]*$/.test(text);
  if (likeness !== null && !isPlain && (!read.ok || likeness.canBe === 'none'))
    return fail('key-unusable', likeness.sentence, 'paste-key');
  return read.ok ? ok({ secret: read.value, likeness }) : read;
}

/**
 * What a person has to know before this becomes the profile's key; null: nothing. Fails with `key-unusable` where it never can be that. Of a key of the wrong kind nothing is
 * said here: `keyFits` does.
 */
export function doubtAbout(
  { secret, likeness }: OfferedKey,
  profile: Pick<Profile, 'name' | 'provider'>,
): Result<string | null> {
  if (likeness === null || !keyFits(secret, profile).ok) return ok(null);
  return likeness.canBe === 'issued' && signsHere(profile.provider)
    ? fail('key-unusable', likeness.sentence, 'paste-key')
    : ok(likeness.sentence);
}
