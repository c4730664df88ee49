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

it('goes back to the key before a promotion, until a token of the new one was accepted', async () => {
  const { keys, profiles, audited } = await fixture();
  const [old, next] = [Secret.generate(), Secret.generate()];
  await keys.put('work', 'active', old, 'file');
  await keys.put('work', 'next', next, 'file');
  const rotate = (step: 'promote-early' | 'back') =>
    rotateKey({ profiles, keys, audit: (entry) => audited.push(entry), now: () => 0 }, { profileId: 'work', step });
  expect(await rotate('promote-early')).toMatchObject({
    exit: 0,
    out: expect.stringMatching(
      `${old.fingerprint} stays in the keychain and can be brought back: ringfence keys rotate --profile work --back\n$`,
    ) as unknown,
  });
  expect(await rotate('back')).toMatchObject({
    exit: 0,
    out: `The active key of "Work" is ${old.fingerprint} again, and ${next.fingerprint} its next key.\n`,
  });
  await rotate('promote-early');
  await keys.accepted('work', next.fingerprint);
  const refused = await rotate('back');
  expect(refused.exit).not.toBe(0);
  expect(refused.err).toContain('"Work" has no old key to go back to');
  expect(audited.at(-1)).toMatchObject({ what: 'refusal', profileId: 'work', purpose: 'key', reason: 'key-absent' });
});
