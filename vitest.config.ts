import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: {
    // Tests read the sources, so that they need no build. The exact names only: a test of the
    // built package imports it by its path.
    alias: [
      { find: /^skygear$/, replacement: source('skygear/src/index.ts') },
      { find: /^skygear\/auth$/, replacement: source('skygear/src/auth-only.ts') },
      { find: /^skygear-server$/, replacement: source('server/src/index.ts') },
    ],
  },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'packages/*/*.test.ts',
      'e2e/**/*.test.ts',
      'scripts/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // Vitest leaves one core to itself, which on two cores means one test file at a time.
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})

function source(file: string): string {
  return fileURLToPath(new URL(`packages/${file}`, import.meta.url))
}
