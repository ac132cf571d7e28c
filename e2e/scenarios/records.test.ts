import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../../packages/server/src/testing/test-server.ts'

const SCENARIOS_TIMEOUT_MS = 120_000
const CUSTOM_TOKEN_SECRET = 'custom-token-secret-0123456789abcdef'

for (const sdk of ['published', 'ours'] as const) {
  describe(sdk === 'ours' ? 'this SDK' : 'npm skygear 1.7.2', () => {
    let seen: Record<string, unknown> = {}

    beforeAll(async () => {
      const server = await startTestServer({ RATE_LIMIT: 'off', CUSTOM_TOKEN_SECRET })
      try {
        seen = await runScenarios(sdk, server)
      } finally {
        await server.close()
      }
    }, SCENARIOS_TIMEOUT_MS)

    describe('saving', () => {
      it('lets the record be what the server has stored', () => {
        expect(seen['save']).toEqual({
          sameObject: true,
          attributes: {
            title: 'Hello',
            stars: 4.5,
            done: false,
            due: '2018-01-02T03:04:05.678Z',
            tags: ['a', 'b'],
            nested: { list: [1, { deep: true }] },
          },
          id: true,
          owner: true,
          times: true,
        })
      })

      it('takes somebody who is logged in', () => {
        expect(seen['saveWithoutUser']).toEqual({
          error: { code: 101, name: 'NotAuthenticated' },
        })
      })

      it('gives of several records each its own outcome', () => {
        expect(seen['saveSeveral']).toEqual({ saved: [true, null], errors: [null, 102] })
      })

      it('gives of a list of one the record itself', () => {
        expect(seen['saveListOfOne']).toEqual({
          sameObject: true,
          nothing: 'object',
          bad: 'object',
        })
      })

      it('saves all or none when asked to', () => {
        expect(seen['saveAtomic']).toEqual({
          error: { code: 115, name: 'AtomicOperationFailure' },
          left: 0,
          both: ['A', 'B'],
        })
      })

      it('changes what is given, and clears what is null', () => {
        expect(seen['change']).toEqual({ merged: ['Hello', 2], cleared: false, sameOwner: true })
      })

      it('keeps references and places', () => {
        expect(seen['values']).toEqual({ reference: [true, true], place: [true, 51.05, 3.72] })
      })
    })

    describe('querying', () => {
      it('finds by each operator', () => {
        expect(seen['operators']).toEqual({
          everything: 'apple Banana avocado cherry mango',
          like: 'apple avocado',
          notLike: 'Banana cherry mango',
          caseInsensitiveLike: 'Banana',
          caseInsensitiveNotLike: 'apple avocado cherry',
          equalTo: 'apple',
          notEqualTo: 'Banana avocado cherry mango',
          equalToNumber: 'avocado',
          equalToBoolean: 'apple avocado mango',
          equalToNull: 'Banana avocado mango',
          notEqualToNull: 'apple cherry',
          greaterThan: 'cherry mango',
          greaterThanOrEqualTo: 'avocado cherry mango',
          lessThan: 'apple Banana',
          lessThanOrEqualTo: 'apple Banana avocado',
          afterDate: 'cherry mango',
          untilDate: 'apple Banana avocado',
          onDate: 'avocado',
          contains: 'apple Banana',
          containsNothing: '',
          notContains: 'avocado cherry mango',
          severalConditions: 'Banana avocado',
          and: 'avocado mango',
          or: 'apple mango',
          orAndMore: 'apple mango',
          not: 'Banana cherry',
          byOwner: 'apple Banana avocado cherry mango',
          byOtherOwner: '',
          cloned: 'apple',
          fromJSON: 'apple',
        })
      })

      it('refuses fields that do not exist, and finds nothing of types that do not', () => {
        expect(seen['unknownField']).toEqual({
          error: { code: 120, name: 'RecordQueryInvalid' },
          unknownType: 0,
        })
      })

      it('sorts', () => {
        expect(seen['sort']).toEqual({
          ascending: 'apple Banana avocado cherry mango',
          descending: 'mango cherry avocado Banana apple',
          byDate: 'mango cherry avocado Banana apple',
          byTwo: 'cherry Banana mango avocado apple',
          byCreation: 'apple Banana avocado cherry mango',
        })
      })

      it('gives a part by limit, offset and page, and counts all when asked to', () => {
        expect(seen['pages']).toEqual({
          limit: ['apple Banana', 'not counted'],
          limitAndOffset: ['Banana avocado', 'not counted'],
          firstPage: ['apple Banana', 'not counted'],
          lastPage: ['mango', 'not counted'],
          offsetBeatsPage: ['Banana avocado', 'not counted'],
          counted: ['apple', 5],
          countedBeyond: ['', 5],
        })
      })

      it('gives records of the class that was asked for', () => {
        expect(seen['result']).toEqual({
          length: 1,
          isOfClass: true,
          count: 1,
          values: [1, true, '2018-01-01T00:00:00.000Z'],
          mapped: ['apple'],
        })
      })

      it('gets one record by its id', () => {
        expect(seen['byId']).toEqual({
          found: 'Found',
          id: 'byid/with/slash',
          missing: 'byid/missing does not exist',
        })
      })

      it('neither finds nor counts what one may not read', () => {
        expect(seen['hiddenFields']).toEqual({ found: ['open'], count: 1 })
      })

      it('finds texts in lists', () => {
        expect(seen['listsOfTexts']).toEqual({ containsValue: ['both'], notContainsValue: ['one'] })
      })

      it('finds by references, and includes what they refer to', () => {
        expect(seen['references']).toEqual({
          equalTo: ['in Ghent'],
          contains: ['in Bruges'],
          through: ['in Bruges'],
          included: ['Bruges', 'Ghent', null],
          alias: [false, true, false],
          areRecords: true,
          referenced: 113,
        })
      })

      it('finds, sorts and includes by distance', () => {
        expect(seen['distances']).toEqual({
          lessThan: ['near'],
          greaterThan: ['far'],
          ascending: ['near', 'far'],
          descending: ['far', 'near'],
          included: 11,
        })
      })
    })

    describe('access', () => {
      it('is as the owner has set it', () => {
        const all = 'aclOwnerOnly ownerOnly readOnly readWrite unset'

        expect(seen['accessOfOthers']).toEqual({
          owner: { readable: all, writable: 'unset ownerOnly readOnly readWrite aclOwnerOnly' },
          other: { readable: 'readOnly readWrite unset', writable: 'unset readWrite' },
          nobody: { readable: 'readOnly readWrite unset', writable: '' },
        })
      })

      it('is given to single users', () => {
        expect(seen['accessOfUser']).toEqual({
          access: [{ user_id: true, level: 'write' }],
          cat: [],
          bobReads: ['read', 'write'],
          bobWrites: [102, null],
        })
      })

      it('is given to roles, for as long as one has the role', () => {
        expect(seen['accessOfRole']).toEqual({
          access: [{ role: 'editor', level: 'write' }],
          cat: [],
          changed: 'Changed',
          revoked: [],
        })
      })

      it('is not invented when a record without it is saved again', () => {
        // The published SDK takes "everybody reads and writes" for "everybody reads".
        const invented = [{ level: 'read', public: true }]

        expect(seen['accessIsNotInvented']).toEqual({ access: sdk === 'ours' ? null : invented })
      })

      it('is by default what setDefaultACL was given', () => {
        // The published SDK only remembers it.
        expect(seen['defaultACL']).toEqual({ given: [], access: sdk === 'ours' ? [] : null })
      })

      it('to create records of a type takes a role, once there is one', () => {
        expect(seen['creationRoles']).toEqual({
          byClient: 102,
          set: { type: 'restricted', create_roles: ['author'] },
          refused: 102,
          allowed: 'with',
        })
      })

      it('is by default what the type has', () => {
        expect(seen['defaultAccess']).toEqual({
          set: { type: 'defaulted', default_access: [{ role: 'reader', level: 'read' }] },
          access: [{ role: 'reader', level: 'read' }],
        })
      })
    })

    it('the private database is of each user alone', () => {
      expect(seen['privateDB']).toEqual({
        amy: { own: ['Dear diary'], shared: [] },
        found: 'Dear diary',
        bob: { own: [], shared: [] },
        byId: true,
        deleted: 110,
        nobody: 101,
        nobodySaves: 101,
        left: [],
      })
    })

    describe('deleting', () => {
      it('gives the outcome of one record, and those of several', () => {
        expect(seen['delete']).toEqual({
          single: 'nothing',
          again: 110,
          listOfOne: 'nothing',
          several: [110, null],
          byOtherName: 'nothing',
          left: ['five'],
          result: 'nothing',
          gone: 110,
          foreign: 102,
        })
      })

      it('is not how a user goes', () => {
        expect(seen['deleteUser']).toEqual({ error: 102 })
      })
    })

    describe('looking after users', () => {
      it('gives and takes roles', () => {
        expect(seen['roles']).toEqual({
          byClient: 102,
          admins: ['boss'],
          refused: 102,
          assigned: 'OK',
          byAdmin: 'OK',
          fetched: [
            ['reader', 'writer'],
            ['boss', 'reader', 'writer'],
          ],
          areRoles: true,
          revoked: 'OK',
          left: ['reader'],
          defaults: ['writer'],
          ofNewUser: ['writer'],
          ofOthers: 102,
        })
      })

      it('keeps users out, and lets them in again', () => {
        expect(seen['disable']).toEqual({
          results: [true, true],
          code: 127,
          info: { message: 'Contact support', expiry: '2999-01-01T00:00:00Z' },
          stillLoggedIn: true,
          sameUser: true,
        })
      })

      it('sets passwords, without becoming the user', () => {
        expect(seen['resetPassword']).toEqual({
          result: true,
          loggedIn: false,
          old: 105,
          sameUser: true,
        })
      })
    })

    it('logs in by a token of a server of the app', () => {
      expect(seen['customToken']).toEqual({
        isCurrent: true,
        nickname: 'Amy',
        sameUser: true,
        expired: 'number',
        stillLoggedIn: true,
      })
    })

    it('sequences count up', () => {
      expect(seen['sequences']).toEqual({ isNumber: 'number', step: 1 })
    })
  })
}

async function runScenarios(
  sdk: 'published' | 'ours',
  server: TestServer,
): Promise<Record<string, unknown>> {
  const published = new URL('../published/1.7.2/node_modules/skygear', import.meta.url)
  if (sdk === 'published' && !existsSync(published)) {
    throw new Error('npm skygear 1.7.2 is not installed: run npm ci in e2e/published/1.7.2.')
  }
  const script = fileURLToPath(new URL('./records.mjs', import.meta.url))
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [script, sdk, `${server.url}/`, server.apiKey, server.masterKey, CUSTOM_TOKEN_SECRET],
    { timeout: SCENARIOS_TIMEOUT_MS },
  )
  return JSON.parse(stdout) as Record<string, unknown>
}
