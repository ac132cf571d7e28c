import { describe, expect, it } from 'vitest'
import { createMemoryStorage } from './memory-storage.ts'

describe('createMemoryStorage', () => {
  it('gives back what was set, and null for what was removed or never set', () => {
    const storage = createMemoryStorage()

    storage.setItem('kept', 'value')
    storage.setItem('removed', 'value')
    storage.removeItem('removed')

    expect(storage.getItem('kept')).toBe('value')
    expect(storage.getItem('removed')).toBeNull()
    expect(storage.getItem('never set')).toBeNull()
  })

  it('shares nothing with other storages', () => {
    createMemoryStorage().setItem('key', 'value')

    expect(createMemoryStorage().getItem('key')).toBeNull()
  })
})
