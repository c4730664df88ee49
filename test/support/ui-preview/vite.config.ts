import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const checkout = resolve(import.meta.dirname, '../../..');

/** Gives each page of the preview the style sheets of the window's own page with its name. */
const ownStyles: Plugin = {
  name: 'own-styles',
  transformIndexHtml: {
    order: 'pre',
    handler: (html, { filename }) => {
      const own = readFileSync(resolve(checkout, 'src/renderer', filename.split('/').at(-1) ?? ''), 'utf8');
      const links = own.match(/<link rel="stylesheet"[^>]*>/g) ?? [];
      return html.replace('</title>', `</title>${links.join('').replaceAll('"./ui/', '"/src/renderer/ui/')}`);
    },
  },
};

/** Builds the preview of the window to a folder outside the checkout: build/ui.mjs says where. */
export default defineConfig({
  root: checkout,
  plugins: [ownStyles, react()],
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
