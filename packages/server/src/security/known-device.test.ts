import { expect, it } from 'vitest'
import { createKnownDevices } from './known-device.ts'

const devices = createKnownDevices({ masterKey: 'a master key' })
const amy = { id: 'amy', tokenVersion: 3 }
const DAY_MS = 86_400_000

it('a hint names a device, each another one', () => {
  const hint = devices.hintFor(amy, 0)

  expect(devices.deviceOf(hint, amy, 1)).toMatch(/^[\w-]{16}$/)
  expect(devices.deviceOf(hint, amy, 1)).not.toBe(devices.deviceOf(devices.hintFor(amy, 0), amy, 1))
})

it('CS-14: a hint is good for 180 days', () => {
  const hint = devices.hintFor(amy, 0)

  expect(devices.deviceOf(hint, amy, 180 * DAY_MS - 1)).toBeDefined()
  expect(devices.deviceOf(hint, amy, 180 * DAY_MS)).toBeUndefined()
})

it('CS-14: a hint is of no use to another user, after a change of the password or elsewhere', () => {
  const hint = devices.hintFor(amy, 0)

  expect(devices.deviceOf(hint, { ...amy, id: 'bea' }, 1)).toBeUndefined()
  expect(devices.deviceOf(hint, { ...amy, tokenVersion: 4 }, 1)).toBeUndefined()
  const others = createKnownDevices({ masterKey: 'another key' })
  expect(others.deviceOf(hint, amy, 1)).toBeUndefined()
})

it('CS-14: what is no hint is none', () => {
  const [device, , signature] = devices.hintFor(amy, 0).split('.')
  for (const text of [undefined, '', '.', '..', 'x.y.z', `${device}.zzzzzzzzz.${signature}`]) {
    expect(devices.deviceOf(text, amy, 1)).toBeUndefined()
  }
})
