import { expect, test, type RunningApp } from '../support/app/app';
import { waitForSilence, waitForTone } from '../support/sound/audio-probe';
import { callCard, dial, lineTo, press, takeLine, untilRegistered } from '../support/app/phone-driver';

const A_HZ = 700;
const B_HZ = 1100;

interface Phones {
  readonly a: RunningApp;
  readonly b: RunningApp;
}

test.describe('two phones on one gateway', () => {
  let phones: Phones;

  test.beforeEach(async ({ launch, gateway, keyring }) => {
    const a = await launch({ toneHz: A_HZ, bus: keyring.bus });
    const b = await launch({ toneHz: B_HZ, bus: keyring.bus });
    await takeLine(a, lineTo(gateway.url, '1001'), gateway.key);
    await takeLine(b, lineTo(gateway.url, '1002'), gateway.key);
    for (const [{ page }, user] of [
      [a, '1001'],
      [b, '1002'],
    ] as const) {
      await expect(page.getByTestId('registration')).toContainText(`as ${user}`);
      await untilRegistered(page);
    }
    phones = { a, b };
  });

  /** A calls B, B answers. */
  async function connect({ a, b }: Phones): Promise<void> {
    await dial(a.page, '1002');
    await expect(callCard(b.page, 'ringing')).toContainText('1001');
    await expect(callCard(a.page, 'ringing')).toBeVisible();
    await press(b.page, 'answer');
    await expect(callCard(a.page, 'active')).toBeVisible();
    await expect(callCard(b.page, 'active')).toBeVisible();
  }

  test('hear each other; hold and resume; the caller hangs up', async () => {
    const { a, b } = phones;
    await connect(phones);
    await waitForTone(a.page, B_HZ);
    await waitForTone(b.page, A_HZ);

    await press(a.page, 'hold');
    await expect(callCard(a.page, 'held')).toContainText('On hold');
    await expect(callCard(b.page, 'held')).toContainText('They put you on hold');
    await waitForSilence(b.page, A_HZ);
    await waitForSilence(a.page, B_HZ);
    await press(a.page, 'resume');
    await expect(callCard(a.page, 'active')).toBeVisible();
    await expect(callCard(b.page, 'active')).toBeVisible();
    await waitForTone(b.page, A_HZ);
    await waitForTone(a.page, B_HZ);

    // The called one may hold too.
    await press(b.page, 'hold');
    await expect(callCard(a.page, 'held')).toContainText('They put you on hold');
    await press(b.page, 'resume');
    await expect(callCard(a.page, 'active')).toBeVisible();
    await waitForTone(a.page, B_HZ);

    await press(a.page, 'end');
    await expect(callCard(a.page, 'ended')).toContainText('You ended the call.');
    await expect(callCard(b.page, 'ended')).toContainText('They hung up.');
  });

  test('muting one side silences that side only; the called one hangs up', async () => {
    const { a, b } = phones;
    await connect(phones);
    await waitForTone(b.page, A_HZ);
    await press(a.page, 'mute');
    await waitForSilence(b.page, A_HZ);
    await waitForTone(a.page, B_HZ);
    await press(b.page, 'end');
    await expect(callCard(b.page, 'ended')).toContainText('You ended the call.');
    await expect(callCard(a.page, 'ended')).toContainText('They hung up.');
  });

  test('declined, cancelled and missed have their words on both sides', async () => {
    const { a, b } = phones;
    await dial(a.page, '1002');
    await expect(callCard(b.page, 'ringing')).toBeVisible();
    await press(b.page, 'decline');
    await expect(callCard(b.page, 'ended')).toContainText('You declined the call.');
    await expect(callCard(a.page, 'ended')).toContainText('They declined the call.');
    for (const { page } of [a, b]) {
      await callCard(page, 'ended').getByRole('button', { name: 'Dismiss' }).click();
      await expect(callCard(page)).toHaveCount(0);
    }

    await dial(a.page, '1002');
    await expect(callCard(b.page, 'ringing')).toBeVisible();
    await press(a.page, 'end');
    await expect(callCard(a.page, 'ended')).toContainText('You cancelled before they answered.');
    await expect(callCard(b.page, 'ended')).toContainText('They gave up before you answered.');
  });

  test('digits typed fast all arrive, in order', async ({ gateway }) => {
    const { a } = phones;
    await dial(a.page, 'digits');
    await expect(callCard(a.page, 'active')).toBeVisible();
    await press(a.page, 'keypad');
    const pad = a.page.getByRole('group', { name: 'Keypad' });
    const wanted = '1234567890*#';
    for (const digit of wanted) await pad.getByRole('button', { name: digit, exact: true }).click();
    await expect(a.page.getByRole('status', { name: 'Digits sent' })).toHaveText(wanted);
    await expect.poll(() => gateway.digits(), { timeout: 20_000 }).toBe(wanted);
    await press(a.page, 'end');
    // What was typed is not in the live column.
    await expect(a.page.locator('[data-testid="event-row"]', { hasText: wanted })).toHaveCount(0);
  });
});
