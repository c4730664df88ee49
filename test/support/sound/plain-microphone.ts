/** The fake microphone without Chromium's processing of sound. */
import type { Page } from '@playwright/test';

/**
 * Leaves the microphone as it is. An ordinary phone's tone has no pause, and Chromium's echo canceller takes whoever speaks meanwhile for its
 * echo, for seconds or for the whole call: what such a test measures is the way of the sound, not that. Call it before the first call.
 */
export async function withoutEchoCanceller(page: Page): Promise<void> {
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
