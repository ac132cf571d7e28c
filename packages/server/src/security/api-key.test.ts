import { describe, expect, it } from 'vitest'
import { createKeyChecker } from './api-key.ts'

const keyKindOf = createKeyChecker({ apiKey: 'client-key', masterKey: 'master-key' })

describe('a key', () => {
  it('is the client key', () => {
    expect(keyKindOf('client-key')).toBe('client')
  })

  it('is the master key', () => {
    expect(keyKindOf('master-key')).toBe('master')
  })

  it.each(['', 'client-key ', 'CLIENT-KEY', 'client-ke', 'other'])('is none: %j', (text) => {
    expect(keyKindOf(text)).toBeUndefined()
  })
})
