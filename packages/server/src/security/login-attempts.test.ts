import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import {
  startTestServer,
  type TestCredentials,
  type TestServer,
  testPassword,
} from '../testing/test-server.ts'

const limited = { RATE_LIMIT: 'on', TRUSTED_PROXIES: '127.0.0.1' }

let server: TestServer

beforeAll(async () => {
  server = await startTestServer(limited)
})

afterAll(() => server.close())

describe('wrong passwords for one account', () => {
  it('CS-01: ten are free; then each makes the next wait, twice as long as before', async () => {
    await signUp('amy')
    const client = someClient()

    expect(await guess('amy', 10, () => client)).toEqual(Array(10).fill(105))
    expect(await retryAfter('amy', client)).toBe('1')
    await endWaits()
    expect(await guess('amy', 1, () => client)).toEqual([105])
    expect(await retryAfter('amy', client)).toBe('2')
  })

  it('CS-12: are looked at by nobody while they cannot be counted', async () => {
    const { userId } = await signUp('zoe')
    const release = await holdDatabase(server)

    const answer = await logIn('zoe', someClient())
    await release()

    expect(answer.status).toBe(503)
    expect(answer.headers.get('Retry-After')).toBe('1')
    expect((await logIn('zoe', someClient())).result.user_id).toBe(userId)
  })

  it('CS-12: are looked at by nobody when it is the counting alone that fails', async () => {
    const { userId } = await signUp('zac')
    await server.sql('alter table rate_limit rename to away')

    const answer = await logIn('zac', someClient())
    await server.sql('alter table away rename to rate_limit')

    expect(answer.status).toBe(500)
    expect((await logIn('zac', someClient())).result.user_id).toBe(userId)
  })

  it('CS-01: refuse the right one too while they wait', async () => {
    await signUp('ann')
    await guess('ann', 10)

    const answer = await logIn('ann', someClient())

    expect(answer.status).toBe(429)
    expect(answer.error).toMatchObject({ name: 'TooManyRequests', code: 130 })
  })

  it('CS-02: close the account for strangers after a hundred', async () => {
    await signUp('bea')
    await guess('bea', 10)
    await server.sql('update rate_limit set count = 99, free_at = 0 where count = 10 and most = 10')

    expect(await guess('bea', 2)).toEqual([105, 130])
    expect((await logIn('bea', someClient())).headers.get('Retry-After')).toBe('900')
  })

  it('CS-04: are no more when they come at the same time', async () => {
    await signUp('cat')
    const tries = Array.from({ length: 100 }, () => logIn('cat', someClient(), 'wrong password'))

    const codes = (await Promise.all(tries)).map(({ error }) => error?.code)

    const checked = codes.filter((code) => code === 105).length
    expect(checked).toBeGreaterThanOrEqual(10)
    // On a slow machine the first waits, of a second and of two, are over before the last has come.
    expect(checked).toBeLessThanOrEqual(12)
    expect(codes.filter((code) => code === 130)).toHaveLength(100 - checked)
  })

  it('CS-05: are counted together, however the user is named', async () => {
    const auth_data = { username: 'dora', email: 'dora@example.com' }
    await server.call('auth:signup', { auth_data, password: testPassword }, someClient())
    const spellings = [
      { username: 'dora' },
      { username: 'DORA' },
      { username: 'ｄｏｒａ' },
      { email: 'dora@example.com' },
      { email: 'Dora@Example.COM' },
    ]
    const codes: unknown[] = []
    for (let i = 0; i < 11; i += 1) {
      const body = { auth_data: spellings[i % spellings.length], password: 'wrong password' }
      codes.push((await server.call('auth:login', body, someClient())).error?.code)
    }

    expect(codes).toEqual([...Array(10).fill(105), 130])
  })

  it('CS-07: are counted together, however the action is named', async () => {
    await signUp('eva')
    const paths = [
      '/auth/login',
      '/auth:login',
      '/auth%2Flogin',
      '/auth/login?x=1',
      '//auth/login',
      '/auth/login/',
      '/',
      '/AUTH/LOGIN',
    ]
    const codes: unknown[] = []
    for (let i = 0; i < 16; i += 1) codes.push(await guessAt(paths[i % paths.length]!, 'eva'))

    expect(codes.filter((code) => code === 105)).toHaveLength(10)
    // A doubled slash is redirected to where it counts.
    expect(codes.filter((code) => code === 130)).toHaveLength(4)
  })

  it('CS-15: are not forgotten when the server starts again', async () => {
    const first = await startTestServer(limited)
    onTestFinished(first.close)
    await signUp('fay', first)
    await guess('fay', 10, someClient, first)
    await first.stop()

    const second = await startTestServer({ ...limited, DATA_DIR: first.dataDirectory })
    onTestFinished(second.close)

    expect(await guess('fay', 1, someClient, second)).toEqual([130])
  })

  it('are forgotten with a right one', async () => {
    await signUp('gil')
    await guess('gil', 9)

    expect((await logIn('gil', someClient())).status).toBe(200)
    expect(await guess('gil', 10)).toEqual(Array(10).fill(105))
  })

  it('EN-12: are limited for names that nobody has as for others', async () => {
    expect(await guess('nobody-at-all', 10)).toEqual(Array(10).fill(110))
    expect(await retryAfter('nobody-at-all', someClient())).toBe('1')
  })

  it('CS-09: include those for `auth:password`', async () => {
    const { token } = await signUp('hal')
    for (let i = 0; i < 9; i += 1) {
      const body = { old_password: 'wrong password', password: 'another good one' }
      expect((await server.call('auth:password', body, { token })).error?.code).toBe(105)
    }

    expect(await guess('hal', 2)).toEqual([105, 130])
  })
})

