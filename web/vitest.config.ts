import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { environment: 'jsdom', include: ['{contract,markup,widget,chat,desk}/**/*.test.{ts,tsx}'] },
});
