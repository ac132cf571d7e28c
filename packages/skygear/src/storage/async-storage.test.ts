import { describe, expect, it } from 'vitest'
import { createSlowStorage } from '../testing/storages.ts'
import { createAsyncStorage } from './async-storage.ts'
import { createMemoryStorage } from './memory-storage.ts'

describe('createAsyncStorage', () => {
  it('runs operations in the order in which they were asked for', async () => {
    const slow = createSlowStorage()
    const storage = createAsyncStorage(slow)

    const writes = Array.from({ length: 20 }, (_, index) => storage.setItem('key', String(index)))
    await Promise.all(writes)

    expect(slow.items).toEqual({ key: '19' })
  })

  it('reads what was written before, also while it is being written', async () => {
    const storage = createAsyncStorage(createSlowStorage({ key: 'old' }))

    void storage.setItem('key', 'new')
    const item = await storage.getItem('key')

    expect(item).toBe('new')
  })

  it('goes on after an operation that failed, and reports that one', async () => {
    const failing = {
      ...createSlowStorage(),
      removeItem: () => Promise.reject(new Error('broken')),
    }
    const storage = createAsyncStorage(failing)

    const removal = storage.removeItem('key')
    await storage.setItem('key', 'value')

    await expect(removal).rejects.toThrow('broken')
    expect(await storage.getItem('key')).toBe('value')
  })

  it('answers at once when the storage does', () => {
    const storage = createAsyncStorage(createMemoryStorage())

    storage.setItem('key', 'value')

    expect(storage.getItem('key')).toBe('value')
  })
})
