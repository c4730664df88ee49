import { expect, it, vi } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock';
import { createBoxes, MOST_NOES, PAUSE_MS } from './boxes';

const setUp = () => {
  const time = createFakeClock();
  return { time, boxes: createBoxes({ monotonic: time.now }) };
};
const isNo = (answer: string): boolean => answer === 'no';

it('shows one at a time', async () => {
  const { boxes } = setUp();
  let answer: (text: string) => void = () => undefined;
  const first = boxes.show(() => new Promise<string>((resolve) => (answer = resolve)), isNo);
  const second = vi.fn(() => Promise.resolve('yes'));
  expect(await boxes.show(second, isNo)).toBeNull();
  expect(second).not.toHaveBeenCalled();
  answer('yes');
  expect(await first).toBe('yes');
  expect(await boxes.show(second, isNo)).toBe('yes');
});

it('shows none for a while after several noes in a row; a yes counts them anew', async () => {
  const { time, boxes } = setUp();
  const say = (text: string): Promise<string | null> => boxes.show(() => Promise.resolve(text), isNo);
  for (let n = 1; n < MOST_NOES; n += 1) await say('no');
  await say('yes');
  for (let n = 1; n < MOST_NOES; n += 1) await say('no');
  expect(await say('no')).toBe('no');
  expect(await say('yes')).toBeNull();
  await time.advance(PAUSE_MS);
  expect(await say('yes')).toBe('yes');
});

it('is free again after a box that could not be shown', async () => {
  const { boxes } = setUp();
  await expect(boxes.show(() => Promise.reject(new Error('no display')), isNo)).rejects.toThrow('no display');
  expect(await boxes.show(() => Promise.resolve('yes'), isNo)).toBe('yes');
});
