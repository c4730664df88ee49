/** The phone is locked under an attacker's hands: his process ends, whatever he says, and with it his sockets and the tokens that he held. */
import { randomBytes } from 'node:crypto';
import { expect, test, type RunningApp } from '../support/app/app';
import { isRunning } from '../support/app/processes';
import { callCard, dial, ask, lineTo, takeLine, untilLoadedAnew, untilRegistered } from '../support/app/phone-driver';
import { measured } from '../support/measured';
import { searchAllProcesses, spellingsOf, type SearchedProcess } from '../support/security/process-memory';
import { changesOf } from '../support/app/unlock-window';

const phonePid = ({ electron }: RunningApp): Promise<number> =>
  electron.evaluate(
    ({ webContents }) =>
      webContents
        .getAllWebContents()
        .find((each) => each.getURL() === 'app://ringfence/index.html')
        ?.getOSProcessId() ?? 0,
  );

/** A page that says at once that it is closed, clings to its window, and keeps a socket of its own with a token of its own. */
async function takeOver({ page }: RunningApp, profileId: string): Promise<void> {
  await page.evaluate(async (line) => {
    const all = globalThis as unknown as {
      ringfence: {
        invoke: (channel: string, input?: unknown) => Promise<{ value: unknown }>;
        subscribe: (name: string, listener: () => void) => void;
      };
      kept: WebSocket;
    };
    const { value } = await all.ringfence.invoke('grants.get', { profileId: line, purpose: 'sip' });
    const { url, presentation } = value as { url: string; presentation: { token: string } };
    all.kept = new WebSocket(`${url}?token=${presentation.token}`, 'sip');
    await new Promise((resolve) => (all.kept.onopen = resolve));
    all.ringfence.subscribe('phone.locked', () => void all.ringfence.invoke('phone.closed'));
    addEventListener('beforeunload', (event) => event.preventDefault());
    // Chromium waits for a page's last words.
    addEventListener('pagehide', () => {
      const end = Date.now() + 60_000;
      while (Date.now() < end);
    });
  }, profileId);
  // Chromium lets a page stay only after somebody has used it.
  await page.locator('body').click({ position: { x: 5, y: 5 } });
}

for (const channel of ['phone.lock', 'phone.signOut'] as const) {
  test(`a page that says it is closed, and keeps a socket of its own, loses it with its process: ${channel}`, async ({
    launch,
    gateway,
    keyring,
  }) => {
    const app = await launch({ bus: keyring.bus });
    const { page } = app;
    const line = lineTo(gateway.url, '1007');
    await takeLine(app, line, gateway.key);
    await expect(page.getByTestId('registration')).toContainText('as 1007');
    await untilRegistered(page);
    await takeOver(app, line.id);
    expect((await gateway.counts()).flows, "the line's own socket, and the attacker's").toBe(2);
    const before = await phonePid(app);
    await page
      .evaluate(
        (name) =>
          void (globalThis as unknown as { ringfence: { invoke: (channel: string) => unknown } }).ringfence.invoke(
            name,
          ),
        channel,
      )
      .catch(() => undefined);
    await expect.poll(() => isRunning(before), { timeout: 15_000 }).toBe(false);
    await expect.poll(() => gateway.counts(), { timeout: 15_000 }).toEqual({ flows: 0, bindings: 0 });
    // Playwright may have let go of a page whose process ended by force: main looks for it.
    const shown = (): Promise<string> =>
      app.electron.evaluate(
        ({ webContents }) =>
          (webContents
            .getAllWebContents()
            .find((each) => each.getURL() === 'app://ringfence/index.html')
            ?.executeJavaScript(`document.querySelector('[data-testid="locked"]')?.dataset.cause ?? ''`) as
            Promise<string> | undefined) ?? '',
      );
    await expect.poll(shown, { timeout: 15_000 }).toBe(channel === 'phone.lock' ? 'agent' : 'sign-out');
    expect(await phonePid(app)).not.toBe(before);
  });
}

