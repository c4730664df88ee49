import { expect, test } from '../support/app/app';
import { BUTTON } from '../support/app/call-buttons';
import { measured } from '../support/measured';
import { waitForSilence, waitForTone } from '../support/sound/audio-probe';
import { callCard, dial, lastMark, press, untilRegistered } from '../support/app/phone-driver';

const TONE_HZ = 700;

test('a practice call: registered by itself, hears its own voice, not while muted or held, hangs up', async ({
  launch,
}, testInfo) => {
  const { page } = await launch({ toneHz: TONE_HZ });
  await untilRegistered(page);
  await expect(page.getByTestId('token-ring')).toHaveAccessibleName(/^Token: .* left$/);

  await dial(page, 'echo');
  await expect(callCard(page, 'active')).toBeVisible();
  const heard = await waitForTone(page, TONE_HZ);
  measured(`heard ${heard.frequencyHz.toFixed(1)} Hz at ${heard.toneDbfs.toFixed(1)} dBFS`);
  await page.screenshot({ path: testInfo.outputPath('active-call.png') });

  await press(page, 'mute');
  await expect(callCard(page).getByRole('button', { name: BUTTON.unmute })).toHaveAttribute('aria-pressed', 'true');
  await waitForSilence(page, TONE_HZ);
  await press(page, 'unmute');
  await expect(callCard(page).getByRole('button', { name: BUTTON.mute })).toHaveAttribute('aria-pressed', 'false');
  await waitForTone(page, TONE_HZ);

  await press(page, 'hold');
  await expect(callCard(page, 'held')).toContainText('On hold');
  await waitForSilence(page, TONE_HZ);
  await press(page, 'resume');
  await expect(callCard(page, 'active')).toBeVisible();
  await waitForTone(page, TONE_HZ);

  await press(page, 'end');
  await expect(callCard(page, 'ended')).toContainText('You ended the call.');
  await expect(page.getByTestId('remote-audio')).toHaveCount(0);

  const marks = await Promise.all(
    ['registered', 'click-call', 'invite-sent', 'answered', 'first-audio'].map((mark) => lastMark(page, mark)),
  );
  expect(marks).not.toContain(null);
  const [, clicked = 0, sent = 0, answered = 0, audio = 0] = marks.map(Number);
  expect(sent).toBeGreaterThanOrEqual(clicked);
  expect(answered).toBeGreaterThan(sent);
  expect(audio).toBeGreaterThan(sent);
  measured(
    `click -> INVITE ${(sent - clicked).toFixed(1)} ms, click -> first audio ${(audio - clicked).toFixed(0)} ms`,
  );
});

test('a muted call stays muted through hold and resume', async ({ launch }) => {
  const { page } = await launch({ toneHz: TONE_HZ });
  await untilRegistered(page);
  await dial(page, 'echo');
  await waitForTone(page, TONE_HZ);
  await press(page, 'mute');
  await press(page, 'hold');
  await expect(callCard(page, 'held')).toBeVisible();
  await press(page, 'resume');
  await expect(callCard(page, 'active')).toBeVisible();
  await waitForSilence(page, TONE_HZ);
  await press(page, 'unmute');
  await waitForTone(page, TONE_HZ);
  await press(page, 'end');
});

test('"first audio" is marked when the first packet is there, not before', async ({ launch }) => {
  const { page } = await launch();
  await untilRegistered(page);
  await page.evaluate(() => {
    const shelf = globalThis as { connectedAt?: number };
    const Real = RTCPeerConnection;
    globalThis.RTCPeerConnection = class extends Real {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        this.addEventListener('connectionstatechange', () => {
          if (this.connectionState === 'connected') shelf.connectedAt ??= performance.timeOrigin + performance.now();
        });
      }
    };
  });
  await dial(page, 'tone');
  await waitForTone(page, 440);
  const connectedAt = (await page.evaluate(() => (globalThis as { connectedAt?: number }).connectedAt)) ?? Infinity;
  // No packet of sound can arrive before ICE and DTLS are done; the event that tells so may be a few milliseconds late.
  expect((await lastMark(page, 'first-audio')) ?? 0).toBeGreaterThan(connectedAt - 10);
  await press(page, 'end');
});

test('several calls at once: the second one holds the first, resuming swaps them', async ({ launch }) => {
  const { page } = await launch({ toneHz: TONE_HZ });
  await untilRegistered(page);
  await dial(page, 'echo');
  await expect(callCard(page, 'active')).toHaveCount(1);
  const first = await callCard(page, 'active').getAttribute('data-call-id');
  await dial(page, 'tone');
  await expect(callCard(page, 'held')).toHaveAttribute('data-call-id', first ?? '');
  await expect(callCard(page, 'active')).toHaveCount(1);
  await callCard(page, 'held').getByRole('button', { name: BUTTON.resume }).click();
  await expect(callCard(page, 'active')).toHaveAttribute('data-call-id', first ?? '');
  await expect(callCard(page, 'held')).toHaveCount(1);
  await callCard(page, 'active').getByRole('button', { name: BUTTON.end }).click();
  await callCard(page, 'held').getByRole('button', { name: BUTTON.end }).click();
  await expect(callCard(page, 'ended')).toHaveCount(2);
});
