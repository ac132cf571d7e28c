import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SettingsError } from '../settings.ts'
import { startTestServer, type TestServer, testPassword } from '../testing/test-server.ts'

let first: TestServer
let running: TestServer

beforeEach(async () => {
  first = await startTestServer()
  running = first
})

afterEach(async () => {
  await running.stop()
  await first.close()
})

describe('AUTH_RECORD_KEYS', () => {
  it('makes other fields log-in ids, for users who are there already', async () => {
    await signUp({ username: 'amy' }, { phone: '+41 1' })

    await restart('username,phone')

    expect((await logIn({ phone: '+41 1' })).status).toBe(200)
    expect((await logIn({ username: 'AMY' })).status).toBe(200)
  })

  it('takes fields that it no longer names as no log-in ids', async () => {
    await signUp({ username: 'amy', email: 'amy@example.com' })

    await restart('username')

    expect((await logIn({ email: 'amy@example.com' })).error?.code).toBe(108)
  })

  it('lets a field that it no longer names be the same for two users', async () => {
    await signUp({ username: 'amy', email: 'us@example.com' })
    await restart('username')

    const answer = await signUp({ username: 'bea' }, { email: 'us@example.com' })

    expect(answer.status).toBe(200)
  })

  it('makes fields in brackets one log-in id together', async () => {
    await restart('(email,phone)')
    await signUp({ email: 'us@example.com', phone: '1' })

    const other = await signUp({ email: 'us@example.com', phone: '2' })
    const same = await signUp({ email: 'US@example.com', phone: '1' })

    expect(other.status).toBe(200)
    expect(same.error?.code).toBe(109)
    expect((await logIn({ email: 'us@example.com', phone: '2' })).result.user_id).toBe(
      other.result.user_id,
    )
    expect((await logIn({ email: 'us@example.com' })).error?.code).toBe(108)
  })

  it('works for many users', async () => {
    for (let i = 0; i < 3; i += 1) await signUp({ username: `user-${i}` }, { phone: `${i}` })
    await copyUsers(1_200)

    await restart('phone')

    expect((await logIn({ phone: 'copy-1199' })).error?.code).toBe(105)
    expect((await logIn({ phone: '2' })).status).toBe(200)
  })

  it('is refused, and changes nothing, when two users would have the same log-in id', async () => {
    await signUp({ username: 'amy' }, { phone: '1' })
    await signUp({ username: 'bea' }, { phone: '1' })

    const attempt = restart('phone')

    await expect(attempt).rejects.toThrow(SettingsError)
    await expect(attempt).rejects.toThrow(/AUTH_RECORD_KEYS.*two users/)
    await restart('username,email')
    expect((await logIn({ username: 'amy' })).status).toBe(200)
  })

  it('is put into use once, not at each start', async () => {
    await signUp({ username: 'amy' })
    await first.sql("update login_id set canonical = 'marked'")

    await restart('username,email')

    expect(await first.sql('select canonical from login_id')).toEqual([{ canonical: 'marked' }])
  })
})

async function restart(authRecordKeys: string): Promise<void> {
  await running.stop()
  running = await startTestServer({
    DATA_DIR: first.dataDirectory,
    AUTH_RECORD_KEYS: authRecordKeys,
  })
}

function signUp(authData: Record<string, unknown>, profile: Record<string, unknown> = {}) {
  return running.call('auth:signup', { auth_data: authData, profile, password: testPassword })
}

function logIn(authData: Record<string, unknown>) {
  return running.call('auth:login', { auth_data: authData, password: testPassword })
}

/** Users without a password, straight in the database: more than are read at a time. */
async function copyUsers(count: number): Promise<void> {
  await first.sql(`create table copied as
    with recursive n(i) as (select 0 union all select i + 1 from n where i < ${count - 1})
    select 'copy-' || i as id from n`)
  await first.sql(`insert into account (id, token_version, disabled, roles)
    select id, 0, 0, '[]' from copied`)
  await first.sql(`insert into record
      (database_id, type, key, owner_id, created_at, created_by, updated_at, updated_by, fields)
    select '', 'user', id, id, 0, id, 0, id, json_object('phone', id) from copied`)
  await first.sql('drop table copied')
}
