/** Many calls, one after the other, in one run of the app: nothing piles up. */
import { expect, test } from '../support/app/app';
import { measured } from '../support/measured';
import { callCard, dial, lastMark, untilRegistered } from '../support/app/phone-driver';
import { takeCensus, type Census } from '../support/app/renderer-census';

/** `npm run soak` makes 300; in `npm test` a leak of one thing a call shows in fewer, too. */
const CALLS = Number(process.env['RINGFENCE_SOAK_CALLS'] ?? '150');
// What is kept by number, for repeated answers and the like, is full by then.
const WARM_UP = Math.min(100, Math.floor((CALLS * 2) / 3));
/** SIP remembers a transaction for 32 s (RFC 3261 section 17.1.2.2), and the cards of ended calls go after 5. */
const SETTLED_MS = 36_000;
const GROWTH = 1.05;
/** Of which the one with the least counts. */
const LOOKS = 3;

test(`${CALLS} calls: no more heap, listeners, connections or sockets than after the first ${WARM_UP}`, async ({
  launch,
}) => {
  // It plays beside two other parts of the suite: the limit is for a hang, not a measure.
  test.setTimeout(Math.max(360_000, 150_000 + CALLS * 700));
  const { page } = await launch({ bare: true });
  await untilRegistered(page);

  const call = async (): Promise<void> => {
    const heard = await lastMark(page, 'first-audio');
    await dial(page, 'echo');
    await page.waitForFunction(
      (before) =>
        (performance.getEntriesByName('ringfence:first-audio').at(-1)?.startTime ?? 0) + performance.timeOrigin >
        before,
      heard ?? 0,
      { polling: 20 },
    );
    // A busy computer draws the first card after the first sound, and keys act on what is seen alone.
    await expect(callCard(page, 'active')).toBeVisible();
    // By its key: the button, which lies where the last call's Dismiss lay, takes no press in its first moment.
    await page.keyboard.press('Control+Shift+E');
    await expect(callCard(page).and(page.locator(':not([data-phase="ended"])'))).toHaveCount(0);
  };
  const settled = async (): Promise<Census> => {
    const since = Date.now();
    await expect
      .poll(() => Date.now() - since, { timeout: SETTLED_MS + 10_000, intervals: [1_000] })
      .toBeGreaterThan(SETTLED_MS);
    await expect(callCard(page)).toHaveCount(0);
    // React keeps what it drew last for its next drawing: how many rows of events that are is chance, what has leaked is in every look.
    const looks: Census[] = [];
    while (looks.length < LOOKS) {
      await page.getByRole('link', { name: 'Settings' }).click();
      await page.getByRole('link', { name: 'Phone' }).click();
      looks.push(await takeCensus(page));
    }
    return looks.reduce((least, look) => (look.heap < least.heap ? look : least));
  };

  for (let made = 0; made < WARM_UP; made += 1) await call();
  const before = await settled();
  const began = Date.now();
  for (let made = WARM_UP; made < CALLS; made += 1) await call();
  const eachMs = (Date.now() - began) / (CALLS - WARM_UP);
  const after = await settled();
  measured(`${CALLS} calls, ${eachMs.toFixed(0)} ms each`);
  for (const name of ['heap', 'listeners', 'nodes', 'peerConnections', 'tracks', 'sockets'] as const) {
    measured(`${name}: ${before[name]} after ${WARM_UP}, ${after[name]} after ${CALLS}`);
    expect.soft(after[name], name).toBeLessThanOrEqual(Math.floor(before[name] * GROWTH));
  }
});
