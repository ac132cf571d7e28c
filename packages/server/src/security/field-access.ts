import type { FieldAccessRules } from '../records/field-access.ts'
import type { FieldAccessStore } from '../storage/storage.ts'

/** How long rules that another process has changed may still count in this one. */
const RECHECK_AFTER_MS = 1_000

/** Who may do what with single fields, as the database says. */
export interface FieldAccess {
  /** The rules at `now` (Unix milliseconds), at most a second behind other processes. */
  rules(now: number): Promise<FieldAccessRules>
  /** Makes the next `rules` those of the database. */
  forget(): void
}

/**
 * Every request needs the rules, and they hardly ever change: they are kept, and their version is
 * looked up once a second.
 */
export function createFieldAccess(store: FieldAccessStore): FieldAccess {
  let known: { rules: FieldAccessRules; version: string; checkedAt: number } | undefined
  return {
    async rules(now) {
      if (known && Math.abs(now - known.checkedAt) < RECHECK_AFTER_MS) return known.rules
      const version = await store.version()
      const rules = known?.version === version ? known.rules : await store.all()
      known = { rules, version, checkedAt: now }
      return rules
    },

    forget() {
      known = undefined
    },
  }
}
