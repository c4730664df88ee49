import { expect, it } from 'vitest';
import { fail, ok } from '../../contracts/base/result';
import { admitAdmin } from './required-admin-lock';

const lock = (configured: boolean) => ({
  state: () => Promise.resolve({ configured, unlocked: !configured, until: null, retryAt: null }),
  admit: () => Promise.resolve(configured ? fail('admin-locked', 'Locked.') : ok(null)),
});

it('lets nobody change what an unset passphrase would protect, where the file wants one', async () => {
  expect(await admitAdmin(lock(false), () => true)()).toMatchObject({
    failure: { reason: 'admin-locked', sentence: expect.stringContaining('Set one first') as unknown },
  });
  expect(await admitAdmin(lock(false), () => false)()).toEqual(ok(null));
  expect(await admitAdmin(lock(true), () => true)()).toMatchObject({ failure: { sentence: 'Locked.' } });
});
