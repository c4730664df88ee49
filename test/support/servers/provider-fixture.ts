/** Keys and lines for tests of providers. */
import { type Profile, type ProfileInput } from '../../../src/contracts/profile/profile';
import { ok } from '../../../src/contracts/base/result';
import type { Clock } from '../../../src/main/base/clock';
import type { KeyHandle } from '../../../src/main/keys/keys';
import { Secret } from '../../../src/main/secrets/secret';
import type { FakeClock } from '../fake-clock';
import { exampleProfile } from '../app/example-profile';

/** A key made for this test, and its text for the server that must know it. */
export function testKey(): { readonly key: KeyHandle; readonly text: string } {
  const secret = Secret.generate();
  return {
    key: { fingerprint: secret.fingerprint, open: () => Promise.resolve(ok(secret)) },
    text: secret.use((bytes) => Buffer.from(bytes).toString('utf8')),
  };
}

/** A line of this provider; where nothing else is said it presents its token in the URL. */
export function lineOf(provider: ProfileInput['provider'], parts: Partial<ProfileInput> = {}): Profile {
  return exampleProfile({
    id: 'line-1',
    name: 'Line 1',
    environment: 'development',
    provider,
    displayName: 'Asha "the first" {user}',
    gatewayUrl: 'wss://gateway.example.com/',
    ...parts,
  });
}

/** A line of Decart, which makes tokens only. */
export function decartLine(
  provider: Omit<Extract<ProfileInput['provider'], { kind: 'decart' }>, 'kind'> = {},
): Profile {
  return lineOf({ kind: 'decart', ...provider }, { identity: '', gatewayUrl: '', policy: { purposes: ['voice'] } });
}

/** Main's clock on one that a test moves by hand. */
export function mainClockOn(fake: FakeClock): Clock {
  return { wall: fake.now, monotonic: fake.now, after: fake.after };
}
