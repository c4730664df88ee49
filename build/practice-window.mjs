/// <reference lib="dom" />
/** The app's phone window as a person uses it, and its own measurements (User Timing). */

/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {import('@playwright/test').ElectronApplication} ElectronApplication */

const PHONE_URL = 'app://ringfence/index.html';

/** @param {ElectronApplication} app @returns {Promise<Page>} */
export async function phoneWindow(app) {
  const page = app.windows().find((each) => each.url() === PHONE_URL) ?? (await app.firstWindow());
  await page.waitForURL(PHONE_URL);
  return page;
}

/** @param {Page} page @param {number} timeout ms @returns {Promise<void>} */
export async function waitForRegistration(page, timeout) {
  await page.getByTestId('registration').filter({ hasText: 'Registered' }).waitFor({ timeout });
}

/** @param {Page} page @param {string} phase */
const callIn = (page, phase) => page.locator(`[data-testid="call-card"][data-phase="${phase}"]`);

/** @param {Page} page @param {string} target */
export async function dial(page, target) {
  await page.getByRole('textbox', { name: 'Name or number' }).fill(target);
  await page.getByRole('button', { name: 'Call', exact: true }).click();
}

/** @param {Page} page @param {number} timeout ms */
export async function waitForActiveCall(page, timeout) {
  await callIn(page, 'active').first().waitFor({ timeout });
}

/** Hangs up and waits for the call to end. @param {Page} page @param {number} timeout ms */
export async function hangUp(page, timeout) {
  await callIn(page, 'active').getByRole('button', { name: 'End, hang up' }).click();
  await callIn(page, 'active').waitFor({ state: 'detached', timeout });
}

/** @param {Page} page @param {number} timeout ms */
export async function answer(page, timeout) {
  await page.getByTestId('call-card').getByRole('button', { name: 'Answer' }).click({ timeout });
}

/**
 * When the page last passed a mark, in ms since the epoch (a fraction of a ms is kept); null when it never did.
 * @param {Page} page
 * @param {string} name without the prefix
 * @returns {Promise<number | null>}
 */
export async function lastMark(page, name) {
  return await page.evaluate((full) => {
    const mark = performance.getEntriesByName(full).at(-1);
    return mark === undefined ? null : performance.timeOrigin + mark.startTime;
  }, `ringfence:${name}`);
}

/**
 * From one mark to another, in ms; null when the second is missing or older.
 * @param {Page} page
 * @param {string} from
 * @param {string} to
 */
export async function between(page, from, to) {
  const [start, end] = [await lastMark(page, from), await lastMark(page, to)];
  return start === null || end === null || end < start ? null : end - start;
}

/** @typedef {{ fingerprint: string, lifeS: number, cause: string }} Mint */

/**
 * Asks main through the window's own bridge, as the window itself does.
 * @param {Page} page
 * @param {string} channel
 * @param {unknown} input
 * @returns {Promise<unknown>} the answer's value; rejects with the failure's sentence
 */
async function ask(page, channel, input) {
  return await page.evaluate(
    async (question) => {
      const bridge =
        /** @type {{ ringfence: { invoke: (channel: string, input: unknown) => Promise<{ ok: boolean, value?: unknown, failure?: { sentence: string } }> } }} */ (
          /** @type {unknown} */ (globalThis)
        );
      const answer = await bridge.ringfence.invoke(question.channel, question.input);
      if (!answer.ok) throw new Error(answer.failure?.sentence ?? 'refused');
      return answer.value;
    },
    { channel, input },
  );
}

/** The tokens minted so far, from the audit log. @param {Page} page @returns {Promise<Mint[]>} */
export async function mintsSoFar(page) {
  const entries = /** @type {(Mint & { what: string, at: string })[]} */ (
    await ask(page, 'audit.recent', { limit: 500 })
  );
  const since = await page.evaluate(() => performance.timeOrigin);
  return entries.filter((entry) => entry.what === 'mint' && Date.parse(entry.at) >= since - 5000);
}

/** One more token, for the search: the window may have it, so the search may ask for it there. @param {Page} page @returns {Promise<string>} */
export async function freshToken(page) {
  const grant = /** @type {{ presentation: { kind: string, token?: string } }} */ (
    await ask(page, 'grants.get', { profileId: 'practice', purpose: 'sip' })
  );
  if (grant.presentation.token === undefined)
    throw new Error('the Practice line gives its window no token to search with');
  return grant.presentation.token;
}
