import { expect, test } from '../support/app/app';
import { measured } from '../support/measured';
import { watchRegistration } from '../support/app/page-watch';
import { callCard, dial, lastMark, lineTo, press, takeLine, untilRegistered } from '../support/app/phone-driver';

/** How many failed tries the outage lasts: a short one, and one in which the back-off has grown. */
for (const tries of [1, 5]) {
  test(`the gateway is killed and comes back after ${tries} failed ${tries === 1 ? 'try' : 'tries'}: registered again within 2 s`, async ({
    launch,
    gateway,
    keyring,
  }) => {
    const app = await launch({ bus: keyring.bus });
    const { page } = app;
    await takeLine(app, lineTo(gateway.url, '1001'), gateway.key);
    await expect(page.getByTestId('registration')).toContainText('as 1001');
    await untilRegistered(page);
    const watch = await watchRegistration(page);

    await gateway.kill();
    await expect
      .poll(async () => (await watch.phases()).filter((phase) => phase === 'waiting').length, { timeout: 40_000 })
      .toBeGreaterThanOrEqual(tries);
    const listening = await gateway.restart();
    await untilRegistered(page, 10_000);
    const registered = (await lastMark(page, 'registered')) ?? 0;
    measured(
      `registered ${(registered - listening).toFixed(0)} ms after the gateway came back (${tries} failed tries before)`,
    );
    expect(registered).toBeGreaterThan(listening);
    expect(registered - listening).toBeLessThan(2000);

    await dial(page, 'echo');
    await expect(callCard(page, 'active')).toBeVisible();
    await press(page, 'end');
  });
}
