import { expect, it } from 'vitest';
import { fixture } from '../../../test/support/app/key-fixture';
import { Secret } from '../secrets/secret';
import { rotateKey } from './rotate-key';

it('names each key that is still to be removed at the gateway, when several were replaced', async () => {
  const { keys, profiles } = await fixture();
  const [one, two, three] = [Secret.generate(), Secret.generate(), Secret.generate()];
  for (const secret of [one, two, three]) await keys.put('work', 'active', secret, 'file');
  const finish = () =>
    rotateKey({ profiles, keys, audit: () => undefined, now: () => 0 }, { profileId: 'work', step: 'finish' });
  expect(await finish()).toMatchObject({
    exit: 0,
    out: `${two.fingerprint} is forgotten here too. ${one.fingerprint}, retired before it, is still to be removed at the gateway; then once more: ringfence keys rotate --profile work --finish\n`,
  });
  expect(await finish()).toMatchObject({
    exit: 0,
    out: `The rotation of "Work" is finished: ${one.fingerprint} is forgotten here too.\n`,
  });
  expect(await finish()).toMatchObject({ exit: 0, out: '"Work" has no retired key: nothing is left to do.\n' });
});
