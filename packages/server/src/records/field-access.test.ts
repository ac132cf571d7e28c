import { describe, expect, it } from 'vitest'
import { type FieldAccessRule, type FieldRight, indexRules, mayUseField } from './field-access.ts'
import type { Value } from './value.ts'

const owner = { userId: 'owner', roles: [], isMaster: false }
const amy = { userId: 'amy', roles: ['editor'], isMaster: false }
const nobody = { userId: undefined, roles: [], isMaster: false }
const master = { userId: undefined, roles: [], isMaster: true }

type Subject = typeof amy | typeof nobody

const allRights: FieldRight[] = ['readable', 'writable', 'comparable', 'discoverable']

/** Those that a new database begins with. */
const namesOfUsers = indexRules([
  ruleForUsers('username', '_owner', allRights),
  ruleForUsers('username', '_any_user', ['readable', 'comparable', 'discoverable']),
  ruleForUsers('email', '_owner', allRights),
  ruleForUsers('email', '_any_user', ['comparable', 'discoverable']),
])

describe('the rules for the names of users', () => {
  it('let the owner do everything', () => {
    expect(rightsTo('username', owner)).toEqual(allRights)
    expect(rightsTo('email', owner)).toEqual(allRights)
  })

  it('let other users read and query the user name', () => {
    expect(rightsTo('username', amy)).toEqual(['readable', 'comparable', 'discoverable'])
  })

  it('let other users query the e-mail address, not read it', () => {
    expect(rightsTo('email', amy)).toEqual(['comparable', 'discoverable'])
  })

  it('let nobody else do anything', () => {
    expect(rightsTo('username', nobody)).toEqual([])
    expect(rightsTo('email', nobody)).toEqual([])
  })

  it('do not bind the master key', () => {
    expect(rightsTo('email', master)).toEqual(allRights)
  })

  it('give owners nothing in queries, where no record is meant', () => {
    expect(rightsTo('email', owner, null)).toEqual(['comparable', 'discoverable'])
  })

  it('leave other fields and other record types free', () => {
    expect(rightsTo('city', nobody)).toEqual(allRights)
    expect(mayUseField(namesOfUsers, 'note', 'email', 'readable', nobody, undefined)).toBe(true)
  })

  it('leave fields of the server free', () => {
    expect(rightsTo('_created_at', nobody)).toEqual(allRights)
  })
})

describe('of several rules', () => {
  it('the exact type counts before every type, and the exact field before every field', () => {
    expect(mayRead([rule('*', '*', true), rule('note', 'text', false)])).toBe(false)
    expect(mayRead([rule('*', 'text', true), rule('note', '*', false)])).toBe(false)
    expect(mayRead([rule('*', '*', true), rule('*', 'text', false)])).toBe(false)
    expect(mayRead([rule('note', '*', false), rule('note', 'text', true)])).toBe(true)
  })

  it('the one for the owner counts before those for all users, in whatever order', () => {
    const rules = [rule('note', 'text', false, '_any_user'), rule('note', 'text', true, '_owner')]

    expect(mayRead(rules, owner)).toBe(true)
    expect(mayRead(rules.toReversed(), owner)).toBe(true)
    expect(mayRead(rules, amy)).toBe(false)
  })

  it('the one for a user counts before the one for a role', () => {
    const rules = [
      rule('note', 'text', false, '_role:editor'),
      rule('note', 'text', true, '_user_id:amy'),
    ]

    expect(mayRead(rules, amy)).toBe(true)
  })

  it('the one for a role counts for its users only', () => {
    const rules = [rule('note', 'text', true, '_role:editor')]

    expect(mayRead(rules, amy)).toBe(true)
    expect(mayRead(rules, owner)).toBe(false)
  })

  it('the one for the public counts for everybody', () => {
    expect(mayRead([rule('note', 'text', true, '_public')], nobody)).toBe(true)
  })
})

/** `ownerId`: null where no single record is meant. */
function rightsTo(field: string, subject: Subject, ownerId: string | null = 'owner') {
  return allRights.filter((right) =>
    mayUseField(namesOfUsers, 'user', field, right, subject, recordOf(ownerId)),
  )
}

function mayRead(rules: FieldAccessRule[], subject: Subject = amy): boolean {
  return mayUseField(indexRules(rules), 'note', 'text', 'readable', subject, recordOf('owner'))
}

function rule(
  recordType: string,
  recordField: string,
  readable: boolean,
  userRole = '_public',
): FieldAccessRule {
  const others = { writable: false, comparable: false, discoverable: false }
  return { recordType, recordField, userRole, readable, ...others }
}

describe('a rule for the users whom a field names', () => {
  const rules = indexRules([rule('note', 'text', true, '_field:readers')])
  const mayAmyRead = (readers: Value) =>
    mayUseField(rules, 'note', 'text', 'readable', amy, { ownerId: 'owner', fields: { readers } })

  it('holds for an id, a reference and a list of these', () => {
    expect(mayAmyRead('amy')).toBe(true)
    expect(mayAmyRead({ $type: 'ref', $id: 'user/amy' })).toBe(true)
    expect(mayAmyRead(['bea', 'amy'])).toBe(true)
  })

  it('holds for nobody else', () => {
    expect(mayAmyRead('bea')).toBe(false)
    expect(mayAmyRead({ $type: 'ref', $id: 'note/amy' })).toBe(false)
    expect(mayAmyRead(null)).toBe(false)
  })

  it('holds for nobody in queries', () => {
    expect(mayUseField(rules, 'note', 'text', 'readable', amy, undefined)).toBe(false)
  })
})

function ruleForUsers(
  recordField: string,
  userRole: string,
  rights: FieldRight[],
): FieldAccessRule {
  const entries = allRights.map((right) => [right, rights.includes(right)])
  const allowed = Object.fromEntries(entries) as Record<FieldRight, boolean>
  return { recordType: 'user', recordField, userRole, ...allowed }
}

function recordOf(ownerId: string | null) {
  return ownerId === null ? undefined : { ownerId, fields: {} }
}
