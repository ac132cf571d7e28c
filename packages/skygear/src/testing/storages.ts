import { setTimeout as delay } from 'node:timers/promises'
import type { KeyValueStorage } from '../storage/key-value-storage.ts'

/** A storage that answers with promises, sometimes slowly, and shows what it holds. */
export function createSlowStorage(items: { [key: string]: string } = {}) {
  const slowly = async <T>(operation: () => T): Promise<T> => {
    await delay(Math.random() * 5)
    return operation()
  }
  const storage: KeyValueStorage = {
    getItem: (key) => slowly(() => items[key] ?? null),
    setItem: (key, value) =>
      slowly(() => {
        items[key] = value
      }),
    removeItem: (key) =>
      slowly(() => {
        delete items[key]
      }),
  }
  return { ...storage, items }
}

/** What a browser keeps per site, with as much room as one says. */
export function createBrowserStorage(maxCharacters = Number.POSITIVE_INFINITY): Storage {
  const items = new Map<string, string>()
  return {
    get length() {
      return items.size
    },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem(key, value) {
      if (value.length > maxCharacters) throw new DOMException('full', 'QuotaExceededError')
      items.set(key, value)
    },
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
  }
}
