import { randomUUID } from 'node:crypto'
import type { Kysely } from 'kysely'
import { type FieldAccessRule, indexRules } from '../../records/field-access.ts'
import type { FieldAccessStore } from '../storage.ts'
import { createMetadataStore } from './metadata.ts'
import type { FieldAccessTable, Tables } from './schema.ts'

const VERSION = 'field_access_version'

export function createFieldAccessStore(db: Kysely<Tables>): FieldAccessStore {
  const metadata = createMetadataStore(db)
  return {
    async all() {
      const rows = await db.selectFrom('field_access').selectAll().execute()
      return indexRules(rows.map(toRule))
    },

    async replace(rules) {
      await db.deleteFrom('field_access').execute()
      if (rules.length > 0) {
        await db.insertInto('field_access').values(rules.map(fromRule)).execute()
      }
      await metadata.set(VERSION, randomUUID())
    },

    async version() {
      return (await metadata.get(VERSION)) ?? ''
    },
  }
}

function toRule(row: FieldAccessTable): FieldAccessRule {
  return {
    recordType: row.record_type,
    recordField: row.record_field,
    userRole: row.user_role,
    readable: row.readable === 1,
    writable: row.writable === 1,
    comparable: row.comparable === 1,
    discoverable: row.discoverable === 1,
  }
}

function fromRule(rule: FieldAccessRule): FieldAccessTable {
  return {
    record_type: rule.recordType,
    record_field: rule.recordField,
    user_role: rule.userRole,
    readable: rule.readable ? 1 : 0,
    writable: rule.writable ? 1 : 0,
    comparable: rule.comparable ? 1 : 0,
    discoverable: rule.discoverable ? 1 : 0,
  }
}
