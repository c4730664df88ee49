import type { Profile } from '../../src/contracts/profile/profile';
import { expect, test } from '../support/app/app';
import { measured } from '../support/measured';
import { watchTone } from '../support/sound/audio-probe';
import { untilTokens, watchRegistration } from '../support/app/page-watch';
import { ask, callCard, dial, press, untilRegistered } from '../support/app/phone-driver';
import type { RunningApp } from '../support/app/app';

const LIFE_S = 6;

/** Gives the Practice line tokens that live `LIFE_S`, and waits until one of them is in use. */
async function shorten({ page }: RunningApp, more: Partial<Profile> = {}): Promise<void> {
  const practice = (await ask(page, 'profiles.snapshot')).profiles.find(({ id }) => id === 'practice');
  if (practice === undefined) throw new Error('there is no Practice line');
  await ask(page, 'profiles.save', { ...practice, policy: { tokenLifeS: LIFE_S, purposes: ['sip'] }, ...more });
  await expect
    .poll(
      async () =>
        (await ask(page, 'audit.recent', { limit: 50 })).some(
          (entry) => entry.what === 'mint' && entry.lifeS === LIFE_S,
        ),
      { timeout: 15_000 },
    )
    .toBe(true);
  await untilRegistered(page);
}

test('idle: tokens come and go, the registration stays', async ({ launch }) => {
  const app = await launch();
  await untilRegistered(app.page);
  await shorten(app);
  const watch = await watchRegistration(app.page);
  const fingerprints = await untilTokens(app.page, 4, 5 * LIFE_S * 1000);
  expect(await watch.phases()).toEqual(['registered']);
  // What the ring showed is what the audit log has.
  const minted = (await ask(app.page, 'audit.recent', { limit: 100 })).flatMap((entry) =>
    entry.what === 'mint' ? [entry.fingerprint] : [],
  );
  expect(minted).toEqual(expect.arrayContaining([...fingerprints]));
  // A call still goes out, with a token that did not exist when the app registered.
  await dial(app.page, 'echo');
  await expect(callCard(app.page, 'active')).toBeVisible();
  await press(app.page, 'end');
});

test('"token stays in main": registered through renewals and in a call, and no token reaches the window', async ({
  launch,
}) => {
  const app = await launch();
  await untilRegistered(app.page);
  // With `query` a token does come over IPC: the search below would see one.
  const tokens = async (): Promise<number> => JSON.stringify(await app.ipcSeen()).split('eyJ').length - 1;
  expect(await tokens()).toBeGreaterThan(0);
  await shorten(app, { presentation: { kind: 'main-injected' } });
  const before = await tokens();
  const watch = await watchRegistration(app.page);
  await untilTokens(app.page, 3, 5 * LIFE_S * 1000);
  await dial(app.page, 'echo');
  await expect(callCard(app.page, 'active')).toBeVisible();
  await press(app.page, 'end');
  expect(await watch.phases()).toEqual(['registered']);
  expect(await tokens()).toBe(before);
});

test('in a call: tokens expire, the sound goes on', async ({ launch }) => {
  const app = await launch();
  await untilRegistered(app.page);
  await shorten(app);
  // A tone without pauses, made by the gateway: a gap of some milliseconds shows.
  await dial(app.page, 'tone');
  await expect(callCard(app.page, 'active')).toBeVisible();
  const tone = await watchTone(app.page, 440);
  const watch = await watchRegistration(app.page);
  const began = performance.now();
  await untilTokens(app.page, 4, 5 * LIFE_S * 1000);
  await expect.poll(() => performance.now() - began, { timeout: 3 * LIFE_S * 1000 }).toBeGreaterThan(2 * LIFE_S * 1000);
  const { longestGapMs, looks, durationMs } = await tone.stop();
  measured(
    `longest time without the tone: ${longestGapMs.toFixed(0)} ms in ${(durationMs / 1000).toFixed(1)} s (${looks} looks)`,
  );
  expect(durationMs).toBeGreaterThan(2 * LIFE_S * 1000);
  expect(looks).toBeGreaterThan(durationMs / 200);
  expect(longestGapMs).toBeLessThan(500);
  expect(await watch.phases()).toEqual(['registered']);
  await expect(callCard(app.page, 'active')).toBeVisible();
  await press(app.page, 'end');
  await expect(callCard(app.page, 'ended')).toContainText('You ended the call.');
});
