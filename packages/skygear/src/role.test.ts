import { expect, it } from 'vitest'
import { Role } from './role.ts'

it('has a name, which is not empty', () => {
  expect(new Role('editor').name).toBe('editor')
  expect(Role.define('editor')).toEqual(new Role('editor'))
  expect(() => new Role('')).toThrow('not empty')
})

it('is added to, taken from and looked for in lists by its name', () => {
  const editor = new Role('editor')
  const writer = new Role('writer')

  expect(Role.union([editor], writer)).toEqual([editor, writer])
  expect(Role.union([editor], new Role('editor'))).toEqual([editor])
  expect(Role.subtract([editor, writer], new Role('editor'))).toEqual([writer])
  expect(Role.contain([editor], new Role('editor'))).toBe(true)
  expect(Role.contain([editor], writer)).toBe(false)
})
