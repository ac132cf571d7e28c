import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSocket, sendRaw } from '../testing/raw-http.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'
import { MAX_BODY_BYTES } from './read-body.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.close())

describe('a body', () => {
  it.each(['', '{}', 'null', ' \n{} \n'])('can be %j', async (body) => {
    expect(await post(body)).toMatchObject({ status: 200 })
  })

  it.each(['{', '[]', '"x"', '5', 'true', 'x=1', '{}{}', '{} x', "{'a':1}", '{"a":NaN}'])(
    'is refused with BadRequest as %j',
    async (body) => {
      expect(await post(body)).toMatchObject({
        status: 400,
        json: { error: { name: 'BadRequest', code: 107 } },
      })
    },
  )

  it('IN-14: is refused with a number that is too large', async () => {
    expect(await post('{"a":[1e999]}')).toMatchObject({
      status: 400,
      json: { error: { code: 107 } },
    })
  })

  it('does not repeat in the error what it holds', async () => {
    const { text } = await post('{"password":"s3cret')

    expect(text).not.toContain('s3cret')
  })

  it('IN-03: counts the last of members of one name', async () => {
    const body = '{"action":"me","action":"_status:healthz"}'

    expect(await post(body)).toMatchObject({ status: 200 })
  })

  it('is read as UTF-8, wherever it is cut', async () => {
    const { access_token: token } = await server.signUp('cut')
    const bytes = Buffer.from('{"records":[{"_id":"note/1","text":"\u{1f600}é笔"}]}')
    const socket = await openSocket(server.url)
    let received = ''
    socket.setEncoding('utf8').on('data', (text: string) => {
      received += text
    })

    socket.write(`POST /record/save HTTP/1.1\r\nHost: x\r\nConnection: close\r\n`)
    socket.write(`X-Skygear-Access-Token: ${token}\r\nContent-Length: ${bytes.length}\r\n\r\n`)
    for (const byte of bytes) {
      socket.write(new Uint8Array([byte]))
      await new Promise(setImmediate)
    }
    await new Promise((resolve) => socket.once('close', resolve))

    expect(received).toContain('"text":"\u{1f600}é笔"')
  })

  it('may be nested 32 deep', async () => {
    expect(await post(nested(32))).toMatchObject({ status: 200 })
  })

  it('may not be nested deeper', async () => {
    expect(await post(nested(33))).toMatchObject({ status: 400, json: { error: { code: 107 } } })
  })

  it('may not be nested without end', async () => {
    const deep = `{"a":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`

    expect(await post(deep)).toMatchObject({ status: 400, json: { error: { code: 107 } } })
  })

  it('with members of the prototype changes nothing', async () => {
    const body = '{"__proto__":{"action":"me"},"constructor":{"prototype":{"action":"me"}}}'

    expect(await post(body)).toMatchObject({ status: 200, json: { result: { status: 'OK' } } })
    expect(({} as Record<string, unknown>)['action']).toBeUndefined()
  })

  it('may be 6 MiB', async () => {
    expect(await post(bodyOf(MAX_BODY_BYTES))).toMatchObject({ status: 200 })
  })

  it('may not be a byte more', async () => {
    expect(await post(bodyOf(MAX_BODY_BYTES + 1))).toMatchObject({
      status: 413,
      json: { error: { name: 'BadRequest', code: 107 } },
    })
  })

  it('HT-01: may not be more when it comes in chunks of unknown number', async () => {
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`
    const head = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n'

    const answer = await sendRaw(server.url, `${head}${chunk.repeat(97)}0\r\n\r\n`)

    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    expect(answer).toContain('Connection: close')
  })
})

async function post(body: string) {
  const response = await fetch(server.url, { method: 'POST', body })
  const text = await response.text()
  return { status: response.status, text, json: JSON.parse(text) as unknown }
}

function nested(depth: number): string {
  return `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`
}

function bodyOf(length: number): string {
  return `{"a":"${'x'.repeat(length - 8)}"}`
}
