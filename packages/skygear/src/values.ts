import type { BaseRecord } from './base-record.ts'
import { invalidArgument } from './errors.ts'
import { readDate, type TypedValue } from './wire-value.ts'

/** Names another record, as the value of an attribute or in a query. */
export class Reference {
  /** `<type>/<key>` of the record. */
  readonly id: string

  /** @throws SkygearError when given neither a record nor an id of the form `<type>/<key>` */
  constructor(target: BaseRecord | string) {
    const id: unknown = typeof target === 'string' ? target : target?.id
    if (typeof id !== 'string' || !/^[^/]+\/./s.test(id)) {
      throw invalidArgument(`"${String(id)}" is not an id of the form "type/key".`)
    }
    this.id = id
  }

  toJSON(): TypedValue {
    return { $id: this.id, $type: 'ref' }
  }
}

/** A place on Earth, in degrees. */
export class Geolocation {
  readonly latitude: number
  readonly longitude: number

  /** @throws SkygearError when the latitude is not in ±90, or the longitude not in ±180 */
  constructor(latitude: number, longitude: number) {
    this.latitude = within(90, latitude, 'Latitude')
    this.longitude = within(180, longitude, 'Longitude')
  }

  static fromJSON({ $lat, $lng }: { $lat: number; $lng: number }): Geolocation {
    return new Geolocation($lat, $lng)
  }

  toJSON(): { $lat: number; $lng: number; $type: 'geo' } {
    return { $lat: this.latitude, $lng: this.longitude, $type: 'geo' }
  }
}

/** As the value of an attribute: the server replaces it by the next whole number of its own. */
export class Sequence {
  toJSON(): TypedValue {
    return { $type: 'seq' }
  }
}

/** A value of a type that the server cannot describe; saving it changes nothing. */
export class UnknownValue {
  /** What the database calls the type. */
  readonly underlyingType: unknown

  constructor(underlyingType: unknown) {
    this.underlyingType = underlyingType
  }

  toJSON(): TypedValue {
    return { $type: 'unknown', $underlying_type: this.underlyingType }
  }
}

/** The object that a typed value of the server stands for; undefined if it is not well formed. */
export function readTypedValue(value: TypedValue): unknown {
  try {
    switch (value.$type) {
      case 'ref':
        return new Reference(value['$id'] as string)
      case 'geo':
        return Geolocation.fromJSON(value as unknown as { $lat: number; $lng: number })
      case 'unknown':
        return new UnknownValue(value['$underlying_type'])
      default:
        return readDate(value)
    }
  } catch {
    // One odd value of somebody else must not fail a whole query.
    return undefined
  }
}

function within(limit: number, degrees: number, name: string): number {
  if (typeof degrees !== 'number' || !(Math.abs(degrees) <= limit)) {
    throw invalidArgument(`${name} is not a number from -${limit} to ${limit}.`)
  }
  return degrees
}
