import { defineConfig } from '@playwright/test';

/**
 * End to end in real Electron. build/e2e.mjs starts it: it finds the runtime, a display and a user, and says where
 * results go (outside of the checkout, which that user may not write to).
 */
const output = process.env['RINGFENCE_E2E_OUTPUT'];
const report = process.env['RINGFENCE_E2E_REPORT'];
/** These have a run of their own, in which the whole of Playwright is in a network namespace (build/networks.mjs). */
const NETWORK = '**/*-network.spec.ts';
const inNetwork = process.env['RINGFENCE_E2E_PART'] === 'network';

export default defineConfig({
  testDir: 'test/e2e',
  ...(inNetwork ? { testMatch: NETWORK } : { testIgnore: NETWORK }),
  // One screen, one microphone, two cores: tests that measure time do not share them.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  timeout: 60_000,
  forbidOnly: true,
  ...(output === undefined ? {} : { outputDir: output }),
  reporter: report === undefined ? [['list']] : [['list'], ['json', { outputFile: report }]],
});
