import { hash, timingSafeEqual } from 'node:crypto'

export type KeyKind = 'client' | 'master'

/** Tells which of the two keys a text is, in the same time for every text. */
export function createKeyChecker(keys: {
  apiKey: string
  masterKey: string
}): (given: string) => KeyKind | undefined {
  const apiKey = digest(keys.apiKey)
  const masterKey = digest(keys.masterKey)
  return (given) => {
    const digestOfGiven = digest(given)
    const isMaster = timingSafeEqual(digestOfGiven, masterKey)
    const isClient = timingSafeEqual(digestOfGiven, apiKey)
    if (isMaster) return 'master'
    return isClient ? 'client' : undefined
  }
}

/** Digests are of one length, as a comparison in constant time needs. */
function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}
