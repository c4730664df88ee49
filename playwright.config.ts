import { defineConfig, type PlaywrightTestConfig } from '@playwright/test';

/**
 * End to end in real Electron. build/e2e.mjs starts it: it finds the runtime, a display and a user, and says where
 * results go (outside of the checkout, which that user may not write to).
 */
const output = process.env['RINGFENCE_E2E_OUTPUT'];
const report = process.env['RINGFENCE_E2E_REPORT'];
/** These have a run of their own, in which the whole of Playwright is in a network namespace (build/networks.mjs). */
const NETWORK = '**/*-network.spec.ts';
/** So have these: Asterisk wants a network without a way out (build/namespace.mjs). */
const ASTERISK = '**/asterisk-*.spec.ts';
/** These measure sound or time, and have the computer to themselves. */
const MEASURED = [
  'gateway-restart',
  'lab-call',
  'practice-call',
  'rotation',
  'survival',
  'token-life',
  'voice-line',
].map((name) => `**/${name}.spec.ts`);
/** One long test that measures no time. */
const SOAK = '**/soak.spec.ts';
/** Each as long together as all that is left, the third one with the soak before it: build/e2e.mjs plays the three side by side. */
const SECOND = [
  'accessibility',
  'admin-lock',
  'closing',
  'hard-ends',
  'hostile-key',
  'leak',
  'phone-lock',
  'policy',
  'proxies',
  'services',
  'two-phones',
  'unknown-key',
].map((name) => `**/${name}.spec.ts`);
const THIRD = [
  'admin-desk',
  'admin-screens',
  'gateway-answers',
  'hostile-dialogs',
  'hostile-renderer',
  'missed-calls',
  'numbers',
  'package-start',
].map((name) => `**/${name}.spec.ts`);
const PARTS: Readonly<Record<string, Pick<PlaywrightTestConfig, 'testMatch' | 'testIgnore'>>> = {
  plain: { testIgnore: [NETWORK, ASTERISK, SOAK, ...MEASURED, ...SECOND, ...THIRD] },
  second: { testMatch: SECOND },
  third: { testMatch: THIRD },
  soak: { testMatch: SOAK },
  measured: { testMatch: MEASURED },
  asterisk: { testMatch: ASTERISK },
  network: { testMatch: NETWORK },
};

export default defineConfig({
  testDir: 'test/e2e',
  ...PARTS[process.env['RINGFENCE_E2E_PART'] ?? ''],
  // One screen, one clipboard, one microphone. (Runs side by side have one of each for each: build/e2e.mjs.)
  workers: 1,
  fullyParallel: false,
  retries: 0,
  timeout: 60_000,
  forbidOnly: true,
  ...(output === undefined ? {} : { outputDir: output }),
  reporter: report === undefined ? [['list']] : [['list'], ['json', { outputFile: report }]],
});
