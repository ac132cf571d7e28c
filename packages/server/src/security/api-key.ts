import { hash, timingSafeEqual } from 'node:crypto'

export type KeyKind = 'client' | 'master'

/**
 * Tells which of the two keys a text is. For the master key it takes the same time whatever the
 * text; the API key is in every app, and no secret.
 */
export function createKeyChecker({
  apiKey,
  masterKey,
}: {
  apiKey: string
  masterKey: string
}): (given: string) => KeyKind | undefined {
  const masterDigest = digest(masterKey)
  return (given) => {
    if (given === apiKey) return 'client'
    return timingSafeEqual(digest(given), masterDigest) ? 'master' : undefined
  }
}

/** Digests are of one length, as a comparison in constant time needs. */
function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}
