import { defineConfig } from 'vite';

/** The demo and help page at `/`. */
export default defineConfig({
  root: 'chat',
  base: '/',
  build: { outDir: '../dist', emptyOutDir: true, assetsDir: 'assets' },
});
