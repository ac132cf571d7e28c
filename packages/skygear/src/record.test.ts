import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ACL } from './acl.ts'
import { Record, receive, toSavedJSON, UserRecord } from './record.ts'
import { Role } from './role.ts'
import { Geolocation, Reference, UnknownValue } from './values.ts'

const AMY = {
  _id: 'user/amy-1',
  _type: 'record',
  _access: null,
  _ownerID: 'amy-1',
  _created_at: '2018-03-01T09:00:00.123456Z',
  _created_by: 'amy-1',
  _updated_at: '2018-03-02T10:00:00Z',
  _updated_by: 'amy-1',
  username: 'amy',
  born: { $type: 'date', $date: '1990-05-01T00:00:00Z' },
  last_login_at: { $type: 'date', $date: '2018-03-02T10:00:00.5Z' },
}

describe('Record', () => {
  it('has its data as its own properties', () => {
    const note = new Record('note', { title: 'Hello' })

    note['title'] = 'Bye'

    expect(note['title']).toBe('Bye')
    expect({ ...note }).toEqual({ _id: note._id, title: 'Bye' })
  })

  it('has an id of type and key, and a new key unless one is given', () => {
    const note = new Record('note')

    expect(note._id).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    )
    expect(note.id).toBe(`note/${note._id}`)
    expect(new Record('note')._id).not.toBe(note._id)
    expect(new Record('note', { _id: 'note/a/b' })._id).toBe('a/b')
    expect(new Record('note', { _id: 'a' }).id).toBe('note/a')
  })

  it('refuses unusable types, and ids of other types', () => {
    expect(() => new Record('')).toThrow('not a record type')
    expect(() => new Record('_user')).toThrow('not a record type')
    expect(() => Record.extend('_user')).toThrow('not a record type')
    expect(() => new Record('note', { _id: 'user/a' })).toThrow('not the id of a note')
    expect(() => Record.parseID('note')).toThrow('not an id')
  })

  it('splits ids', () => {
    expect(Record.parseID('note/a/b')).toEqual(['note', 'a/b'])
  })

  it('reads what the server keeps about it', () => {
    const amy = Record.fromJSON({ ...AMY, _transient: { seen: AMY.born } })

    expect(amy.recordType).toBe('user')
    expect(amy.ownerID).toBe('amy-1')
    expect(amy.createdBy).toBe('amy-1')
    expect(amy.updatedBy).toBe('amy-1')
    expect(amy.createdAt).toEqual(new Date('2018-03-01T09:00:00.123Z'))
    expect(amy.updatedAt).toEqual(new Date('2018-03-02T10:00:00Z'))
    expect(amy.access.isChosen).toBe(false)
    expect(amy.$transient).toEqual({ seen: new Date('1990-05-01') })
  })

  it('turns dates into Dates and back, at any depth', () => {
    const note = Record.fromJSON({ _id: 'note/1', due: AMY.born, list: [{ day: AMY.born }] })

    expect(note['due']).toEqual(new Date('1990-05-01'))
    expect(note['list']).toEqual([{ day: new Date('1990-05-01') }])
    expect(note.toJSON()).toMatchObject({
      due: { $type: 'date', $date: '1990-05-01T00:00:00.000Z' },
      list: [{ day: { $type: 'date', $date: '1990-05-01T00:00:00.000Z' } }],
    })
  })

  it('keeps values that only look like dates, and types that it does not know', () => {
    const odd = { $type: 'date', $date: 'tomorrow' }
    const place = { $type: 'geo', $lat: 91, $lng: 2 }
    const asset = { $type: 'asset', $name: 'picture' }

    const note = Record.fromJSON({
      _id: 'note/1',
      odd,
      place,
      asset,
      plain: '2018-03-02T10:00:00Z',
    })

    expect(note.toJSON()).toMatchObject({ odd, place, asset, plain: '2018-03-02T10:00:00Z' })
  })

  it('turns references, places and unknown values into objects, and back', () => {
    const json = {
      city: { $type: 'ref', $id: 'city/1' },
      places: [{ $type: 'geo', $lat: 1, $lng: 2 }],
      price: { $type: 'unknown', $underlying_type: 'money' },
    }

    const note = Record.fromJSON({ _id: 'note/1', ...json })

    expect(note['city']).toEqual(new Reference('city/1'))
    expect(note['places']).toEqual([new Geolocation(1, 2)])
    expect(note['price']).toEqual(new UnknownValue('money'))
    expect(note.toJSON()).toMatchObject(json)
    expect(toSavedJSON(note)).toMatchObject(json)
  })

  it('has the records that came along with it', () => {
    const note = Record.fromJSON({
      _id: 'note/1',
      _transient: {
        city: { _id: 'city/1', _type: 'record', _access: null, name: 'Ghent' },
        nothing: null,
        distance: 5,
      },
    })

    const { city, nothing, distance } = note.$transient

    expect(city).toBeInstanceOf(Record)
    expect(city).toMatchObject({ id: 'city/1', name: 'Ghent' })
    expect([nothing, distance]).toEqual([null, 5])
  })

  it('lists the names of its attributes', () => {
    expect(Record.fromJSON({ ...AMY, _access: [] }).attributeKeys).toEqual([
      'username',
      'born',
      'last_login_at',
    ])
  })

  it('comes back the same from its JSON', () => {
    const amy = Record.fromJSON(AMY)

    const again = Record.fromJSON(JSON.parse(JSON.stringify(amy)))

    expect(again.toJSON()).toEqual(amy.toJSON())
    expect(again).toMatchObject({ ...amy })
    expect(amy.toJSON()).toMatchObject({ _id: 'user/amy-1', _access: null, username: 'amy' })
  })

  it('prints as its key and data', () => {
    const amy = UserRecord.fromJSON({ _id: 'user/amy-1', _access: null, username: 'amy' })

    expect(inspect(amy)).toContain("{ _id: 'amy-1', username: 'amy' }")
  })

  it('takes over all attributes with update', () => {
    const note = new Record('note', { title: 'Hello', draft: true })

    note.update({ title: 'Bye', _updated_at: '2018-03-02T10:00:00Z' })

    expect({ ...note }).toEqual({ _id: note._id, title: 'Bye' })
    expect(note.updatedAt).toEqual(new Date('2018-03-02T10:00:00Z'))
  })

  it('survives attributes with the names of its own members', () => {
    const hostile = JSON.parse(
      '{"_id":"note/1","id":"x","access":1,"update":"u","toJSON":"t","constructor":"c","__proto__":{"p":1}}',
    )

    const note = Record.fromJSON(hostile)
    receive(note, hostile)

    expect(note.id).toBe('note/1')
    expect(note.access.isChosen).toBe(false)
    expect(note['p']).toBeUndefined()
    expect(toSavedJSON(note)).toEqual({
      _id: 'note/1',
      update: 'u',
      toJSON: 't',
      constructor: 'c',
    })
    expect(Object.prototype).not.toHaveProperty('p')
  })
})

