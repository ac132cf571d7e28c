import { ApiError } from '../../errors.ts'
import type { Subject } from '../../records/access.ts'
import { type FieldAccessRules, type FieldRight, mayUseField } from '../../records/field-access.ts'
import type { OwnField, QueryField } from '../../records/query-fields.ts'

/**
 * Throws RecordQueryDenied for a field that the subject may not look for. `byEquality`: whether the
 * field is only compared with values that the subject knows already.
 */
export function checkMayCompare(
  field: QueryField,
  byEquality: boolean,
  rules: FieldAccessRules,
  subject: Subject,
): void {
  const enough: FieldRight[] = byEquality ? ['comparable', 'discoverable'] : ['comparable']
  const needed = byEquality ? 'discoverable or comparable' : 'comparable'
  const used = field.kind === 'own' ? [field] : [field.reference, field.target]
  for (const own of used) requireOneOf(enough, needed, own, rules, subject)
}

/** Throws RecordQueryDenied for a field that the subject may not read. */
export function checkMayRead(
  field: Pick<OwnField, 'recordType' | 'name'>,
  rules: FieldAccessRules,
  subject: Subject,
): void {
  requireOneOf(['readable'], 'readable', field, rules, subject)
}

function requireOneOf(
  rights: FieldRight[],
  needed: string,
  { recordType, name }: Pick<OwnField, 'recordType' | 'name'>,
  rules: FieldAccessRules,
  subject: Subject,
): void {
  if (rights.some((right) => mayUseField(rules, recordType, name, right, subject, undefined))) {
    return
  }
  throw new ApiError(
    'RecordQueryDenied',
    `Cannot query on field "${name}" due to Field ACL, need to be ${needed}`,
  )
}