describe('an owner whose account is under attack', () => {
  it('CS-03: logs in from a known device, and ends the row', async () => {
    const { device } = await signUp('ida')
    await guess('ida', 10)
    await server.sql('update rate_limit set count = 100, free_at = resets_at where most = 10')

    const answer = await logIn('ida', { ...someClient(), device })

    expect(answer.status).toBe(200)
    expect(answer.headers.get('X-Skygear-Device')).not.toBe(device)
    expect(await guess('ida', 1)).toEqual([105])
  })

  it('CS-03: logs in from a known device of a network that is refused', async () => {
    const { device } = await signUp('ivo')
    const office = someClient()
    await guess('nobody-there', 1, () => office)
    await useUpNetworks(30)
    expect((await logIn('ivo', office)).status).toBe(429)

    expect((await logIn('ivo', { ...office, device })).status).toBe(200)
  })

  it('CS-14: logs in from a network of before, without a hint', async () => {
    await signUp('jan')
    await logIn('jan', { from: '203.0.113.7' })
    await guess('jan', 10)

    expect((await logIn('jan', { from: '203.0.113.200' })).status).toBe(200)
  })

  it('CS-03b: logs in after a new password was set', async () => {
    const { userId } = await signUp('kim')
    await guess('kim', 10)
    const password = 'a password by mail'

    await server.call(
      'auth:reset_password',
      { auth_id: userId, password },
      { key: server.masterKey },
    )

    expect((await logIn('kim', someClient(), password)).status).toBe(200)
  })

  it('CS-14: is not known by the hint of another user, a forged one or one from before', async () => {
    const { device: another } = await signUp('leo')
    const { device, token } = await signUp('lea')
    const body = { old_password: testPassword, password: 'a newer password' }
    const changed = await server.call('auth:password', body, { token })
    await guess('lea', 10)
    const logInWith = async (hint: string | undefined) =>
      (await logIn('lea', { ...someClient(), device: hint }, 'a newer password')).status

    for (const hint of [another, device, 'x.y.z', `${device}x`]) {
      expect(await logInWith(hint)).toBe(429)
    }
    expect(await logInWith(changed.headers.get('X-Skygear-Device') ?? '')).toBe(200)
  })

  it('waits too for wrong passwords of the known device', async () => {
    const { device } = await signUp('mia')
    const known = () => ({ ...someClient(), device })

    expect(await guess('mia', 11, known)).toEqual([...Array(10).fill(105), 130])
    expect(await guess('mia', 1)).toEqual([105])
  })
})