describe('Record.extend', () => {
  it('makes a class of records of one type', () => {
    const Note = Record.extend('note', {
      shout() {
        return `${this['title']}!`
      },
    })

    const note = new Note({ title: 'Hello' })

    expect(note).toBeInstanceOf(Record)
    expect(note.recordType).toBe('note')
    expect(Note.recordType).toBe('note')
    expect(note.shout()).toBe('Hello!')
    expect(Note.fromJSON({ _id: 'note/1' })).toBeInstanceOf(Note)
    expect(() => Note.fromJSON({ _id: 'user/1' })).toThrow('not the id of a note')
  })
})

describe('a class made by Record.extend', () => {
  interface Fields {
    title: string
    due?: Date
  }

  it('types the attributes', () => {
    const Note = Record.extend<Fields>('note')
    const note = new Note({ title: 'Hello', other: 1 })
    const fields: Partial<Fields> = { title: 'Hello' }

    const title: string = note.title
    const due: Date | undefined = Note.fromJSON({ _id: 'note/1' }).due

    expect([title, due]).toEqual(['Hello', undefined])
    expect(new Note(fields).title).toBe('Hello')
    // @ts-expect-error: a title is a string.
    expect(new Note({ title: 1 }).title).toBe(1)
    expect(new Note({ _id: 'note/1' }).id).toBe('note/1')
  })

  it('can be derived from', () => {
    class Note extends Record.extend<Fields>('note') {
      shout() {
        return `${this.title}!`
      }
    }

    const note = Note.fromJSON({ _id: 'note/1', title: 'Hello' })

    expect(note).toBeInstanceOf(Note)
    expect(new Note({ title: 'Bye' }).shout()).toBe('Bye!')
    expect(Note.recordType).toBe('note')
  })
})

