import { expect, it } from 'vitest';
import { blamesAnotherThing, challengeBlamesAnotherThing } from './token-complaint';

it.each<[string | undefined, boolean]>([
  // Nothing is said, or only that it is refused.
  [undefined, false],
  ['', false],
  ['Unauthorized', false],
  ['Forbidden', false],
  ['invalid token', false],
  ['The access token is invalid', false],
  ['Access denied', false],
  // The key, in the words of gateways and libraries.
  ['signature', false],
  ['alg', false],
  ['invalid signature', false],
  ['Signature verification failed', false],
  ['signature verification failed', false],
  ['no applicable key found in the JSON Web Key Set', false],
  ['unknown kid', false],
  ['the key of this issuer is not known', false],
  ['Unable to verify the first signature of the token', false],
  // Something else.
  ['expired', true],
  ['jwt expired', true],
  ['Signature has expired', true],
  ['"exp" claim timestamp check failed', true],
  ['not-yet', true],
  ['jwt not active: nbf is ahead', true],
  ['issuer', true],
  ['jwt issuer invalid. expected: ringfence', true],
  ['audience', true],
  ['unexpected "aud" claim value', true],
  ['subject', true],
  ['unknown user', true],
  ['life', true],
  ['constraints', true],
  ['replay', true],
  ['misplaced', true],
  ['Forbidden identity', true],
  ['Forbidden AOR', true],
  ['account suspended', true],
  ['not allowed by policy', true],
  ['licence limit reached', true],
])('"%s" blames something else than the key: %s', (words, expected) => {
  expect(blamesAnotherThing('invalid_token', words)).toBe(expected);
  const challenge = `Bearer realm="x", error="invalid_token"${words === undefined ? '' : `, error_description="${words.replaceAll('"', '\\"')}"`}`;
  expect(challengeBlamesAnotherThing(challenge)).toBe(expected);
});

it.each<[string | undefined, boolean]>([
  [undefined, false],
  ['Bearer', false],
  ['Basic realm="expired pages"', false],
  ['Bearer error="insufficient_scope"', true],
  ['Bearer realm="a", error="invalid_request", error_description="signature"', true],
  ['Digest realm="a", nonce="n", Bearer error="invalid_token", error_description="expired"', true],
  ['Bearer error="invalid_token", error_description="signature"', false],
  ['Bearer error = "invalid_token" , error_description = "audience"', true],
])('%s: %s', (written, expected) => expect(challengeBlamesAnotherThing(written)).toBe(expected));
