import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { environment: 'jsdom', include: ['{contract,markup,transcript,clock,widget,chat,desk}/**/*.test.{ts,tsx}'] },
});
