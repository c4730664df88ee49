import { randomBytes } from 'node:crypto';
import type { ProfileInput } from '../../src/contracts/profile/profile';
import { expect, test } from '../support/app/app';
import { ask, callCard, dial, lineTo, press, takeLine, untilRegistered } from '../support/app/phone-driver';

/** JWTs (at least two of their parts) and passwords made by HMAC-SHA1, in what the app printed. */
const SECRET = /eyJ[\w-]+\.[\w-]+|[A-Za-z0-9+/]{27}=/;

const ways: readonly { readonly name: string; readonly line: Pick<ProfileInput, 'provider' | 'presentation'> }[] = (
  [
    { kind: 'subprotocol', template: 'bearer.<token>' },
    { kind: 'bearer', header: 'Authorization', realm: '' },
    { kind: 'digest', realm: '' },
  ] as const
).map((presentation) => ({
  name: presentation.kind,
  line: {
    presentation,
    provider:
      presentation.kind === 'digest'
        ? { kind: 'ephemeral-credentials' }
        : { kind: 'local-jwt', issuer: 'ringfence', audience: 'practice' },
  },
}));

for (const { name, line } of ways) {
  test(`${name}: the Practice line changes to it, registers and calls; nothing of it is printed`, async ({
    launch,
  }) => {
    const app = await launch();
    await untilRegistered(app.page);
    const practice = (await ask(app.page, 'profiles.snapshot')).profiles.find(({ id }) => id === 'practice');
    if (practice === undefined) throw new Error('there is no Practice line');
    await ask(app.page, 'profiles.save', { ...practice, ...line });
    const granted = new RegExp(`"kind":"${name}"[^{}]*"(?:token|password)":"`);
    await expect
      .poll(async () => (await app.ipcSeen()).some(({ payload }) => granted.test(payload)), { timeout: 15_000 })
      .toBe(true);
    await untilRegistered(app.page);
    await dial(app.page, 'echo');
    await expect(callCard(app.page, 'active')).toBeVisible();
    await press(app.page, 'end');
    await expect(callCard(app.page, 'ended')).toBeVisible();
    expect((await app.logs()).filter((text) => SECRET.test(text))).toEqual([]);
  });
}

test('subprotocol: a refused upgrade is said in words, and what Chromium prints of it holds no token', async ({
  launch,
  gateway,
  keyring,
}) => {
  const app = await launch({ bus: keyring.bus });
  await takeLine(
    app,
    lineTo(gateway.url, '1001', { presentation: { kind: 'subprotocol', template: 'bearer.<token>' } }),
    randomBytes(32).toString('base64url'),
  );
  await app.page.getByTestId('registration').click();
  await expect(app.page.getByRole('dialog', { name: 'Registration' })).toContainText('The gateway refused the token');
  await expect
    .poll(async () => (await app.logs()).some((text) => /WebSocket connection to .* failed/.test(text)))
    .toBe(true);
  expect((await app.logs()).filter((text) => SECRET.test(text))).toEqual([]);
  // The search itself can find one: the grant came over IPC.
  expect((await app.ipcSeen()).some(({ payload }) => SECRET.test(payload))).toBe(true);
});
