import { describe, expect, it } from 'vitest'
import { decodeRecord, parseRecordId } from './record.ts'

describe('a record id', () => {
  it('is a type and a key, split at the first slash', () => {
    expect(parseRecordId('note/a/b')).toEqual({ type: 'note', key: 'a/b' })
  })

  it.each([undefined, null, 5, '', 'note', '/1', 'note/', 'note/\u0000', 'note/\ud800'])(
    'is not %j',
    (id) => {
      expect(parseRecordId(id)).toBeUndefined()
    },
  )
})

describe('a record of a client', () => {
  it('has an id, fields and perhaps an access list', () => {
    expect(decodeRecord({ _id: 'note/1', _access: [], text: 'hi', _x: 1 })).toEqual({
      type: 'note',
      key: '1',
      access: [],
      fields: { text: 'hi' },
    })
  })

  it.each([null, 'x', 5, [], {}, { _id: '' }, { _id: null }])('is refused as %j', (input) => {
    expect(() => decodeRecord(input)).toThrow('missing required fields')
  })

  it('is refused with an id that is none', () => {
    expect(() => decodeRecord({ _id: 'note' })).toThrow('should be of format')
  })

  it('loses the time of the last log-in only when it is of a user', () => {
    expect(decodeRecord({ _id: 'user/1', last_login_at: 'x' }).fields).toEqual({})
    expect(decodeRecord({ _id: 'note/1', last_login_at: 'x' }).fields).toEqual({
      last_login_at: 'x',
    })
  })
})
