// Fixed names, no hashes, no source maps: the output is committed, and must be the same bytes
// wherever it is built. Pages ask for "app.js?v=<digest>", so a browser never keeps an old one.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig } from 'vite';
import notices from './notices.mjs';
import withoutFeel from './without-feel.mjs';

const here = import.meta.dirname;

export default defineConfig({
  root: here,
  base: './',
  publicDir: 'public',
  logLevel: 'error',
  plugins: [withoutFeel(here), notices(JSON.parse(readFileSync(resolve(here, 'package-lock.json'), 'utf8')), here)],
  build: {
    outDir: resolve(here, '../app/web/static/dist'),
    emptyOutDir: true,
    target: 'chrome86',
    cssTarget: 'chrome86',
    minify: true,
    sourcemap: false,
    modulePreload: false,
    manifest: 'manifest.json', // which styles an entry needs, with those of what it shares
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 600,
    rollupOptions: {
      preserveEntrySignatures: 'exports-only', // what an entry exports is for its importers in the browser
      input: { app: resolve(here, 'src/app/main.js'), viewer: resolve(here, 'src/viewer/main.js'), heat: resolve(here, 'src/viewer/heat.js'), modeler: resolve(here, 'src/modeler/main.js'), fields: resolve(here, 'src/fields/main.js'), dmn: resolve(here, 'src/dmn/main.js'), diff: resolve(here, 'src/diff/main.js'), charts: resolve(here, 'src/charts/main.js') },
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: '[name].js',
        assetFileNames: '[name][extname]',
      },
    },
  },
});
