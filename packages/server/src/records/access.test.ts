import { describe, expect, it } from 'vitest'
import { type AccessList, canRead, canWrite, decodeAccess } from './access.ts'

const owner = { userId: 'owner', roles: [], isMaster: false }
const amy = { userId: 'amy', roles: ['editor'], isMaster: false }
const bea = { userId: 'bea', roles: [], isMaster: false }
const nobody = { userId: undefined, roles: [], isMaster: false }
const master = { userId: undefined, roles: [], isMaster: true }
const everyone = { owner, amy, bea, nobody, master }

describe('an access list', () => {
  it('that is null lets everybody read and every user write', () => {
    expect(readers(null)).toEqual(['owner', 'amy', 'bea', 'nobody', 'master'])
    expect(writers(null)).toEqual(['owner', 'amy', 'bea', 'master'])
  })

  it('that is empty lets the owner and the master key', () => {
    expect(readers([])).toEqual(['owner', 'master'])
    expect(writers([])).toEqual(['owner', 'master'])
  })

  it('lets read and not write with the level read', () => {
    expect(readers([{ level: 'read', public: true }])).toHaveLength(5)
    expect(writers([{ level: 'read', public: true }])).toEqual(['owner', 'master'])
  })

  it('lets read and write with the level write, but write nobody who is not logged in', () => {
    expect(readers([{ level: 'write', public: true }])).toHaveLength(5)
    expect(writers([{ level: 'write', public: true }])).toEqual(['owner', 'amy', 'bea', 'master'])
  })

  it('lets users of a role', () => {
    expect(readers([{ level: 'read', role: 'editor' }])).toEqual(['owner', 'amy', 'master'])
    expect(writers([{ level: 'write', role: 'editor' }])).toEqual(['owner', 'amy', 'master'])
  })

  it('lets a user whom it names', () => {
    expect(readers([{ level: 'read', user_id: 'bea' }])).toEqual(['owner', 'bea', 'master'])
  })

  it('lets by any of its entries', () => {
    const list: AccessList = [
      { level: 'read', user_id: 'bea' },
      { level: 'write', role: 'editor' },
    ]

    expect(readers(list)).toEqual(['owner', 'amy', 'bea', 'master'])
    expect(writers(list)).toEqual(['owner', 'amy', 'master'])
  })
})

describe('_access', () => {
  it('is read', () => {
    const list = [
      { level: 'read', public: true },
      { level: 'write', role: 'editor' },
      { level: 'read', user_id: 'bea' },
    ]

    expect(decodeAccess(list)).toEqual(list)
  })

  it('is not given when it is absent or null', () => {
    expect(decodeAccess(undefined)).toBeUndefined()
    expect(decodeAccess(null)).toBeUndefined()
  })

  it('loses members of no meaning', () => {
    expect(decodeAccess([{ level: 'read', role: 'editor', x: 1 }])).toEqual([
      { level: 'read', role: 'editor' },
    ])
  })

  it.each(['x', {}, 5, true])('is refused as %j', (value) => {
    expect(() => decodeAccess(value)).toThrow('_access must be an array')
  })

  it.each([
    null,
    'x',
    {},
    { level: 'read' },
    { level: 'own', public: true },
    { public: true },
    { level: 'read', public: false },
    { level: 'read', public: 1 },
    { level: 'read', role: 5 },
    { level: 'read', user_id: null },
    { level: 'read', relation: 'friend' },
  ])('is refused with the entry %j', (entry) => {
    expect(() => decodeAccess([entry])).toThrow('invalid _access entry')
  })
})

function readers(list: AccessList): string[] {
  return namesOf((subject) => canRead(list, 'owner', subject))
}

function writers(list: AccessList): string[] {
  return namesOf((subject) => canWrite(list, 'owner', subject))
}

function namesOf(isAllowed: (subject: typeof amy | typeof nobody) => boolean): string[] {
  return Object.entries(everyone)
    .filter(([, subject]) => isAllowed(subject))
    .map(([name]) => name)
}
