import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const checkout = resolve(import.meta.dirname, '../../..');

/** Builds the preview of the window to a folder outside the checkout: `--outDir` says where. */
export default defineConfig({
  root: checkout,
  plugins: [react()],
  build: {
    target: 'chrome130',
    emptyOutDir: true,
    rolldownOptions: {
      input: {
        index: resolve(import.meta.dirname, 'index.html'),
        incoming: resolve(import.meta.dirname, 'incoming.html'),
      },
    },
  },
});
