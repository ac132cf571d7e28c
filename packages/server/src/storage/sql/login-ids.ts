import type { Kysely } from 'kysely'
import type { LoginId } from '../../users/login-id.ts'
import type { LoginIdStore } from '../storage.ts'
import { runCompiledOnce } from './compiled.ts'
import { toUser, valuesOf } from './rows.ts'
import type { Tables } from './schema.ts'
import { selectUser } from './select-user.ts'

export function createLoginIdStore(db: Kysely<Tables>): LoginIdStore {
  async function insert(userId: string, ids: LoginId[]): Promise<void> {
    for (const { group, canonical } of ids) await insertLoginId(db, group, canonical, userId)
  }

  return {
    async findUser({ group, canonical }) {
      const {
        rows: [row],
      } = await findUserByLoginId(db, group, canonical)
      return row && toUser(valuesOf(row))
    },

    insert,

    async replace(userId, ids) {
      await deleteLoginIds(db, userId)
      await insert(userId, ids)
    },

    async clear() {
      await db.deleteFrom('login_id').execute()
    },
  }
}

const deleteLoginIds = runCompiledOnce((db, userId: string) =>
  db.deleteFrom('login_id').where('user_id', '=', userId),
)

const insertLoginId = runCompiledOnce((db, group: string, canonical: string, userId: string) =>
  db.insertInto('login_id').values({ key_group: group, canonical, user_id: userId }),
)

const findUserByLoginId = runCompiledOnce((db, group: string, canonical: string) =>
  selectUser(db)
    .innerJoin('login_id', 'login_id.user_id', 'account.id')
    .where('login_id.key_group', '=', group)
    .where('login_id.canonical', '=', canonical),
)
