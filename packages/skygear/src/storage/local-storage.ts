import type { KeyValueStorage } from './key-value-storage.ts'
import { createMemoryStorage } from './memory-storage.ts'

/**
 * Remembers in the browser's `localStorage`. What cannot be written there, because it is full or
 * blocked, is remembered until the page is closed, and a warning is printed once.
 */
export function createLocalStorage(): KeyValueStorage {
  const memory = createMemoryStorage()
  let hasWarned = false

  function tryLocal<T>(operation: (local: Storage) => T): T | undefined {
    try {
      return operation(localStorage)
    } catch (error) {
      if (!hasWarned) console.warn('skygear: log-ins are lost with this page:', error)
      hasWarned = true
      return undefined
    }
  }

  return {
    getItem: (key) => memory.getItem(key) ?? tryLocal((local) => local.getItem(key)) ?? null,
    setItem(key, value) {
      const isStored = tryLocal((local) => {
        local.setItem(key, value)
        return true
      })
      if (isStored) return memory.removeItem(key)
      memory.setItem(key, value)
      // The value before this one must not come back with the next page.
      tryLocal((local) => local.removeItem(key))
    },
    removeItem(key) {
      memory.removeItem(key)
      tryLocal((local) => local.removeItem(key))
    },
  }
}