describe('the access of a record', () => {
  it('starts from a list by which everybody may read', () => {
    const note = new Record('note', { _id: 'note/1' })

    expect(note.hasPublicReadAccess()).toBe(true)
    expect(note.hasPublicWriteAccess()).toBe(false)
    expect(note.access).toBe(note.access)
    expect(toSavedJSON(note)).not.toHaveProperty('_access')

    note.setReadWriteAccessForRole('editor')

    expect(toSavedJSON(note)).toHaveProperty('_access', [
      { level: 'read', public: true },
      { level: 'write', role: 'editor' },
    ])
  })

  it('is sent once it has been set, even to what it looked like', () => {
    const note = Record.fromJSON({ _id: 'note/1', _access: null })

    note.setPublicReadOnly()

    expect(toSavedJSON(note)['_access']).toEqual([{ level: 'read', public: true }])
    expect(note.toJSON()['_access']).toEqual([{ level: 'read', public: true }])
  })

  it('is changed and asked for everybody, roles and users', () => {
    const editor = new Role('editor')
    const amy = UserRecord.fromJSON({ _id: 'user/amy' })
    const note = new Record('note', { _access: [] })

    note.setPublicReadWriteAccess()
    expect(note.hasPublicWriteAccess()).toBe(true)
    note.setPublicNoAccess()
    expect(note.hasPublicReadAccess()).toBe(false)

    note.setReadOnlyForRole(editor)
    expect([note.hasReadAccessForRole(editor), note.hasWriteAccessForRole(editor)]).toEqual([
      true,
      false,
    ])
    note.setReadWriteAccessForRole(editor)
    expect(note.hasWriteAccessForRole(editor)).toBe(true)
    note.setNoAccessForRole(editor)
    expect(note.hasReadAccessForRole(editor)).toBe(false)

    note.setReadOnlyForUser(amy)
    expect([note.hasReadAccessForUser(amy), note.hasWriteAccessForUser(amy)]).toEqual([true, false])
    note.setReadWriteAccessForUser(amy)
    expect(note.hasWriteAccessForUser(amy)).toBe(true)
    note.setNoAccessForUser(amy)
    expect(note.hasReadAccessForUser(amy)).toBe(false)
    expect(toSavedJSON(note)['_access']).toEqual([])
  })

  it('may be set as a whole', () => {
    const note = new Record('note')
    const acl = new ACL([])

    note.setAccess(acl)
    expect(note.access).toBe(acl)
    note.access = [{ level: 'write', public: true }]
    expect(note.hasPublicWriteAccess()).toBe(true)
    note.access = null
    expect(toSavedJSON(note)).not.toHaveProperty('_access')
  })
})

describe('toSavedJSON', () => {
  it('gives the default access to records that were made here and have none', () => {
    const none = new ACL([])
    const open = [{ level: 'read', public: true }]

    expect(toSavedJSON(new Record('note'), none)['_access']).toEqual([])
    expect(toSavedJSON(new Record('note', { _access: open }), none)['_access']).toEqual(open)
    expect(toSavedJSON(Record.fromJSON({ _id: 'note/1', _access: null }), none)).not.toHaveProperty(
      '_access',
    )
  })

  it('refuses a record as a value, which only a reference can stand for', () => {
    const city = new Record('city')

    expect(() => toSavedJSON(new Record('note', { city }))).toThrow('use a Reference')
    expect(toSavedJSON(new Record('note', { city: new Reference(city) }))['city']).toEqual({
      $type: 'ref',
      $id: city.id,
    })
  })

  it('gives id and attributes, and nothing that the server keeps', () => {
    const amy = UserRecord.fromJSON(AMY)

    amy['username'] = 'amelia'

    expect(toSavedJSON(amy)).toEqual({
      _id: 'user/amy-1',
      username: 'amelia',
      born: { $type: 'date', $date: '1990-05-01T00:00:00.000Z' },
    })
  })

  it('leaves the access list alone unless it was changed here', () => {
    const open = [{ level: 'read' as const, public: true }]
    const fetched = Record.fromJSON({ _id: 'note/1', _access: open })

    expect(toSavedJSON(Record.fromJSON({ _id: 'note/1', _access: null }))).not.toHaveProperty(
      '_access',
    )
    expect(toSavedJSON(fetched)).not.toHaveProperty('_access')
    fetched.setReadWriteAccessForRole('editor')
    expect(toSavedJSON(fetched)).toHaveProperty('_access', [
      ...open,
      { role: 'editor', level: 'write' },
    ])
    expect(toSavedJSON(new Record('note', { _access: [] }))).toHaveProperty('_access', [])
    expect(toSavedJSON(new Record('note'))).not.toHaveProperty('_access')
  })

  it('refuses undefined and invalid dates, naming the attribute', () => {
    expect(() => toSavedJSON(new Record('note', { title: undefined }))).toThrow(
      'Unsupported undefined value of record key: title',
    )
    expect(() => toSavedJSON(new Record('note', { due: new Date('x') }))).toThrow('Invalid date')
  })
})
