import { expect, it } from 'vitest'
import { ACL } from './acl.ts'
import { Record, UserRecord } from './record.ts'
import { Role } from './role.ts'

const editor = new Role('editor')
const amy = UserRecord.fromJSON({ _id: 'user/amy' })

it('lets everybody read unless it is given entries', () => {
  expect(new ACL().toJSON()).toEqual([{ public: true, level: 'read' }])
  expect(new ACL(null).toJSON()).toEqual([{ public: true, level: 'read' }])
  expect(new ACL([]).toJSON()).toEqual([])
})

it('gives its entries for everybody, then roles, then users', () => {
  const acl = new ACL([])

  acl.setReadWriteAccessForUser(amy)
  acl.setReadOnlyForRole(editor)
  acl.setPublicReadOnly()

  expect(acl.toJSON()).toEqual([
    { public: true, level: 'read' },
    { role: 'editor', level: 'read' },
    { user_id: 'amy', level: 'write' },
  ])
  expect(ACL.fromJSON(acl.toJSON()).toJSON()).toEqual(acl.toJSON())
  expect(acl.public).toBe('read')
  expect(acl.roles).toEqual({ editor: 'read' })
  expect(acl.users).toEqual({ amy: 'write' })
})

it('takes of several entries about the same the one that gives more', () => {
  const acl = new ACL([
    { level: 'write', public: true },
    { level: 'read', public: true },
    { level: 'write', role: 'editor' },
    { level: 'read', role: 'editor' },
    { level: 'write', user_id: 'amy' },
    { level: 'read', user_id: 'amy' },
  ])

  expect(acl.toJSON()).toEqual([
    { level: 'write', public: true },
    { level: 'write', role: 'editor' },
    { level: 'write', user_id: 'amy' },
  ])
})

it('keeps entries of relations, which only the server understands', () => {
  const entries = [{ level: 'read' as const, relation: { $type: 'relation', $name: '_friend' } }]

  expect(new ACL(entries).toJSON()).toEqual(entries)
})

it('refuses what are no entries, roles or users', () => {
  const wrong = (value: unknown) => value as never

  expect(() => new ACL(wrong([{ level: 'read' }]))).toThrow('Invalid ACL Entry')
  expect(() => new ACL(wrong([{ level: 'read', public: false }]))).toThrow('Invalid ACL Entry')
  expect(() => new ACL(wrong([{ level: 'own', public: true }]))).toThrow('Invalid ACL Entry')
  expect(() => new ACL(wrong([null]))).toThrow('Invalid ACL Entry')
  expect(() => new ACL().setReadOnlyForRole(wrong(undefined))).toThrow('not a role')
  expect(() => new ACL().setReadOnlyForUser(wrong(null))).toThrow('not a user')
  expect(() => new ACL().setReadOnlyForUser(new Record('note'))).toThrow('not a user')
})

it('tells who may read and write, by user and roles', () => {
  const acl = new ACL([])
  const other = UserRecord.fromJSON({ _id: 'user/other' })

  acl.setReadOnlyForUser(amy)
  acl.setReadWriteAccessForRole(editor)

  expect(acl.hasReadAccess(amy)).toBe(true)
  expect(acl.hasWriteAccess(amy)).toBe(false)
  expect(acl.hasWriteAccess(amy, [editor])).toBe(true)
  expect(acl.hasReadAccess(other)).toBe(false)
  expect(acl.hasReadAccess(other, [editor])).toBe(true)
  expect(acl.hasWriteAccess('other', ['editor'])).toBe(true)
})

it('gives nothing to roles and users named like members of objects', () => {
  const acl = new ACL([])

  expect(acl.hasReadAccessForRole('constructor')).toBe(false)
  expect(acl.hasReadAccessForUser('__proto__')).toBe(false)
  acl.setReadOnlyForRole('__proto__')
  expect(acl.toJSON()).toEqual([{ level: 'read', role: '__proto__' }])
})
