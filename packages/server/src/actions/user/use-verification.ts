import type { Audit } from '../../audit/audit-trail.ts'
import { invalidArgument } from '../../errors.ts'
import type { FieldType, Value } from '../../records/value.ts'
import { hasExpired } from '../../security/one-time-code.ts'
import type { OneTimeCode, Stores } from '../../storage/storage.ts'
import { flagsAfterVerifying, type VerificationRules } from '../../users/verification.ts'

/**
 * Uses a code up and marks the address that it was sent to as verified, within the transaction of
 * `stores`.
 *
 * Throws InvalidArgument when the code was used, its time is over or the address is another one.
 */
export async function useVerification(
  code: OneTimeCode,
  stores: Stores,
  audit: Audit,
  rules: VerificationRules,
  now: number,
): Promise<void> {
  if (hasExpired(code, now)) throw invalidArgument('the code has expired', 'code')
  const user = await stores.accounts.find(code.userId)
  if (user?.record.fields[code.recordKey] !== code.recordValue) {
    throw invalidArgument(
      'the user data has since been modified, a new verification is required',
      'code',
    )
  }
  if (!(await stores.oneTimeCodes.take(code.id))) throw invalidCode()
  const flags = flagsAfterVerifying(code.recordKey, user.record.fields, rules)
  await addBooleanFields(stores, flags)
  await audit(stores, 'verify_address', code.userId, { record_key: code.recordKey })
  await stores.records.update({
    ...user.record,
    fields: { ...user.record.fields, ...flags },
    updatedAt: now,
  })
}

/** The error of a code that is not, or no longer, one. It is not repeated: it may be nearly right. */
export function invalidCode() {
  return invalidArgument('the code is not valid', 'code')
}

/** So that apps can query by the flags; a frozen schema does not keep the server from its own. */
async function addBooleanFields(stores: Stores, flags: Record<string, Value>): Promise<void> {
  const fields = new Map(Object.keys(flags).map((name): [string, FieldType] => [name, 'boolean']))
  await stores.schema.addFields('user', fields)
}