test('a call that is up ends with BYE before the process does, and nothing is late', async ({
  launch,
  gateway,
  keyring,
}) => {
  const app = await launch({ bus: keyring.bus });
  const { page } = app;
  await takeLine(app, lineTo(gateway.url, '1007'), gateway.key);
  await expect(page.getByTestId('registration')).toContainText('as 1007');
  await untilRegistered(page);
  await dial(page, 'echo');
  await expect(callCard(page, 'active')).toBeVisible({ timeout: 20_000 });
  const before = await phonePid(app);
  await app.electron.evaluate(({ webContents }) => {
    const all = globalThis as unknown as { sentByes: string[] };
    all.sentByes = [];
    webContents
      .getAllWebContents()
      .find((each) => each.getURL() === 'app://ringfence/index.html')
      ?.debugger.on('message', (_event, method: string, params: { response?: { payloadData?: string } }) => {
        const text = params.response?.payloadData ?? '';
        if (method === 'Network.webSocketFrameSent') all.sentByes.push(text.split(' ')[0] ?? '');
      });
  });
  await untilLoadedAnew(page, () => ask(page, 'phone.lock'));
  const sent = await app.electron.evaluate(() => (globalThis as unknown as { sentByes: string[] }).sentByes);
  expect(sent.filter((each) => ['BYE', 'REGISTER'].includes(each))).toEqual(['BYE', 'REGISTER']);
  expect(isRunning(before)).toBe(false);
  expect(await gateway.counts()).toEqual({ flows: 0, bindings: 0 });
  await page.getByRole('button', { name: 'Unlock' }).click();
  await untilRegistered(page);
  expect(await changesOf(app, 'phone'), 'nothing is late').toEqual(['locked agent', 'unlocked agent']);
});

test('after a sign-out no token is in the memory of a window, and the search would find one in every process', async ({
  launch,
  gateway,
  keyring,
}) => {
  test.setTimeout(180_000);
  // Each process of the app inherits it, in memory of its own; those of the gateway and the keychain get few variables, and TEMP is one.
  const canary = randomBytes(32).toString('hex');
  const app = await launch({ bus: keyring.bus, env: { RINGFENCE_CANARY: canary, TEMP: canary } });
  const { page } = app;
  const line = lineTo(gateway.url, '1007', { policy: { tokenLifeS: 300, purposes: ['sip'] } });
  await takeLine(app, line, gateway.key);
  await expect(page.getByTestId('registration')).toContainText('as 1007');
  await untilRegistered(page);
  const tokens = await page.evaluate(async (profileId) => {
    const { ringfence } = globalThis as unknown as {
      ringfence: {
        invoke: (channel: string, input: unknown) => Promise<{ value: { presentation: { token: string } } }>;
      };
    };
    const taken: string[] = [];
    for (let count = 0; count < 3; count += 1)
      taken.push((await ringfence.invoke('grants.get', { profileId, purpose: 'sip' })).value.presentation.token);
    // An attacker would hold on to them.
    Object.assign(globalThis, { taken });
    return taken;
  }, line.id);
  // What only this token has: its signature.
  const needles = tokens.flatMap((token) => spellingsOf(token.split('.')[2] ?? ''));
  const withToken = (all: readonly SearchedProcess[]): string[] =>
    all.filter(({ found }) => found.hits.length > 0).map(({ kind }) => kind);

  const canaries = await searchAllProcesses(spellingsOf(canary), app.pid);
  measured(`processes that were searched: ${canaries.map(({ kind }) => kind).join(', ')}`);
  for (const { kind, found } of canaries) {
    expect.soft(found.unreadable, kind).toEqual([]);
    expect.soft(found.hits.length, `the canary in ${kind}`).toBeGreaterThan(0);
  }
  expect(withToken(await searchAllProcesses(needles, app.pid)), 'before').toContain('renderer');

  await untilLoadedAnew(page, () => ask(page, 'phone.signOut'));
  await expect(page.getByTestId('locked')).toHaveAttribute('data-cause', 'sign-out');
  const after = await searchAllProcesses(needles, app.pid);
  expect(after.filter(({ kind }) => kind === 'renderer').length).toBeGreaterThan(0);
  measured(`after the sign-out a token is still in: ${withToken(after).join(', ') || 'none'}`);
  expect(withToken(after)).not.toContain('renderer');
});
