/** The log on disk: where About says it is, for its owner alone, and without a token. */
import { readFile, stat } from 'node:fs/promises';
import { expect, test } from '../support/app/app';
import { ask, untilRegistered } from '../support/app/phone-driver';

test('the log is where About says, is read by its owner alone, and holds no token', async ({ launch }) => {
  const { page } = await launch();
  await untilRegistered(page);
  const grant = await ask(page, 'grants.get', { profileId: 'practice', purpose: 'sip' });
  if (grant.purpose !== 'sip' || !('token' in grant.presentation))
    throw new Error('the Practice line presents a token');
  const { token } = grant.presentation;
  // As a careless line would have it: Chromium prints such texts, and so does a page.
  const careless = `WebSocket connection to 'wss://pbx.example.com/?t=${token}' failed`;
  await page.evaluate(`console.error(${JSON.stringify(careless)})`);
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('tab', { name: 'About' }).click();
  const path = await page
    .locator('.facts')
    .getByText(/ringfence\.log$/)
    .innerText();
  await expect.poll(async () => await readFile(path, 'utf8')).toContain('practice gateway listens at ws://127.0.0.1:');
  await expect.poll(async () => await readFile(path, 'utf8')).toContain('page: WebSocket connection to');
  const text = await readFile(path, 'utf8');
  expect(text).not.toContain(token);
  expect(text).not.toContain(token.split('.')[2]);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});
