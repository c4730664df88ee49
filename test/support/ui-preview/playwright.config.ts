import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { defineConfig } from '@playwright/test';

const out = join(tmpdir(), 'ringfence-ui-preview');
const vite = `npx vite`;
const options = `--config ${join(import.meta.dirname, 'vite.config.ts')} --outDir ${out}`;

/** Looks at every scene of the window in Chromium (CHROMIUM names one; Debian's is the default). Pictures go to the temporary folder. */
export default defineConfig({
  testDir: import.meta.dirname,
  outputDir: join(out, 'results'),
  workers: 1,
  fullyParallel: false,
  reporter: 'list',
  use: {
    baseURL: 'http://127.0.0.1:4599',
    locale: 'en-GB',
    launchOptions: { executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox'] },
  },
  webServer: {
    cwd: resolve(import.meta.dirname, '../../..'),
    command: `${vite} build ${options} && ${vite} preview ${options} --host 127.0.0.1 --port 4599 --strictPort`,
    url: 'http://127.0.0.1:4599/test/support/ui-preview/index.html',
    reuseExistingServer: false,
  },
});
