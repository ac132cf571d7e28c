import { expect, it } from 'vitest'
import * as authOnly from './auth-only.ts'
import * as whole from './index.ts'

it('skygear exports these names and no others', () => {
  expect(Object.keys(whole).sort()).toEqual([
    'ACL',
    'Database',
    'ErrorCodes',
    'Geolocation',
    'PublicDatabase',
    'Query',
    'QueryResult',
    'Record',
    'Reference',
    'Role',
    'Sequence',
    'SkygearError',
    'UnknownValue',
    'UserRecord',
    'VERSION',
    'createAsyncStorage',
    'createClient',
    'createLocalStorage',
    'createMemoryStorage',
    'default',
  ])
})

it('skygear/auth exports these names and no others', () => {
  expect(Object.keys(authOnly).sort()).toEqual([
    'ErrorCodes',
    'SkygearError',
    'VERSION',
    'createAsyncStorage',
    'createClient',
    'createLocalStorage',
    'createMemoryStorage',
    'default',
  ])
})

it('the default export of skygear is a client, ready to be configured', () => {
  const { default: skygear } = whole

  expect(skygear.auth.currentUser).toBeNull()
  expect(skygear.publicDB.dbID).toBe('_public')
  expect(skygear.privateDB.dbID).toBe('_private')
  expect(skygear.ErrorCodes.Duplicated).toBe(109)
  expect(new skygear.Record('note').recordType).toBe('note')
  expect(new skygear.UserRecord().recordType).toBe('user')
  expect(skygear.Error).toBe(whole.SkygearError)
  expect(skygear.publicDB).toBeInstanceOf(skygear.Database)
  expect(skygear.privateDB).toBeInstanceOf(skygear.Database)
})

it('the default export of skygear carries the classes that an app works with', () => {
  const { default: skygear } = whole

  const { ACL, Geolocation, Query, QueryResult, Reference, Role, Sequence, UnknownValue } = whole
  expect(skygear).toMatchObject({ ACL, Geolocation, Query, QueryResult, Reference })
  expect(skygear).toMatchObject({ Role, Sequence, UnknownValue, UserRecord: whole.UserRecord })
})

it('only the default export of skygear can do what administrators do', () => {
  expect(whole.default.auth.assignUserRole).toBeTypeOf('function')
  expect(authOnly.default.auth).not.toHaveProperty('assignUserRole')
})

it('the default export of skygear/auth is a client without databases', () => {
  const { default: skygear } = authOnly

  expect(skygear.auth.currentUser).toBeNull()
  expect(skygear.ErrorCodes.Duplicated).toBe(109)
  expect(skygear).not.toHaveProperty('publicDB')
})
