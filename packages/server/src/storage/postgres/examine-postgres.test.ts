import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dropTestDatabase, openTestDatabase } from '../../testing/postgres-cluster.ts'
import { examineDatabase, openStorage } from '../open-storage.ts'

const NAME = 'skygear_test_examination'

let url: string

beforeEach(async () => {
  url = await openTestDatabase(NAME)
})

afterEach(() => dropTestDatabase(NAME))

describe('the examination of a PostgreSQL database', () => {
  it('finds nothing wrong with one in use', async () => {
    const storage = await openStorage(url)

    expect(await complaints()).toEqual([])
    await storage.close()
  })

  it('finds nothing wrong with an empty one, and makes no tables', async () => {
    expect(await complaints()).toEqual([])
    expect((await run('select from pg_tables where schemaname = current_schema()')).rowCount).toBe(
      0,
    )
  })

  it('says that it takes no writes', async () => {
    await run(`alter database ${NAME} set default_transaction_read_only = on`)

    expect(await complaints()).toEqual([
      expect.objectContaining({ what: expect.stringContaining('takes no writes') }),
    ])
  })

  it('says that it may lose what it has acknowledged', async () => {
    await run(`alter database ${NAME} set synchronous_commit = off`)

    expect(await complaints()).toEqual([
      expect.objectContaining({ what: expect.stringContaining('synchronous_commit is off') }),
    ])
  })

  it.each([
    ['database', { pathname: '/nowhere' }, 'correct its name in DATABASE_URL'],
    ['host', { hostname: 'nowhere.invalid' }, 'Correct the host in DATABASE_URL.'],
  ])('says that there is no such %s', async (_, change, remedy) => {
    const wrong = Object.assign(new URL(url), change).href

    const [finding, ...others] = await examineDatabase(wrong, Date.now())

    expect(others).toEqual([])
    expect(finding?.remedy).toContain(remedy)
  })
})

async function complaints() {
  return (await examineDatabase(url, Date.now())).filter(({ status }) => status !== 'ok')
}

async function run(statement: string) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await client.query(statement)
  } finally {
    await client.end()
  }
}
