/**
 * One page for all tests of a worker. A scene starts anew each time, for it is a document of its own; what stays is the warmth: code that is compiled,
 * fonts, and axe. A page of its own makes a test of a scene three times as long.
 */
import { test as base, type Page } from '@playwright/test';

export const test = base.extend<object, { readonly onePage: Page }>({
  onePage: [
    async ({ browser }, use, { project }) => {
      const { baseURL, locale } = project.use;
      const context = await browser.newContext({
        ...(baseURL === undefined ? {} : { baseURL }),
        ...(locale === undefined ? {} : { locale }),
      });
      await use(await context.newPage());
      await context.close();
    },
    { scope: 'worker' },
  ],
  page: async ({ onePage }, use) => {
    await use(onePage);
    onePage.removeAllListeners('console').removeAllListeners('pageerror');
  },
});

export { expect, type Page } from '@playwright/test';
