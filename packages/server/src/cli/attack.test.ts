import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from '../testing/run-command.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'
import { attacks, rehearse, type Trial } from './attack/rehearse.ts'
import { createSite } from './attack/site.ts'

/** As a server has them unless it is told otherwise. */
const withLimits = { RATE_LIMIT: 'on' }

let server: TestServer
let trials: Trial[]

beforeAll(async () => {
  server = await startTestServer(withLimits)
  trials = await rehearse(createSite(server.url, server))
}, 60_000)
afterAll(() => server.close())

describe('the rehearsal', () => {
  it.each(attacks.filter(({ isStrict }) => !isStrict).map(({ id }) => id))(
    'passes against a server with its defaults: rehearsal of %s',
    (id) => {
      const { status, seen } = trials.find((trial) => trial.id === id)!

      expect(`${status} ${seen ?? ''}`).toBe('pass ')
    },
  )

  const SWITCHED_OFF: [Record<string, string>, string[]][] = [
    [{ ENUMERATION: 'compat' }, ['EN-03']],
    [{ RATE_LIMIT: 'off' }, ['CS-01', 'CS-06']],
    [{ PASSWORD_BLOCKLIST: 'off' }, ['PW-06']],
    [{ USER_AUDIT_PW_MIN_LENGTH: '0' }, ['PW-01']],
    [{ CORS_HOST: 'https://evil.example' }, ['WB-01']],
    [{ ENUMERATION: 'strict' }, []],
  ]

  it.each(SWITCHED_OFF)(
    'with %j fails in exactly %j',
    async (environment, expected) => {
      const open = await startTestServer({ ...withLimits, ENUMERATION: 'strict', ...environment })
      try {
        const found = await rehearse(createSite(open.url, open), { isStrict: true })

        expect(found.filter(({ status }) => status === 'fail').map(({ id }) => id)).toEqual(
          expected,
        )
      } finally {
        await open.close()
      }
    },
    60_000,
  )
})

describe('skygear-server attack', () => {
  it('asks first, for which there is no terminal here', async () => {
    const { code, errors } = await runCommand(['attack', server.url, '--api-key', server.apiKey])

    expect(code).toBe(1)
    expect(errors).toContain('--yes')
  })

  it.each([
    [['attack', 'nowhere', '--api-key', 'k', '--yes'], 'no address'],
    [['attack', 'http://127.0.0.1:9', '--yes'], '--api-key'],
    [['attack', 'http://127.0.0.1:9', '--api-key', 'k', '--yes'], 'cannot be reached'],
  ])('says in one line what is wrong: %j', async (given, part) => {
    const { code, errors } = await runCommand(given)

    expect(code).toBe(1)
    expect(errors).toContain(part)
    expect(errors.trim().split('\n')).toHaveLength(1)
  })

  it('prints each case, ends with 1 when one fails, and names the users it made', async () => {
    const open = await startTestServer({ ...withLimits, PASSWORD_BLOCKLIST: 'off' })
    try {
      const given = ['attack', open.url, '--api-key', open.apiKey, '--yes', '--json']
      const { code, json } = await runCommand(given)

      expect(code).toBe(1)
      const { trials, users } = json as { trials: Trial[]; users: string[] }
      expect(trials).toContainEqual(expect.objectContaining({ id: 'PW-06', status: 'fail' }))
      expect(trials).toContainEqual(expect.objectContaining({ id: 'TK-06', status: 'skipped' }))
      expect(users.every((name) => name.startsWith('attack-'))).toBe(true)
    } finally {
      await open.close()
    }
  }, 60_000)
})
