import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createBrowserStorage } from '../testing/storages.ts'
import { createLocalStorage } from './local-storage.ts'

describe('createLocalStorage', () => {
  const warnings = vi.spyOn(console, 'warn').mockImplementation(() => {})

  beforeEach(() => warnings.mockClear())
  afterEach(() => vi.unstubAllGlobals())

  it('keeps items in localStorage', () => {
    vi.stubGlobal('localStorage', createBrowserStorage())

    createLocalStorage().setItem('key', 'value')

    expect(localStorage.getItem('key')).toBe('value')
    expect(createLocalStorage().getItem('key')).toBe('value')
  })

  it('removes items', () => {
    vi.stubGlobal('localStorage', createBrowserStorage())
    const storage = createLocalStorage()
    storage.setItem('key', 'value')

    storage.removeItem('key')

    expect(storage.getItem('key')).toBeNull()
    expect(localStorage.getItem('key')).toBeNull()
  })

  it('remembers until the page closes, and warns once, when localStorage is blocked', () => {
    vi.stubGlobal('localStorage', undefined)
    const storage = createLocalStorage()

    storage.setItem('key', 'value')
    storage.setItem('other', 'value')

    expect(storage.getItem('key')).toBe('value')
    expect(warnings).toHaveBeenCalledOnce()
  })

  it('remembers until the page closes what finds no room, and leaves no older value', () => {
    vi.stubGlobal('localStorage', createBrowserStorage(10))
    const storage = createLocalStorage()
    storage.setItem('key', 'old value')

    storage.setItem('key', 'a new and longer value')

    expect(storage.getItem('key')).toBe('a new and longer value')
    expect(localStorage.getItem('key')).toBeNull()
    expect(warnings).toHaveBeenCalledOnce()
  })

  it('reads what is stored even when there is no room for more', () => {
    const full = createBrowserStorage(0)
    vi.stubGlobal('localStorage', { ...full, getItem: () => 'stored before' })

    const item = createLocalStorage().getItem('key')

    expect(item).toBe('stored before')
  })

  it('goes back to localStorage once there is room', () => {
    vi.stubGlobal('localStorage', createBrowserStorage(10))
    const storage = createLocalStorage()
    storage.setItem('key', 'a value that is too long')

    storage.setItem('key', 'short')

    expect(storage.getItem('key')).toBe('short')
    expect(localStorage.getItem('key')).toBe('short')
  })
})
