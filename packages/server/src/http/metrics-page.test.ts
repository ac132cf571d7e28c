import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.close())

describe('/_status/metrics', () => {
  it.each([
    ['as the API key', (key: string) => ({ 'X-Skygear-API-Key': key })],
    ['as a bearer token', (key: string) => ({ Authorization: `Bearer ${key}` })],
  ])('is for whoever has the master key: %s', async (_, headersOf) => {
    const response = await get(headersOf(server.masterKey))

    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Type')).toMatch(/^text\/plain; version=0\.0\.4/)
    expect(await response.text()).toContain('skygear_workers 1\n')
  })

  it.each([
    ['without a key', {}, 401, 101],
    ['with a wrong key', { Authorization: 'Bearer wrong' }, 401, 103],
    ['with the API key', { 'X-Skygear-API-Key': 'test-api-key-0123456789abcdef' }, 403, 102],
  ])('is refused %s', async (_, headers, status, code) => {
    const response = await get(headers as unknown as Record<string, string>)

    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ error: { code } })
  })

  it('counts requests by action and outcome, and in buckets of time', async () => {
    await server.signUp('amy')
    await server.call('me', {}, { token: 'unknown' })
    await server.call('me', {}, { token: 'unknown' })

    const text = await (await get({ 'X-Skygear-API-Key': server.masterKey })).text()

    expect(text).toContain('skygear_requests_total{action="auth:signup",status="200",code="0"} 1\n')
    expect(text).toContain('skygear_requests_total{action="me",status="401",code="104"} 2\n')
    expect(text).toContain(
      'skygear_request_duration_seconds_bucket{action="me",le="+Inf"} 2\n' +
        'skygear_request_duration_seconds_sum{action="me"} ',
    )
    expect(text).toContain('skygear_request_duration_seconds_count{action="me"} 2\n')
  })

  it('has no series for what clients make up', async () => {
    await fetch(`${server.url}/made/up"}`)
    await fetch(server.url, { method: 'POST', body: '{"action":"made:up\\"}"}' })

    const text = await (await get({ 'X-Skygear-API-Key': server.masterKey })).text()

    expect(text).not.toContain('made')
    expect(text).toContain('skygear_requests_total{action="none",status="404",code="117"} 1\n')
  })

  it('has only lines as Prometheus reads them, each family once', async () => {
    const text = await (await get({ 'X-Skygear-API-Key': server.masterKey })).text()

    const lines = text.trimEnd().split('\n')
    for (const line of lines) {
      expect(line).toMatch(
        /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [\d.e+-]+)$/,
      )
    }
    const families = lines.filter((line) => line.startsWith('# TYPE'))
    expect(new Set(families).size).toBe(families.length)
  })
})

function get(headers: Record<string, string>): Promise<Response> {
  return fetch(`${server.url}/_status/metrics`, { headers })
}
