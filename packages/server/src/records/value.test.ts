import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeFields, decodeValue, formatTime, presentValue, typeOfValue } from './value.ts'

describe('a value', () => {
  it.each([null, true, false, 0, -1.5, '', 'text', [], [1, ['a', null]], {}, { a: { b: 1 } }])(
    'is kept as it is: %j',
    (value) => {
      expect(decodeValue(value)).toEqual(value)
    },
  )

  it('comes back as it was given, whatever JSON it is', () => {
    const json = fc.jsonValue().filter((value) => !/\\u0000|\\ud[89a-f]|\$type/.test(text(value)))
    fc.assert(
      fc.property(json, (value) => {
        expect(text(presentValue(decodeValue(value)))).toBe(text(value))
      }),
    )
  })

  it('keeps a member called __proto__', () => {
    const value = JSON.parse('{"__proto__":{"admin":true}}')

    expect(text(decodeValue(value))).toBe('{"__proto__":{"admin":true}}')
  })

  it('is refused when it has a NUL', () => {
    expect(() => decodeValue('a\u0000b')).toThrow('NUL')
    expect(() => decodeValue({ 'a\u0000b': 1 })).toThrow('NUL')
  })

  it('has half a character replaced', () => {
    expect(decodeValue('a\ud800b')).toBe('a\ufffdb')
  })

  it('is refused with an unknown $type', () => {
    expect(() => decodeValue({ $type: 'blob' })).toThrow('unknown $type = blob')
  })

  it('is a plain object when its $type is not a text', () => {
    expect(decodeValue({ $type: 5 })).toEqual({ $type: 5 })
    expect(decodeValue({ $type: '' })).toEqual({ $type: '' })
  })
})

describe('a date', () => {
  const decode = ($date: unknown) => decodeValue({ $type: 'date', $date })

  it('is stored in UTC with six digits, so that texts sort as times do', () => {
    expect(decode('2018-03-01T10:00:00.5+01:00')).toEqual({
      $type: 'date',
      $date: '2018-03-01T09:00:00.500000Z',
    })
  })

  it('keeps microseconds and drops what is finer', () => {
    expect(decode('2018-03-01T10:00:00.123456789Z')).toEqual({
      $type: 'date',
      $date: '2018-03-01T10:00:00.123456Z',
    })
  })

  it('is presented without zeros at the end', () => {
    expect(presentValue(decode('2018-03-01T10:00:00.120Z'))).toEqual({
      $type: 'date',
      $date: '2018-03-01T10:00:00.12Z',
    })
    expect(presentValue(decode('2018-03-01T10:00:00Z'))).toEqual({
      $type: 'date',
      $date: '2018-03-01T10:00:00Z',
    })
  })

  it('takes small letters', () => {
    expect(decode('2018-03-01t10:00:00z')).toMatchObject({ $date: '2018-03-01T10:00:00.000000Z' })
  })

  it.each([
    null,
    5,
    '',
    'yesterday',
    '2018-03-01',
    '2018-03-01T10:00',
    '2018-03-01T10:00:00',
    '2018-13-01T10:00:00Z',
    '2018-03-01T25:00:00Z',
    '2018-03-01 10:00:00Z',
    '+002018-03-01T10:00:00Z',
    '2018-03-01T10:00:00Z\n',
  ])('is refused as %j', (date) => {
    expect(() => decode(date)).toThrow('A date is not in the form of RFC 3339.')
  })

  it('is refused when the day does not exist in its month', () => {
    expect(() => decode('2018-02-30T10:00:00Z')).toThrow('RFC 3339')
  })

  it('is the same time after a round trip', () => {
    const years = { min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }
    fc.assert(
      fc.property(fc.date(years), (date) => {
        const presented = presentValue(decode(date.toISOString())) as { $date: string }

        expect(Date.parse(presented.$date)).toBe(date.getTime())
      }),
    )
  })
})

describe('other literals', () => {
  it('keep of a reference what it refers to', () => {
    expect(decodeValue({ $type: 'ref', $id: 'note/a/b', $recordID: 'x' })).toEqual({
      $type: 'ref',
      $id: 'note/a/b',
    })
  })

  it.each([undefined, 5, '', 'note', '/x', 'note/'])('refuse a reference to %j', ($id) => {
    expect(() => decodeValue({ $type: 'ref', $id })).toThrow('reference')
  })

  it('keep a location', () => {
    const location = { $type: 'geo', $lng: 8.5, $lat: 47.2 }

    expect(decodeValue(location)).toEqual(location)
  })

  it('refuse a location without numbers', () => {
    expect(() => decodeValue({ $type: 'geo', $lng: '8.5', $lat: 47.2 })).toThrow('location')
  })

  it('keep the name of an asset', () => {
    expect(decodeValue({ $type: 'asset', $name: 'a.png', $url: 'x' })).toEqual({
      $type: 'asset',
      $name: 'a.png',
    })
  })

  it('refuse an asset without a name', () => {
    expect(() => decodeValue({ $type: 'asset', $name: '' })).toThrow('asset')
  })
})

describe('the fields of a record', () => {
  it('are what does not begin with an underscore', () => {
    expect(decodeFields({ _id: 1, _x: 1, '': 1, a: 1, a_: null })).toEqual({ a: 1, a_: null })
  })
})

describe('the type of a value', () => {
  it.each([
    ['text', 'string'],
    [5, 'number'],
    [false, 'boolean'],
    [[], 'json'],
    [{ a: 1 }, 'json'],
    [{ $type: 'date', $date: 'x' }, 'datetime'],
    [{ $type: 'geo', $lng: 1, $lat: 1 }, 'location'],
    [{ $type: 'asset', $name: 'x' }, 'asset'],
    [{ $type: 'ref', $id: 'note/1' }, 'ref(note)'],
    [null, undefined],
  ] as const)('of %j is %s', (value, type) => {
    expect(typeOfValue(value as never)).toBe(type)
  })
})

describe('a time', () => {
  it('is written in UTC without zeros at the end', () => {
    expect(formatTime(Date.UTC(2018, 2, 1, 10, 0, 0, 0))).toBe('2018-03-01T10:00:00Z')
    expect(formatTime(Date.UTC(2018, 2, 1, 10, 0, 0, 120))).toBe('2018-03-01T10:00:00.12Z')
    expect(formatTime(Date.UTC(2018, 2, 1, 10, 0, 0, 123))).toBe('2018-03-01T10:00:00.123Z')
    expect(formatTime(Date.UTC(2018, 2, 1, 10, 0, 10, 0))).toBe('2018-03-01T10:00:10Z')
  })
})

function text(value: unknown): string {
  return JSON.stringify(value)
}
