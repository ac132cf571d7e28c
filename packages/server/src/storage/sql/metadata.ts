import type { Kysely } from 'kysely'
import type { MetadataStore } from '../storage.ts'
import type { Tables } from './schema.ts'

export function createMetadataStore(db: Kysely<Tables>): MetadataStore {
  return {
    async get(name) {
      const row = await db
        .selectFrom('metadata')
        .select('value')
        .where('name', '=', name)
        .executeTakeFirst()
      return row?.value
    },

    async set(name, value) {
      await db
        .insertInto('metadata')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute()
    },
  }
}
