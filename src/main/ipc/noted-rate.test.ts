import { expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock';
import { createNotedRate, NOTED_RATE } from './noted-rate';

it('lets a page write no more lines into the audit log than so many at once, then so many a second', async () => {
  const time = createFakeClock();
  const admit = createNotedRate({ monotonic: time.now });
  const admitted = (channel: 'phone.unlock' | 'profiles.save' | 'keys.generate'): number =>
    Array.from({ length: 1_000 }, () => admit(channel).ok).filter(Boolean).length;
  expect(admitted('phone.unlock')).toBe(NOTED_RATE.burst);
  expect(admit('phone.unlock')).toMatchObject({
    failure: { reason: 'rate-limited', retryAfterMs: 1_000 / NOTED_RATE.perSecond },
  });
  // What an admin does has a rate of its own, and all of it has one.
  expect(admitted('profiles.save')).toBe(NOTED_RATE.burst);
  expect(admitted('keys.generate')).toBe(0);
  await time.advance(100_000);
  expect(admitted('phone.unlock')).toBe(100 * NOTED_RATE.perSecond);
  expect(admitted('profiles.save') + admitted('keys.generate')).toBe(100 * NOTED_RATE.perSecond);
});

it.each(['phone.lock', 'grants.get', 'settings.get', 'calls.authorize'] as const)('leaves %s alone', (channel) => {
  const admit = createNotedRate({ monotonic: () => 0 });
  expect(Array.from({ length: 1_000 }, () => admit(channel).ok).every(Boolean)).toBe(true);
});
