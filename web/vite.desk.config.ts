import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The agents' desk at `/desk/`. */
export default defineConfig({
  root: 'desk',
  base: '/desk/',
  plugins: [react()],
  build: { outDir: '../dist/desk', emptyOutDir: true, chunkSizeWarningLimit: 1500 },
});
