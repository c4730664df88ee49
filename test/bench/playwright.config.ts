import { defineConfig } from '@playwright/test';

/** The benchmark runs on Playwright's runner: it launches the same app through the same support as the end-to-end tests. build/bench.mjs starts it. */
const output = process.env['RINGFENCE_E2E_OUTPUT'];

export default defineConfig({
  testDir: '.',
  testMatch: '*.bench.ts',
  workers: 1,
  fullyParallel: false,
  retries: 0,
  timeout: 600_000,
  forbidOnly: true,
  ...(output === undefined ? {} : { outputDir: output }),
  reporter: [['line']],
});
