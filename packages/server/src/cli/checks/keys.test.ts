import { describe, expect, it } from 'vitest'
import { loadSettings } from '../../settings.ts'
import { examineKeys } from './keys.ts'

const good = {
  API_KEY: 'apikey',
  MASTER_KEY: 'pV8Jr0mGkYw5bTn2Qz7LsXc4',
  TOKEN_STORE: 'jwt',
  TOKEN_STORE_SECRET: 'hD6fW1uKqE9aNx3RyB5oMt8v',
  CUSTOM_TOKEN_SECRET: 'cZ2iS7lPjU4gAe6XrO1kVd9w',
}

describe('keys', () => {
  it('are fine when they cannot be guessed, whatever the API key is', () => {
    expect(problems({})).toEqual([])
  })

  describe.each(['MASTER_KEY', 'TOKEN_STORE_SECRET', 'CUSTOM_TOKEN_SECRET'])(
    'KY-08, JW-09: %s is a problem',
    (name) => {
      const WEAK = [
        ...['secret', 'changeme', '0123456789abcde', 'change-me-change-me', 'your_secret_key_here'],
        ...['my-super-secret', 'MASTER_KEY_MASTER_KEY', 'aaaaaaaaaaaaaaaaaaaaaaaa'],
        ...['secret secret secret', '12345678901234567890'],
      ]

      it.each(WEAK)('as %s, which is not repeated', (value) => {
        const found = problems({ [name]: value })

        expect(found).toHaveLength(1)
        expect(found[0]!.what).toContain(name)
        expect(found[0]!.remedy).toContain('openssl rand')
        expect(JSON.stringify(found)).not.toContain(value)
      })
    },
  )

  it('of signed tokens are of no matter where none are signed', () => {
    expect(problems({ TOKEN_STORE: 'fs', TOKEN_STORE_SECRET: 'secret' })).toEqual([])
  })
})

function problems(environment: Record<string, string>) {
  const settings = loadSettings({ ...good, ...environment })
  return examineKeys(settings).filter(({ status }) => status === 'problem')
}
