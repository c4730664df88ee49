import { defineConfig } from '@playwright/test';

/** The window without its main process, in Chromium. build/ui.mjs starts it: it builds and serves the preview, and says where results go. */
const { RINGFENCE_UI_CHROMIUM, RINGFENCE_UI_OUTPUT, RINGFENCE_UI_REPORT, RINGFENCE_UI_URL } = process.env;

export default defineConfig({
  testDir: '.',
  ...(RINGFENCE_UI_OUTPUT === undefined ? {} : { outputDir: RINGFENCE_UI_OUTPUT }),
  // They wait for nothing but the processor.
  workers: 2,
  fullyParallel: true,
  retries: 0,
  // Each looks at one state in a dozen ways, on a computer that does other things beside it.
  timeout: 120_000,
  forbidOnly: true,
  reporter: RINGFENCE_UI_REPORT === undefined ? [['list']] : [['list'], ['json', { outputFile: RINGFENCE_UI_REPORT }]],
  use: {
    ...(RINGFENCE_UI_URL === undefined ? {} : { baseURL: RINGFENCE_UI_URL }),
    locale: 'en-GB',
    launchOptions: {
      ...(RINGFENCE_UI_CHROMIUM === undefined ? {} : { executablePath: RINGFENCE_UI_CHROMIUM }),
      chromiumSandbox: process.env['RINGFENCE_E2E_OS_SANDBOX'] === '1',
    },
  },
});
