import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

const here = import.meta.dirname;

// The lower of the two runtimes that run this code: Electron 33 (tests) and 45 (product).
export default defineConfig({
  main: {
    build: {
      target: 'node20.18',
      // In the bundle, pure JavaScript loads several times faster than from its many files; what is native stays outside.
      externalizeDeps: { exclude: ['zod', 'jose', 'ws', 'tldts'] },
      rolldownOptions: {
        input: {
          index: resolve(here, 'src/main/index.ts'),
          gateway: resolve(here, 'src/gateway/process.ts'),
          keychain: resolve(here, 'src/main/secrets/keychain-host.ts'),
          'gateway-cli': resolve(here, 'src/gateway/cli.ts'),
        },
      },
    },
  },
  preload: {
    build: {
      target: 'node20.18',
      // A sandboxed preload is one CommonJS file with nothing external.
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: resolve(here, 'src/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: resolve(here, 'src/renderer'),
    plugins: [react()],
    build: {
      target: 'chrome130',
      minify: true,
      rolldownOptions: {
        input: {
          index: resolve(here, 'src/renderer/index.html'),
          incoming: resolve(here, 'src/renderer/incoming.html'),
          unlock: resolve(here, 'src/renderer/unlock.html'),
          proxy: resolve(here, 'src/renderer/proxy.html'),
        },
      },
    },
  },
});
