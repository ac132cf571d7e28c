import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import type { PostgresProcess } from '../../packages/server/src/testing/postgres-process.ts'

/** The tables of a database, to be filled past the server that is measured; it may run meanwhile. */
export interface Tables {
  /** Writes rows, in one transaction and without a look at foreign keys. */
  insert(table: string, rows: Row[]): Promise<void>
  /** Gives the row that has this value in this column. */
  find(table: string, column: string, value: string): Promise<Row>
  /** Does now what the engine would do by itself some time after many writes. */
  settle(): Promise<void>
  close(): Promise<void>
}

export type Row = Record<string, unknown>

/** Rows that PostgreSQL gets in one statement. */
const ROWS_A_STATEMENT = 5_000

export function openSqliteTables(file: string): Tables {
  const database = new DatabaseSync(file, { timeout: 30_000, enableForeignKeyConstraints: false })
  // Keys are random, so a million rows need most of the file in memory.
  database.exec('pragma synchronous = off; pragma cache_size = -2000000')
  return {
    async insert(table, rows) {
      const columns = Object.keys(rows[0] ?? {})
      const names = columns.map((name) => `"${name}"`).join(', ')
      const values = columns.map(() => '?').join(', ')
      const statement = database.prepare(`insert into "${table}" (${names}) values (${values})`)
      database.exec('begin immediate')
      for (const row of rows) statement.run(...(Object.values(row) as SQLInputValue[]))
      database.exec('commit')
    },
    async find(table, column, value) {
      const row = database.prepare(`select * from "${table}" where "${column}" = ?`).get(value)
      if (!row) throw notFound(table, column, value)
      return row
    },
    async settle() {
      database.exec('pragma wal_checkpoint(truncate)')
    },
    async close() {
      database.close()
    },
  }
}

export async function openPostgresTables(
  client: Awaited<ReturnType<PostgresProcess['connect']>>,
): Promise<Tables> {
  // Without triggers, and so without checks of foreign keys.
  await client.query('set synchronous_commit = off; set session_replication_role = replica')
  return {
    async insert(table, rows) {
      await client.query('begin')
      for (let at = 0; at < rows.length; at += ROWS_A_STATEMENT) {
        const chunk = JSON.stringify(rows.slice(at, at + ROWS_A_STATEMENT))
        // With its schema, since a table may be called like a type, such as `record`.
        const all = `json_populate_recordset(null::public."${table}", $1)`
        await client.query(`insert into "${table}" select * from ${all}`, [chunk])
      }
      await client.query('commit')
    },
    async find(table, column, value) {
      const select = `select to_json(found) as row from "${table}" as found where "${column}" = $1`
      const { rows } = await client.query<{ row: Row }>(select, [value])
      if (!rows[0]) throw notFound(table, column, value)
      return rows[0].row
    },
    async settle() {
      // Without statistics of the tables, plans are a matter of luck.
      await client.query('vacuum analyze')
      await client.query('checkpoint')
    },
    close: () => client.end(),
  }
}

function notFound(table: string, column: string, value: string): Error {
  return new Error(`No row of ${table} has the ${column} ${value}.`)
}
