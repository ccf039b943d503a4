import { defineConfig } from 'vite';

/** One self-contained script: a host site adds `<script src="…/widget.js">` and nothing else. */
export default defineConfig({
  define: { 'process.env.NODE_ENV': JSON.stringify('production') },
  build: {
    outDir: 'dist',
    emptyOutDir: false,
    copyPublicDir: false,
    chunkSizeWarningLimit: 1500,
    lib: {
      entry: 'widget/main.ts',
      formats: ['iife'],
      name: 'CloudSupportChat',
      fileName: () => 'widget.js',
    },
  },
});
