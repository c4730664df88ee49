/** What the phone sounds by itself in the real app: the ring, the ringback, and silence as soon as it should be. */
import type { Page } from '@playwright/test';
import { expect, test } from '../support/app/app';
import { joinOddLine } from '../support/app/odd-line';
import { callCard, press } from '../support/app/phone-driver';
import { answerTo } from '../support/phones/gateway-words';

interface Sounding {
  readonly seconds: number;
  readonly loops: boolean;
  readonly advances: boolean;
}

/** Remembers the audio elements that play files; streams are the calls'. */
async function watchSounds(page: Page): Promise<() => Promise<readonly Sounding[]>> {
  await page.evaluate(() => {
    const shelf = globalThis as { ringfenceSounds?: HTMLMediaElement[] };
    const sounds: HTMLMediaElement[] = (shelf.ringfenceSounds = []);
    const play = Reflect.get<HTMLMediaElement, 'play'>(HTMLMediaElement.prototype, 'play');
    HTMLMediaElement.prototype.play = function (this: HTMLMediaElement): Promise<void> {
      if (this.srcObject === null && !sounds.includes(this)) sounds.push(this);
      return play.call(this);
    };
  });
  return () =>
    page.evaluate(() =>
      ((globalThis as { ringfenceSounds?: HTMLMediaElement[] }).ringfenceSounds ?? [])
        .filter((element) => !element.paused && element.readyState > 2)
        .map((element) => ({ seconds: element.duration, loops: element.loop, advances: element.currentTime > 0.1 })),
    );
}

const RING: readonly Sounding[] = [{ seconds: 3.2, loops: true, advances: true }];
const RINGBACK: readonly Sounding[] = [{ seconds: 5, loops: true, advances: true }];

test('a call rings until it is declined, answered or given up; a call out sounds its ringback', async ({
  launch,
  keyring,
}) => {
  const { page, gateway, invite, declines, answers, calls, ends } = await joinOddLine(
    await launch({ bus: keyring.bus }),
  );
  try {
    const sounds = await watchSounds(page);
    await test.step('declined', async () => {
      const request = await invite();
      await expect.poll(sounds).toEqual(RING);
      await declines(request);
      await expect.poll(sounds).toEqual([]);
    });
    await test.step('answered', async () => {
      const request = await invite();
      await expect.poll(sounds).toEqual(RING);
      await answers(request);
      await expect.poll(sounds).toEqual([]);
      await press(page, 'end');
      await ends('You ended the call');
    });
    await test.step('given up', async () => {
      const request = await invite();
      await expect.poll(sounds).toEqual(RING);
      await gateway.send(
        request
          .replace(/^INVITE/, 'CANCEL')
          .replace('CSeq: 1 INVITE', 'CSeq: 1 CANCEL')
          .replace(/Content-Type: [^]*$/, 'Content-Length: 0\r\n\r\n'),
      );
      await ends('They gave up before you answered.');
      await expect.poll(sounds).toEqual([]);
    });
    await test.step('a call out', async () => {
      const request = await calls('1002', (asked) => [answerTo(asked, '180 Ringing')]);
      await expect(callCard(page, 'ringing')).toBeVisible();
      await expect.poll(sounds).toEqual(RINGBACK);
      await gateway.send(answerTo(request, '486 Busy Here'));
      await ends('They are in another call');
      await expect.poll(sounds).toEqual([]);
    });
  } finally {
    await gateway.close();
  }
});
