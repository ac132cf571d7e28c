import type { KeyValueStorage } from './key-value-storage.ts'

/**
 * Remembers in a storage that answers with promises, such as React Native's `AsyncStorage`.
 * Operations run in the order in which they were asked for, one at a time.
 */
export function createAsyncStorage(storage: KeyValueStorage): KeyValueStorage {
  let last: Promise<unknown> | undefined

  function inOrder<T>(operation: () => T | Promise<T>): T | Promise<T> {
    const result = last ? last.then(operation) : operation()
    // A storage that answers at once is passed through, so that it can be read at once.
    if (typeof result === 'object' && result !== null) {
      last = Promise.resolve(result).catch(() => {
        // Reported to whoever asked for this operation; the next one is another matter.
      })
    }
    return result
  }

  return {
    getItem: (key) => inOrder(() => storage.getItem(key)),
    setItem: (key, value) => inOrder(() => storage.setItem(key, value)),
    removeItem: (key) => inOrder(() => storage.removeItem(key)),
  }
}
