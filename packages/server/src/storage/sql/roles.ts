import type { Kysely } from 'kysely'
import type { RoleStore } from '../storage.ts'
import type { Tables } from './schema.ts'

export function createRoleStore(db: Kysely<Tables>): RoleStore {
  async function flagged(flag: 'is_admin' | 'is_default'): Promise<string[]> {
    const rows = await db
      .selectFrom('role')
      .select('name')
      .where(flag, '=', 1)
      .orderBy('name')
      .execute()
    return rows.map(({ name }) => name)
  }

  async function add(roles: string[]): Promise<void> {
    if (roles.length === 0) return
    await db
      .insertInto('role')
      .values(roles.map((name) => ({ name, is_admin: 0, is_default: 0 })))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }

  return {
    admin: () => flagged('is_admin'),
    default: () => flagged('is_default'),
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
