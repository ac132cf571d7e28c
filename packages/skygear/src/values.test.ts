import { expect, it } from 'vitest'
import { Record } from './record.ts'
import { Geolocation, Reference, readTypedValue, Sequence, UnknownValue } from './values.ts'

it('a reference is made of a record or of its id', () => {
  const note = new Record('note', { _id: 'note/1' })

  expect(new Reference(note).id).toBe('note/1')
  expect(JSON.stringify(new Reference('note/a/b'))).toBe('{"$id":"note/a/b","$type":"ref"}')
  expect(() => new Reference('note')).toThrow('not an id')
  expect(() => new Reference('note/')).toThrow('not an id')
  expect(() => new Reference(undefined as never)).toThrow('not an id')
})

it('a geolocation is a place on Earth', () => {
  const place = new Geolocation(22.28, 114.16)

  expect([place.latitude, place.longitude]).toEqual([22.28, 114.16])
  expect(place.toJSON()).toEqual({ $lat: 22.28, $lng: 114.16, $type: 'geo' })
  expect(Geolocation.fromJSON(place.toJSON())).toEqual(place)
  expect(() => new Geolocation(90.1, 0)).toThrow('Latitude')
  expect(() => new Geolocation(0, -180.1)).toThrow('Longitude')
  expect(() => new Geolocation(Number.NaN, 0)).toThrow('Latitude')
  expect(() => new Geolocation('1' as never, 0)).toThrow('Latitude')
})

it('sequences and unknown values are sent by their types', () => {
  expect(new Sequence().toJSON()).toEqual({ $type: 'seq' })
  expect(new UnknownValue('money').toJSON()).toEqual({
    $type: 'unknown',
    $underlying_type: 'money',
  })
})

it('what is not well formed is not read', () => {
  expect(readTypedValue({ $type: 'geo', $lat: 91, $lng: 0 })).toBeUndefined()
  expect(readTypedValue({ $type: 'geo' })).toBeUndefined()
  expect(readTypedValue({ $type: 'ref', $id: 5 })).toBeUndefined()
  expect(readTypedValue({ $type: 'date', $date: 'tomorrow' })).toBeUndefined()
  expect(readTypedValue({ $type: 'asset', $name: 'picture' })).toBeUndefined()
})
