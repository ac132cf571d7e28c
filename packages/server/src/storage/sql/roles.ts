import type { Kysely, QueryResult } from 'kysely'
import type { RoleStore } from '../storage.ts'
import { runCompiledOnce } from './compiled.ts'
import type { Tables } from './schema.ts'

export function createRoleStore(db: Kysely<Tables>): RoleStore {
  async function add(roles: string[]): Promise<void> {
    if (roles.length === 0) return
    await db
      .insertInto('role')
      .values(roles.map((name) => ({ name, is_admin: 0, is_default: 0 })))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }

  return {
    admin: () => namesOf(selectAdminRoles(db)),
    default: () => namesOf(selectDefaultRoles(db)),
    add,
    async flag(kind, roles) {
      const column = kind === 'admin' ? 'is_admin' : 'is_default'
      await add(roles)
      await db.updateTable('role').set(column, 0).execute()
      if (roles.length === 0) return
      await db.updateTable('role').set(column, 1).where('name', 'in', roles).execute()
    },
  }
}

const selectAdminRoles = runCompiledOnce((db) => selectFlagged(db, 'is_admin'))
const selectDefaultRoles = runCompiledOnce((db) => selectFlagged(db, 'is_default'))

function selectFlagged(db: Kysely<Tables>, flag: 'is_admin' | 'is_default') {
  return db.selectFrom('role').select('name').where(flag, '=', 1).orderBy('name')
}

async function namesOf(result: Promise<QueryResult<{ name: string }>>): Promise<string[]> {
  return (await result).rows.map(({ name }) => name)
}
