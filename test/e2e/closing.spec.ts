/** How the window closes and the app ends: not during a call without a question, and never held up by one that nobody can answer. */
import { once } from 'node:events';
import { expect, test, type RunningApp } from '../support/app/app';
import { callCard, dial, press, untilRegistered } from '../support/app/phone-driver';

/** What was asked, and what the window was told, as main saw it. */
interface Seen {
  readonly asked: readonly {
    readonly title: string;
    readonly buttons: readonly string[];
    readonly defaultId: number;
  }[];
  readonly minimised: number;
}

/** Stands in for the person: main's questions wait until `answer` gives the number of a button. */
async function watch({ electron }: RunningApp) {
  await electron.evaluate(({ BrowserWindow, dialog }) => {
    const seen = { asked: [] as unknown[], minimised: 0, answers: [] as ((response: number) => void)[] };
    Object.assign(globalThis, { seen });
    Object.assign(dialog, {
      showMessageBox: (...given: unknown[]) => {
        const { title, buttons, defaultId } = given.at(-1) as Record<string, unknown>;
        seen.asked.push({ title, buttons, defaultId });
        return new Promise((resolve) => seen.answers.push((response) => resolve({ response, checkboxChecked: false })));
      },
    });
    const [window] = BrowserWindow.getAllWindows();
    const real = window?.minimize.bind(window);
    // There may be no window manager here that minimises: the order to do so is what counts.
    Object.assign(window ?? {}, {
      minimize: () => {
        seen.minimised += 1;
        real?.();
      },
    });
  });
  return {
    seen: (): Promise<Seen> =>
      electron.evaluate(() => {
        const { seen } = globalThis as unknown as { seen: Seen };
        return { asked: seen.asked, minimised: seen.minimised };
      }),
    answer: (response: number) =>
      electron.evaluate((_, chosen) => {
        const { seen } = globalThis as unknown as { seen: { answers: ((response: number) => void)[] } };
        seen.answers.shift()?.(chosen);
      }, response),
    /** As the cross of the window does it. */
    close: () =>
      electron.evaluate(({ BrowserWindow }) => {
        BrowserWindow.getAllWindows()
          .find((window) => window.webContents.getURL().endsWith('/index.html'))
          ?.close();
      }),
    /** As the menu does it, and its key. */
    quitByMenu: () =>
      electron.evaluate(({ Menu }) => {
        const item = Menu.getApplicationMenu()?.items[0]?.submenu?.items.find(
          ({ label }) => label === 'Quit Ringfence',
        );
        item?.click();
      }),
  };
}

const [KEEP, END] = [0, 1];

test('without a call the window minimises and the line stays; a second start brings it back', async ({ launch }) => {
  const app = await launch();
  const { page, electron } = app;
  await untilRegistered(page);
  const main = await watch(app);
  await main.close();
  await expect.poll(async () => (await main.seen()).minimised).toBe(1);
  await expect(page.getByTestId('registration')).toHaveAttribute('data-phase', 'registered');
  expect((await main.seen()).asked).toEqual([]);
  const shown = await electron.evaluate(({ app: own, BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    let shows = 0;
    const real = window?.show.bind(window);
    Object.assign(window ?? {}, {
      show: () => {
        shows += 1;
        real?.();
      },
    });
    own.emit('second-instance', {}, [], '', null);
    return shows;
  });
  expect(shown).toBe(1);
});

test('a close during a call asks once; the call goes on, or it ends with the app', async ({ launch }) => {
  test.setTimeout(90_000);
  const app = await launch();
  const { page, electron } = app;
  await untilRegistered(page);
  const main = await watch(app);
  await dial(page, 'echo');
  await expect(callCard(page, 'active')).toBeVisible();
  for (const closes of [main.close, main.close, main.quitByMenu]) await closes();
  await expect
    .poll(async () => (await main.seen()).asked)
    .toEqual([{ title: 'End the call?', buttons: ['Keep calling', 'End call and close'], defaultId: KEEP }]);
  await main.answer(KEEP);
  await expect(callCard(page, 'active')).toBeVisible();

  // A call on hold counts, and so does one that rings.
  await press(page, 'hold');
  await expect(callCard(page, 'held')).toBeVisible();
  await main.close();
  await expect.poll(async () => (await main.seen()).asked.length).toBe(2);
  await main.answer(KEEP);
  await dial(page, 'call-me');
  await expect(callCard(page, 'ringing')).toBeVisible({ timeout: 15_000 });
  await main.quitByMenu();
  await expect
    .poll(async () => (await main.seen()).asked.at(-1)?.buttons)
    .toEqual(['Keep calling', 'End calls and close']);
  expect((await main.seen()).minimised).toBe(0);
  const exited = once(electron.process(), 'exit');
  await main.answer(END).catch(() => undefined);
  await exited;
  const log = await app.logs();
  expect(log.filter((line) => /uncaught/i.test(line))).toEqual([]);
});

test('the menu quits at once when no call is up', async ({ launch }) => {
  const app = await launch();
  await untilRegistered(app.page);
  const main = await watch(app);
  const exited = once(app.electron.process(), 'exit');
  await main.quitByMenu().catch(() => undefined);
  await exited;
});

for (const how of ['a signal', 'the driver'] as const)
  test(`${how} ends the app during a call and asks nothing, also where a question is open`, async ({ launch }) => {
    const app = await launch();
    const { page, electron } = app;
    await untilRegistered(page);
    const main = await watch(app);
    await dial(page, 'echo');
    await expect(callCard(page, 'active')).toBeVisible();
    await main.close();
    await expect.poll(async () => (await main.seen()).asked.length).toBe(1);
    const exited = once(electron.process(), 'exit');
    const began = performance.now();
    if (how === 'a signal') process.kill(app.pid, 'SIGTERM');
    else await electron.close();
    await exited;
    // In order, and not by force after ten seconds.
    expect(performance.now() - began).toBeLessThan(8_000);
    const closed = (await app.ipcSeen()).filter(
      ({ to, payload }) => to === 'main' && payload.includes('"phone.closed"'),
    );
    expect(closed, 'the page closed its line').toHaveLength(1);
  });
