import { describe, expect, it, onTestFinished } from 'vitest'
import { startTestServer } from '../testing/test-server.ts'

const ORIGIN = 'https://app.example'

describe('CORS_HOST', () => {
  it('lets pages of all origins call without being set', async () => {
    const headers = await preflight({})

    expect(headers.get('Access-Control-Allow-Origin')).toBe('*')
    expect(headers.has('Vary')).toBe(false)
  })

  it('can name one origin', async () => {
    const headers = await preflight({ CORS_HOST: ORIGIN })

    expect(headers.get('Access-Control-Allow-Origin')).toBe(ORIGIN)
  })

  it('does not name the origin of another page when it is one', async () => {
    const headers = await preflight({ CORS_HOST: ORIGIN }, 'https://evil.example')

    expect(headers.get('Access-Control-Allow-Origin')).toBe(ORIGIN)
  })

  it('can be a list, of which the origin of the page is answered', async () => {
    const headers = await preflight({ CORS_HOST: `https://other.example, ${ORIGIN}` })

    expect(headers.get('Access-Control-Allow-Origin')).toBe(ORIGIN)
    expect(headers.get('Vary')).toBe('Origin')
  })

  it('lets no page of an origin that is not in the list', async () => {
    const list = { CORS_HOST: `https://other.example,${ORIGIN}` }

    const headers = await preflight(list, 'https://evil.example')

    expect(headers.has('Access-Control-Allow-Origin')).toBe(false)
    expect(headers.get('Vary')).toBe('Origin')
  })

  it.each(['null', `${ORIGIN}.evil.example`, `${ORIGIN}:8443`, 'https://APP.example'])(
    'is compared as a whole: %s',
    async (origin) => {
      const headers = await preflight({ CORS_HOST: `https://other.example,${ORIGIN}` }, origin)

      expect(headers.has('Access-Control-Allow-Origin')).toBe(false)
    },
  )
})

describe('answers to pages', () => {
  it('allow the method and the headers that are asked for', async () => {
    const headers = await preflight({})

    expect(headers.get('Access-Control-Allow-Methods')).toBe('POST')
    expect(headers.get('Access-Control-Allow-Headers')).toBe('content-type,x-skygear-api-key')
  })

  it('WB-03: show the request id, the hint for the device and when to try again', async () => {
    const headers = await preflight({})

    expect(headers.get('Access-Control-Expose-Headers')).toBe(
      'X-Skygear-Request-Id, X-Skygear-Device, Retry-After',
    )
  })

  it.each(['*', ORIGIN, `https://other.example,${ORIGIN}`])(
    'WB-01, WB-02: never allow credentials, with CORS_HOST=%s',
    async (corsHost) => {
      const server = await startTestServer({ CORS_HOST: corsHost })
      onTestFinished(server.close)
      const headers = { Origin: ORIGIN }

      const answers = [
        await fetch(server.url, { method: 'OPTIONS', headers }),
        await fetch(server.url, { headers }),
        await fetch(`${server.url}/me`, { method: 'POST', headers }),
        await fetch(`${server.url}//x`, { headers, redirect: 'manual' }),
      ]

      expect(answers.map(({ status }) => status)).toEqual([200, 200, 401, 301])
      for (const answer of answers) {
        expect(answer.headers.has('Access-Control-Allow-Credentials')).toBe(false)
      }
    },
  )

  it('let pages read errors too', async () => {
    const server = await startTestServer()
    onTestFinished(server.close)

    const answer = await fetch(`${server.url}/me`, { headers: { Origin: ORIGIN } })

    expect(answer.status).toBe(401)
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('*')
  })
})

async function preflight(environment: Record<string, string>, origin = ORIGIN): Promise<Headers> {
  const server = await startTestServer(environment)
  onTestFinished(server.close)
  const response = await fetch(`${server.url}/auth/login`, {
    method: 'OPTIONS',
    headers: {
      Origin: origin,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'content-type,x-skygear-api-key',
    },
  })
  expect(response.status).toBe(200)
  return response.headers
}
