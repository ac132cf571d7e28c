/** A place on the earth, in degrees. */
export interface Location {
  longitude: number
  latitude: number
}

/** Mean radius of the earth in metres, as PostGIS has it. */
export const EARTH_RADIUS_METRES = 6_370_986

/** The stored form of a location as one; undefined for any other value. */
export function toLocation(value: unknown): Location | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { $type: type, $lng: longitude, $lat: latitude } = value as Record<string, unknown>
  return type === 'geo' ? { longitude: Number(longitude), latitude: Number(latitude) } : undefined
}

/** Metres between two places over the surface of a sphere, by the haversine formula. */
export function distanceInMetres(from: Location, to: Location): number {
  const latitudes = (radians(to.latitude) - radians(from.latitude)) / 2
  const longitudes = (radians(to.longitude) - radians(from.longitude)) / 2
  const haversine =
    Math.sin(latitudes) ** 2 +
    Math.cos(radians(from.latitude)) * Math.cos(radians(to.latitude)) * Math.sin(longitudes) ** 2
  // Rounding can take the value a little over 1.
  return (
    2 * EARTH_RADIUS_METRES * Math.atan2(Math.sqrt(haversine), Math.sqrt(Math.abs(1 - haversine)))
  )
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180
}
