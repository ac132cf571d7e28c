import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openStorage } from '../../storage/open-storage.ts'
import { makeTestDirectory, startTestServer } from '../../testing/test-server.ts'
import type { ActionContext } from '../action.ts'
import { healthz } from './healthz.ts'

describe('_status:healthz', () => {
  it('answers OK without any key', async () => {
    const server = await startTestServer()
    onTestFinished(server.close)

    const response = await fetch(`${server.url}/_status/healthz`)

    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ result: { status: 'OK' } })
  })

  it('does not look at credentials', async () => {
    const server = await startTestServer()
    onTestFinished(server.close)

    const answer = await server.call('_status:healthz', {}, { key: 'wrong', token: 'unknown' })

    expect(answer.status).toBe(200)
  })

  it('R-44: fails with status 503 and Retry-After when the database does not answer', async () => {
    const directory = makeTestDirectory()
    onTestFinished(() => rmSync(directory, { recursive: true }))
    const storage = await openStorage(`sqlite:${join(directory, 'gone.db')}`)
    await storage.close()
    const readiness = { isPrepared: true, isStopping: false }
    const context = { storage, readiness } as unknown as ActionContext

    const attempt = healthz.handler({}, context)

    await expect(attempt).rejects.toMatchObject({
      name: 'UnexpectedUnableToOpenDatabase',
      status: 503,
      retryAfterSeconds: 1,
    })
  })
})