describe('wrong passwords from one network', () => {
  it('CS-08: are refused after thirty, whatever the names', async () => {
    const client = someClient()
    const codes: unknown[] = []
    for (let i = 0; i < 31; i += 1) codes.push(...(await guess(`spray-${i}`, 1, () => client)))

    // EN-06: after ten unknown names the answer tells no more.
    expect(codes).toEqual([...Array(10).fill(110), ...Array(20).fill(105), 130])
  })

  it('CS-10: are not forgotten with a right one for another account', async () => {
    await signUp('nat')
    const client = someClient()
    await guess('other', 1, () => client)
    await useUpNetworks(29)

    expect((await logIn('nat', client)).status).toBe(200)
    expect(await guess('nat', 2, () => client)).toEqual([105, 130])
  })

  it('CS-11: are counted together within a /64, and more of them within a /48', async () => {
    const within = (subnet: number) => (i: number) => ({ from: `2001:db8:7:${subnet}::${i + 1}` })
    await guess('six', 1, () => within(1)(1))
    await useUpNetworks(29)

    expect(await guess('six', 2, () => within(1)(2))).toEqual([110, 130])
    expect(await guess('six', 1, () => within(2)(1))).toEqual([110])
    await server.sql('update rate_limit set count = 299 where most = 300 and count = 3')
    expect(await guess('six', 2, () => within(3)(1))).toEqual([110, 130])
  })

  it('CS-06: are counted by the address of the connection when no proxy is trusted', async () => {
    const direct = await startTestServer({ RATE_LIMIT: 'on' })
    onTestFinished(direct.close)
    await guess('name', 1, someClient, direct)
    await useUpNetworks(29, direct)

    expect(await guess('name', 2, someClient, direct)).toEqual([110, 130])
  })

  it('do not count for a server with the master key', async () => {
    await signUp('oda')
    const ofServer = { ...someClient(), key: server.masterKey }
    const codes: unknown[] = []
    for (let i = 0; i < 31; i += 1) codes.push(...(await guess(`app-${i}`, 1, () => ofServer)))

    expect(new Set(codes)).toEqual(new Set([110]))
    expect((await logIn('oda', ofServer)).status).toBe(200)
  })
})

/** A client in a network of its own. */
/** Keeps everybody else from writing counters, until the result is called. */
async function holdDatabase({ engine, databaseUrl }: TestServer): Promise<() => Promise<void>> {
  if (engine === 'sqlite') {
    const database = new DatabaseSync(databaseUrl.replace('sqlite:', ''))
    database.exec('begin immediate')
    return async () => database.close()
  }
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query('begin; lock table rate_limit in access exclusive mode')
  return () => client.end()
}

function someClient(): TestCredentials {
  clients += 1
  return { from: `10.${clients >> 8}.${clients & 255}.1` }
}

let clients = 0

async function signUp(username: string, on = server) {
  const body = { auth_data: { username }, password: testPassword }
  const { headers, result } = await on.call('auth:signup', body, someClient())
  const device = headers.get('X-Skygear-Device') ?? ''
  return { device, token: result.access_token, userId: result.user_id }
}

function logIn(username: string, client: TestCredentials, password = testPassword, on = server) {
  return on.call('auth:login', { auth_data: { username }, password }, client)
}

/** The codes of so many wrong passwords, each from another network unless told otherwise. */
async function guess(
  username: string,
  count: number,
  client: () => TestCredentials = someClient,
  on = server,
) {
  const codes: unknown[] = []
  for (let i = 0; i < count; i += 1) {
    codes.push((await logIn(username, client(), 'wrong password', on)).error?.code)
  }
  return codes
}

async function guessAt(path: string, username: string): Promise<unknown> {
  const response = await fetch(server.url + path, {
    method: 'POST',
    headers: { 'X-Skygear-API-Key': server.apiKey, 'X-Forwarded-For': someClient().from! },
    body: JSON.stringify({
      action: 'auth:login',
      auth_data: { username },
      password: 'wrong password',
    }),
  })
  const { error } = (await response.json()) as { error?: { code: number } }
  return error?.code
}

async function retryAfter(username: string, client: TestCredentials) {
  return (await logIn(username, client)).headers.get('Retry-After')
}

/** As if so many passwords had been wrong in each network where one was. */
async function useUpNetworks(count: number, on = server): Promise<void> {
  await on.sql(
    `update rate_limit set count = ?, free_at = case when ? >= most then resets_at else 0 end
     where most = 30 and count = 1`,
    count,
    count,
  )
}

/** As if the time had passed. */
async function endWaits(): Promise<void> {
  await server.sql('update rate_limit set free_at = 0')
}
