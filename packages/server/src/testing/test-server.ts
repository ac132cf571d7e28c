import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from '../server.ts'
import { loadSettings } from '../settings.ts'

export interface TestServer {
  url: string
  apiKey: string
  masterKey: string
  /** Stops the server and removes its database. */
  close(): Promise<void>
}

const testKeys = {
  API_KEY: 'test-api-key-0123456789abcdef',
  MASTER_KEY: 'test-master-key-0123456789abcdef',
  TOKEN_STORE_SECRET: 'test-token-secret-0123456789abcdef',
}

/**
 * Starts a real server on a free port, over SQLite in a folder of its own. Answers are checked
 * against the output schemas of their actions.
 *
 * `environment`: settings by the names of their environment variables.
 */
export async function startTestServer(
  environment: Record<string, string> = {},
): Promise<TestServer> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'skygear-test-'))
  const settings = loadSettings({
    PORT: '0',
    DATA_DIR: dataDirectory,
    LOG_LEVEL: 'error',
    ...testKeys,
    ...environment,
  })
  const server = await createServer(settings, { checkAnswers: true })
  return {
    url: server.url,
    apiKey: settings.apiKey,
    masterKey: settings.masterKey,
    async close() {
      await server.close()
      rmSync(dataDirectory, { recursive: true, force: true })
    },
  }
}
