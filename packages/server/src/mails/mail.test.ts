import { describe, expect, it } from 'vitest'
import { isMailAddress } from './mail.ts'

describe('a mail address', () => {
  it.each(['a@b', 'amy.o+x@mail.example.com', "o'neil@example.com", 'ü@bücher.example'])(
    'can be %s',
    (text) => {
      expect(isMailAddress(text)).toBe(true)
    },
  )

  it.each([
    '',
    'amy',
    '@example.com',
    'amy@',
    'a@x.org,b@evil.example',
    'a@x.org;b@evil.example',
    'a@x.org b@evil.example',
    'a@b@c',
    'Amy <amy@example.com>',
    '"amy evil"@example.com',
    'amy(comment)@example.com',
    'amy@example.com\r\nBcc: b@evil.example',
    'amy@example.com\u2028',
    'amy@\u202eexample.com',
    `${'x'.repeat(250)}@example.com`,
    ['a@b'],
    null,
  ])('cannot be %j', (value) => {
    expect(isMailAddress(value)).toBe(false)
  })
})
