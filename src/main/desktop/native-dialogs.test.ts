import { expect, it, vi } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock';
import { createNativeDialogs, MOST_NOES, PAUSE_MS } from './native-dialogs';

const setUp = () => {
  const time = createFakeClock();
  return { time, dialogs: createNativeDialogs({ monotonic: time.now }) };
};
const isNo = (answer: string): boolean => answer === 'no';

it('shows one at a time', async () => {
  const { dialogs } = setUp();
  let answer: (text: string) => void = () => undefined;
  const first = dialogs.show(() => new Promise<string>((resolve) => (answer = resolve)), isNo);
  const second = vi.fn(() => Promise.resolve('yes'));
  expect(await dialogs.show(second, isNo)).toBeNull();
  expect(second).not.toHaveBeenCalled();
  answer('yes');
  expect(await first).toBe('yes');
  expect(await dialogs.show(second, isNo)).toBe('yes');
});

it('shows none for a while after several noes in a row; a yes counts them anew', async () => {
  const { time, dialogs } = setUp();
  const say = (text: string): Promise<string | null> => dialogs.show(() => Promise.resolve(text), isNo);
  for (let n = 1; n < MOST_NOES; n += 1) await say('no');
  await say('yes');
  for (let n = 1; n < MOST_NOES; n += 1) await say('no');
  expect(await say('no')).toBe('no');
  expect(await say('yes')).toBeNull();
  await time.advance(PAUSE_MS);
  expect(await say('yes')).toBe('yes');
});

it('is free again after a box that could not be shown', async () => {
  const { dialogs } = setUp();
  await expect(dialogs.show(() => Promise.reject(new Error('no display')), isNo)).rejects.toThrow('no display');
  expect(await dialogs.show(() => Promise.resolve('yes'), isNo)).toBe('yes');
});
