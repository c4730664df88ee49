import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { line, SET_NEXT, withLine } from '../../../test/support/app/command-fixture';
import { ok } from '../../contracts/base/result';
import { madeKey } from '../secrets/offered-key';
import { Secret } from '../secrets/secret';

it('prints the public half as PEM alone, and its fingerprint beside it', async () => {
  const made = await withLine(line('work', { provider: { kind: 'local-jwt', audience: 'pbx', algorithm: 'EdDSA' } }));
  const { privateKey } = generateKeyPairSync('ed25519');
  const secret = Secret.fromPrivateKey(privateKey);
  made.world.input = ok(madeKey(secret));
  expect(await made.run(SET_NEXT)).toMatchObject({ exit: 0 });
  // The window may be open meanwhile: nothing is changed.
  made.world.isOpen = true;
  const printed = await made.run('public-key --profile work --slot next');
  expect(printed).toEqual({
    exit: 0,
    out: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }),
    err: `The next key of "Line work" has the fingerprint ${secret.fingerprint}. The gateway must show the same.\n`,
  });
  const asJson = JSON.parse((await made.run('public-key --profile work --slot next --json')).out) as object;
  expect(asJson).toMatchObject({ profileId: 'work', slot: 'next', fingerprint: secret.fingerprint, pem: printed.out });
  const text = JSON.stringify([printed, asJson]);
  const { d = '' } = privateKey.export({ format: 'jwk' });
  expect([text.includes('PRIVATE'), text.includes(d)]).toEqual([false, false]);
});

it('has nothing to print of a text, of a slot without a key, and of a line that is not there', async () => {
  const made = await withLine();
  made.give();
  await made.run(SET_NEXT);
  expect(await made.run('public-key --profile work --slot next')).toMatchObject({
    exit: 1,
    out: '',
    err: expect.stringContaining('there is no public half') as string,
  });
  expect(await made.run('public-key --profile work')).toMatchObject({ exit: 1, out: '' });
  expect(await made.run('public-key --profile nobody')).toMatchObject({ exit: 4, out: '' });
});
