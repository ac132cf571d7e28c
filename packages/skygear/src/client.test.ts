import { afterEach, describe, expect, it, vi } from 'vitest'
import skygearPackage from '../package.json' with { type: 'json' }
import { createClient } from './index.ts'
import { createBrowserStorage, createSlowStorage } from './testing/storages.ts'

const STORED = {
  'skygear-accesstoken': 'T1',
  'skygear-user': '{"_id":"user/amy","_access":null,"username":"amy"}',
}

describe('config', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('resolves with the client', async () => {
    const skygear = createClient()

    const configured = await skygear.config({ apiKey: 'K', endPoint: 'https://example.com' })

    expect(configured).toBe(skygear)
  })

  it('takes the endpoint with or without a slash at its end', async () => {
    const skygear = createClient()

    await skygear.config({ apiKey: 'K', endPoint: 'https://example.com' })
    expect(skygear.endPoint).toBe('https://example.com/')
    await skygear.config({ apiKey: 'K', endPoint: 'https://example.com/path/' })
    expect(skygear.endPoint).toBe('https://example.com/path/')
    skygear.endPoint = ''
    expect(skygear.endPoint).toBe('https://example.com/path/')
    skygear.configEndPoint('https://example.org')
    skygear.configApiKey('K2')
    expect(skygear.endPoint).toBe('https://example.org/')
    expect(skygear.apiKey).toBe('K2')
  })

  it('makes the user readable before it returns, in a browser', () => {
    browserWith(STORED)
    const skygear = createClient()

    void skygear.config({ apiKey: 'K', endPoint: 'https://example.com' })

    expect(skygear.auth.currentUser?.username).toBe('amy')
    expect(skygear.auth.accessToken).toBe('T1')
  })

  it('asks no server, and tells no listener', async () => {
    browserWith(STORED)
    const fetched = vi.fn()
    vi.stubGlobal('fetch', fetched)
    const listener = vi.fn()
    const skygear = createClient()
    skygear.auth.onUserChanged(listener)

    await skygear.config({ apiKey: 'K', endPoint: 'https://example.com' })

    expect(fetched).not.toHaveBeenCalled()
    expect(listener).not.toHaveBeenCalled()
  })

  it('waits for a storage that answers with promises', async () => {
    const skygear = createClient({ storage: createSlowStorage(STORED) })

    await skygear.config({ apiKey: 'K', endPoint: 'https://example.com' })

    expect(skygear.auth.currentUser?.username).toBe('amy')
  })

  it('takes a storage, for the client that is not made with one', async () => {
    const skygear = createClient()
    const storage = createSlowStorage(STORED)

    await skygear.config({ apiKey: 'K', endPoint: 'https://example.com', storage })

    expect(skygear.auth.currentUser?.username).toBe('amy')
  })

  it('finds nobody where nobody has logged in', async () => {
    const skygear = createClient()

    await skygear.config({ apiKey: 'K', endPoint: 'https://example.com' })

    expect(skygear.auth.currentUser).toBeNull()
    expect(skygear.auth.accessToken).toBeNull()
  })
})

describe('createClient', () => {
  it('SD-14: shares nothing with other clients, outside browsers', async () => {
    const one = createClient()
    const other = createClient()

    await one.config({
      apiKey: 'K',
      endPoint: 'https://example.com',
      storage: createSlowStorage(STORED),
    })
    await other.config({ apiKey: 'L', endPoint: 'https://example.org' })

    expect(one.auth.currentUser?.username).toBe('amy')
    expect(one.apiKey).toBe('K')
    expect(other.auth.currentUser).toBeNull()
  })

  it('knows the version of the package', () => {
    expect(createClient().VERSION).toBe(skygearPackage.version)
  })

  it('has methods that can be taken apart from it', async () => {
    const skygear = createClient()
    const { config, auth } = skygear
    const { whoami } = auth

    expect(await config({ apiKey: 'K' })).toBe(skygear)
    await expect(whoami()).rejects.toThrow('Please config endPoint')
  })
})

function browserWith(items: { [key: string]: string }): void {
  vi.stubGlobal('window', {})
  vi.stubGlobal('localStorage', createBrowserStorage())
  for (const [key, value] of Object.entries(items)) localStorage.setItem(key, value)
}
