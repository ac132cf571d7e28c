import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const neverTests = ['**/node_modules/**', '**/dist/**']

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
    // Vitest leaves one core to itself, which on two cores means one test file at a time.
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // The same tests on both engines, where an engine can make a difference.
    projects: [
      {
        extends: true,
        test: {
          name: 'sqlite',
          include: [
            'packages/*/src/**/*.test.ts',
            'packages/*/*.test.ts',
            'e2e/**/*.test.ts',
            'scripts/**/*.test.ts',
          ],
          exclude: [...neverTests, 'packages/server/src/storage/postgres/**', 'e2e/outage/**'],
        },
      },
      {
        extends: true,
        test: {
          name: 'postgres',
          env: { TEST_ENGINE: 'postgres' },
          globalSetup: 'packages/server/src/testing/postgres-cluster.ts',
          include: [
            'packages/server/src/{actions,audit,mails,security}/**/*.test.ts',
            'packages/server/src/cli/user/*.test.ts',
            'packages/server/src/storage/{postgres,sql}/*.test.ts',
            'packages/server/src/storage/retention.test.ts',
            'packages/server/src/cli/audit.test.ts',
            'e2e/recorded/recorded.test.ts',
            'e2e/record-model/record-model.test.ts',
            'e2e/{attacks,crash-ledger,outage,revocation}/*.test.ts',
            'e2e/mobile-requests.test.ts',
          ],
          exclude: neverTests,
        },
      },
    ],
  },
})

function source(file: string): string {
  return fileURLToPath(new URL(`packages/${file}`, import.meta.url))
}
