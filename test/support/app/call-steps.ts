/** Steps that the specs of calls through real servers share. */
import type { Baresip } from '../../lab/baresip';
import { expect, type RunningApp } from './app';
import { callCard } from './phone-driver';

/**
 * Leaves the microphone as it is. A tone of the far end has no pause, and Chromium's echo canceller takes whoever speaks meanwhile for its echo, for
 * seconds or for the whole call: what is measured is the way of the sound, not that.
 */
export async function withoutEchoCanceller({ page }: RunningApp): Promise<void> {
  await page.evaluate(() => {
    const devices = navigator.mediaDevices;
    const original = devices.getUserMedia.bind(devices);
    devices.getUserMedia = (wanted) =>
      original({
        ...wanted,
        audio: {
          ...(typeof wanted?.audio === 'object' ? wanted.audio : {}),
          echoCancellation: false,
          autoGainControl: false,
          noiseSuppression: false,
        },
      });
  });
}

/** The agent puts the card of a call away that has ended, after reading `sentence` where one is given. */
export async function expectEnd({ page }: RunningApp, sentence?: string): Promise<void> {
  if (sentence === undefined) await expect(callCard(page, 'ended')).toBeVisible();
  else await expect(callCard(page, 'ended')).toContainText(sentence);
  await callCard(page, 'ended').getByRole('button', { name: 'Dismiss' }).click();
  await expect(callCard(page)).toHaveCount(0);
}

/** What an ordinary phone hears in its newest call, as a file that grows. */
export async function heardBy(phone: Baresip): Promise<string> {
  const heard = (await phone.recordings()).filter(({ direction }) => direction === 'dec').at(-1);
  if (heard === undefined) throw new Error(`${phone.user} recorded nothing`);
  return heard.path;
}
