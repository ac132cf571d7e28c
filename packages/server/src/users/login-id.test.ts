import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalName, checkLoginIds, identify, loginIdsOf } from './login-id.ts'

/** Any text that can be a name. */
const name = fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.toWellFormed())

/** Texts of letters with two cases, in several scripts, without those that a case fold keeps apart. */
const letters = fc.string({
  unit: fc.constantFrom(...'abcxyzäöüéñçåøßαβγςσωабвжяёբգ'),
  maxLength: 20,
})

describe('the canonical form of a name', () => {
  it('is its own canonical form', () => {
    fc.assert(
      fc.property(name, (text) => {
        expect(canonicalName(canonicalName(text))).toBe(canonicalName(text))
      }),
      { numRuns: 2_000 },
    )
  })

  it('ID-10: is its own canonical form for every character that there is', () => {
    const wrong: string[] = []
    for (let code = 0; code <= 0x1_ff_ff; code += 1) {
      if (code >= 0xd800 && code <= 0xdfff) continue
      const canonical = canonicalName(String.fromCodePoint(code))
      if (canonicalName(canonical) !== canonical) wrong.push(code.toString(16))
    }
    expect(wrong).toEqual([])
  })

  it('is the same in every normalisation', () => {
    fc.assert(
      fc.property(name, fc.constantFrom('NFC', 'NFD', 'NFKC', 'NFKD'), (text, form) => {
        expect(canonicalName(text.normalize(form))).toBe(canonicalName(text))
      }),
      { numRuns: 2_000 },
    )
  })

  it('is the same in upper and lower case', () => {
    fc.assert(
      fc.property(letters, (text) => {
        expect(canonicalName(text.toUpperCase())).toBe(canonicalName(text))
        expect(canonicalName(text.toLowerCase())).toBe(canonicalName(text))
      }),
    )
  })

  it('keeps apart what differs in more than case and normalisation', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), name, (text, other) => {
        fc.pre(text.toLowerCase() !== other.toLowerCase() && /^[\x20-\x7e]*$/.test(other))
        expect(canonicalName(text)).not.toBe(canonicalName(other))
      }),
    )
  })

  it('keeps spaces', () => {
    expect(canonicalName(' amy ')).not.toBe(canonicalName('amy'))
  })

  it.each([
    ['Straße', 'STRASSE', 'a sharp s'],
    ['straẞe', 'strasse', 'a capital sharp s'],
    ['ΟΔΥΣΣΕΥΣ', 'οδυσσευς', 'a final sigma'],
    ['ςα', 'σα', 'a final sigma that is not at the end'],
    ['ﬁsh', 'FISH', 'a ligature'],
    ['Ａｍｙ', 'amy', 'full width'],
    ['\u212aim', 'kim', 'the Kelvin sign'],
    ['\u212bsa', '\u00e5sa', 'the Angstrom sign'],
    ['Zoe\u0308', 'ZO\u00cb', 'a combining mark'],
    ['ǅ', 'ǆ', 'a title case letter'],
    ['ⅷ', 'viii', 'a Roman numeral'],
    ['ե\u0582', 'և', 'an Armenian ligature'],
  ])('is the same for %s and %s: %s', (one, other) => {
    expect(canonicalName(one)).toBe(canonicalName(other))
  })

  it.each([
    ['ı', 'i', 'the dotless i of Turkish'],
    ['İ', 'i', 'the dotted I of Turkish'],
    ['а', 'a', 'a Cyrillic letter that looks like a Latin one'],
    ['é', 'e', 'an accent'],
    ['amy', 'amy\u0000', 'a trailing NUL'],
  ])('differs for %s and %s: %s', (one, other) => {
    expect(canonicalName(one)).not.toBe(canonicalName(other))
  })
})

describe('the login ids of a user record', () => {
  const groups = [['username'], ['email', 'phone']]

  it('are one for each group that is complete', () => {
    expect(loginIdsOf(groups, { username: 'Amy', email: 'a@x.y', phone: '+1', city: 'z' })).toEqual(
      [
        { group: 'username', canonical: 'amy' },
        { group: 'email,phone', canonical: '["a@x.y","+1"]' },
      ],
    )
  })

  it('are none of a group of which a part is missing', () => {
    expect(loginIdsOf(groups, { email: 'a@x.y', phone: null })).toEqual([])
  })

  it('heed the case of other keys than username and email', () => {
    expect(loginIdsOf([['phone']], { phone: 'ABC' })).toEqual([
      { group: 'phone', canonical: 'ABC' },
    ])
  })

  it('never meet for different values of a group', () => {
    const value = fc.tuple(fc.string(), fc.string())
    fc.assert(
      fc.property(value, value, ([a1, b1], [a2, b2]) => {
        fc.pre(a1 !== a2 || b1 !== b2)
        const first = loginIdsOf([['a', 'b']], { a: a1, b: b1 })
        const second = loginIdsOf([['a', 'b']], { a: a2, b: b2 })

        expect(first).not.toEqual(second)
      }),
    )
  })
})

describe('what auth data identifies', () => {
  const groups = [['username'], ['email', 'phone']]

  it('is the first complete group in the order of the setting', () => {
    expect(identify(groups, { email: 'a@x.y', phone: '1', username: 'amy' })?.group).toBe(
      'username',
    )
    expect(identify(groups, { phone: '1', email: 'a@x.y' })?.group).toBe('email,phone')
  })

  it('is nothing when no group is complete', () => {
    expect(identify(groups, { email: 'a@x.y' })).toBeUndefined()
    expect(identify(groups, { username: null })).toBeUndefined()
    expect(identify(groups, {})).toBeUndefined()
  })

  it('is nothing when a member is no key', () => {
    expect(identify(groups, { username: 'amy', city: 'x' })).toBeUndefined()
    expect(identify(groups, JSON.parse('{"__proto__":"x"}'))).toBeUndefined()
  })
})

describe('a new login id', () => {
  const check = (value: unknown) => checkLoginIds([['username']], { username: value }, 'auth_data')

  it.each([' amy', 'a my', "a'b", '笔记', '\u{1f600}', 'a@b', 'x'.repeat(255), 5, null])(
    'can be %j',
    (value) => {
      expect(() => check(value)).not.toThrow()
    },
  )

  it.each(['a\nb', 'a\u0000', '\u007f', '\u0085', '\ud800', 'a\udc00b'])(
    'cannot be %j, which has a character of no use',
    (value) => {
      expect(() => check(value)).toThrow('character that cannot be used')
    },
  )

  it.each(['', ' ', '\u3000 '])('cannot be %j, which nobody sees', (value) => {
    expect(() => check(value)).toThrow('The username is empty')
  })

  it('can be empty where it is one part of several', () => {
    const fields = { email: 'a@x.y', phone: '' }

    expect(() => checkLoginIds([['email', 'phone']], fields, 'auth_data')).not.toThrow()
  })

  it('cannot be longer than 255 bytes', () => {
    expect(() => check('é'.repeat(128))).toThrow('longer than 255 bytes')
  })

  it('is refused with the argument that holds it', () => {
    expect(() => check('\n')).toThrow(
      expect.objectContaining({ name: 'InvalidArgument', info: { arguments: ['auth_data'] } }),
    )
  })
})
