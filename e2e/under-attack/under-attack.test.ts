import { expect, it, onTestFinished } from 'vitest'
import { startTestServer } from '../../packages/server/src/testing/test-server.ts'
import { attackAccount } from './attack-account.ts'

it('CS-03: an owner logs in from a known device while others guess', async () => {
  const server = await startTestServer({ RATE_LIMIT: 'on', TRUSTED_PROXIES: '127.0.0.1' })
  onTestFinished(server.close)

  const siege = await attackAccount({ server, guesses: 200, addresses: 40, perMinute: 6_000 })

  expect(siege).toMatchObject({ guesses: 200, wrong: [], ownerRefused: [] })
  expect(siege.ownerMs).toHaveLength(8)
  // Each log-in of the owner gives the others ten tries again, and little more.
  expect(siege.checked).toBeLessThan(120)
})
