/** What must hold for whatever the window shows: nobody is kept from a control, by its size, its place, its colours or the keyboard. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, type Page, type ViewportSize } from '@playwright/test';
import { controlsOutOfReach, coloursThatForget, startWatchingFocus, untabbed } from './page-checks';

/** As its own driver finds it. */
const requireOfAxe = createRequire(createRequire(import.meta.url).resolve('@axe-core/playwright'));
const axeSource = readFileSync(requireOfAxe.resolve('axe-core/axe.min.js'), 'utf8');

/** The window's sizes: as it opens, without its live column's room, and the smallest. CSS pixels. */
export const SIZES = [
  { width: 1040, height: 700 },
  { width: 760, height: 700 },
  { width: 360, height: 560 },
] as const;
/** The window as it opens, at 200 %: a page that is zoomed sees half as many CSS pixels. (The device's scale changes how sharp they are, and no place.) */
export const ZOOMED = { width: 520, height: 350 } as const;

interface Axe {
  readonly run: (
    context: Document,
    options: object,
  ) => Promise<{ violations: readonly { id: string; nodes: readonly { html: string }[] }[] }>;
}

/** Rules of axe that a colour scheme can break. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

async function axe(page: Page, rules: readonly string[] | null): Promise<readonly string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource);
  return await page.evaluate(async (only) => {
    const { axe: loaded } = globalThis as unknown as { axe: Axe };
    const { violations } = await loaded.run(document, {
      resultTypes: ['violations'],
      // Everything is in the page already.
      preload: false,
      ...(only === null ? {} : { runOnly: { type: 'rule', values: only } }),
    });
    return violations.map(({ id, nodes }) => `axe ${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
  }, rules);
}

/** Nothing can be scrolled sideways, and every control can be brought into sight whole, with nothing over it. */
async function reach(page: Page): Promise<readonly string[]> {
  return await page.evaluate(controlsOutOfReach);
}

/** Tab comes by every control, and shows where it is. */
async function keyboard(page: Page): Promise<readonly string[]> {
  const count = await page.evaluate(startWatchingFocus);
  for (let n = 0; n < count; n++) await page.keyboard.press('Tab');
  return await page.evaluate(untabbed);
}

/** Looks at what is shown in every way; one sentence for each thing that is wrong. */
export async function inspect(page: Page, sizes: readonly ViewportSize[] = SIZES): Promise<void> {
  const found: string[] = [];
  const note = async (where: string, complaints: Promise<readonly string[]>): Promise<void> => {
    for (const complaint of await complaints) found.push(`${where}: ${complaint}`);
  };
  for (const size of sizes) {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme: 'light' });
    await note(`${size.width} light`, axe(page, null));
    await note(`${size.width}`, reach(page));
    await page.emulateMedia({ colorScheme: 'dark' });
    await note(`${size.width} dark`, axe(page, COLOUR_RULES));
  }
  await page.emulateMedia({ colorScheme: 'light' });
  if (sizes === SIZES) {
    await page.setViewportSize(ZOOMED);
    await note('200 %', reach(page));
  }
  await page.setViewportSize(sizes[0] ?? SIZES[0]);
  await page.emulateMedia({ forcedColors: 'active' });
  await note('forced colours', page.evaluate(coloursThatForget));
  await page.emulateMedia({ forcedColors: 'none' });
  await note('keyboard', keyboard(page));
  expect(found).toEqual([]);
}

/** Everything that the page says in its console or throws. */
export function complaintsOf(page: Page): readonly string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return complaints;
}

/** Opens a scene of the preview and waits until it is drawn. */
export async function openScene(page: Page, scene: string, toasts: readonly string[] = []): Promise<void> {
  await page.setViewportSize(SIZES[0]);
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce', forcedColors: 'none' });
  // Nothing is pointed at: a test before this one may have left the mouse on a button.
  await page.mouse.move(0, 0);
  await page.goto(
    `/test/support/ui-preview/index.html?scene=${scene}${toasts.map((name) => `&toast=${name}`).join('')}`,
  );
  await expect(page.getByTestId('registration')).toHaveAttribute('data-phase', /.+/);
  await page.evaluate(() => document.fonts.ready);
}
