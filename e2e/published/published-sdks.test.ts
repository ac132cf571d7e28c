import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { startTestServer } from '../../packages/server/src/testing/test-server.ts'
import type { Server } from '../wire.ts'

/** Unmodified packages from npm, each installed in the folder of its version. */
const VERSIONS = ['0.24.3', '1.1.2', '1.3.1', '1.4.0', '1.5.0', '1.6.4', '1.7.2']

const SCENARIOS_TIMEOUT_MS = 60_000

for (const version of VERSIONS) {
  describe(`npm skygear ${version}`, () => {
    const isDialectA = version === '0.24.3'
    let seen: Record<string, unknown> = {}

    beforeAll(async () => {
      // A server for each: the types of fields that one version saves are not those of another.
      const server = await startTestServer({ RATE_LIMIT: 'off' })
      try {
        seen = await runScenarios(version, server)
      } finally {
        await server.close()
      }
    }, SCENARIOS_TIMEOUT_MS)

    it('signs up with a username', () => {
      const user = { id: 'string', username: 'amy.*' }

      expect(seen['signUpWithUsername']).toEqual({ user, currentUser: user, token: 'string' })
    })

    it('signs up with an e-mail address', () => {
      const user = { id: 'string', email: 'bob.*@example.com' }

      expect(seen['signUpWithEmail']).toEqual({ user, currentUser: user, token: 'string' })
    })

    it('stores the data given at sign-up', () => {
      expect(seen['signUpWithData']).toEqual({
        nickname: 'Cat',
        level: 3,
        tags: ['a', 'b'],
        born: '2000-01-02T03:04:05.000Z',
      })
    })

    it('rejects a name that is taken, in any case', () => {
      expect(seen['signUpDuplicate']).toEqual({
        error: { status: 409, code: 109, name: 'Duplicated' },
        currentUser: null,
      })
    })

    it('signs up anonymously', () => {
      const user = { id: 'string' }

      expect(seen['signUpAnonymously']).toEqual({ user, sameUser: true, token: 'string' })
    })

    it('logs in with username and e-mail address, in any case', () => {
      const user = { id: 'string', username: 'eve.*', email: 'eve.*@example.com' }

      expect(seen['logIn']).toEqual({ byUsername: user, byEmail: user, token: 'string' })
    })

    it('tells a wrong password from an unknown user', () => {
      const notFound = { status: 404, code: 110, name: 'ResourceNotFound' }

      expect(seen['logInFailures']).toEqual({
        wrongPassword: { status: 401, code: 105, name: 'InvalidCredentials' },
        unknownUser: notFound,
        unknownEmail: notFound,
        currentUser: null,
      })
    })

    it('logs out, which ends the token', () => {
      expect(seen['logOut']).toEqual({ currentUser: null, tokenAfter: null, oldToken: 104 })
    })

    it('tells who is logged in', () => {
      expect(seen['whoami']).toEqual({
        user: { id: 'string', username: 'hal.*' },
        sameUser: true,
      })
    })

    it('changes the password', () => {
      const user = { id: 'string', username: 'ida.*' }
      const refused = { status: 401, code: 105, name: 'InvalidCredentials' }

      expect(seen['changePassword']).toEqual({
        wrongOld: refused,
        user,
        stillLoggedIn: user,
        oldPassword: refused,
        newPassword: user,
      })
    })

    it('logs in by a new username and e-mail address, and not by the old', () => {
      const user = { id: 'string', username: 'joel.*', email: 'joel.*@example.com' }

      expect(seen['rename']).toEqual({
        oldName: { status: 404, code: 110, name: 'ResourceNotFound' },
        byUsername: user,
        byEmail: user,
      })
    })

    it('refuses to take the name of another user', () => {
      const duplicated = { code: 109, name: 'Duplicated' }

      expect(seen['renameToTakenName']).toEqual({
        // A failed record comes inside an answer of status 200.
        error: isDialectA ? { status: 409, ...duplicated } : duplicated,
        user: { id: 'string', username: 'leo.*' },
      })
    })

    it('tells its listeners of sign-up, log-out and log-in', () => {
      expect(seen['onUserChanged']).toEqual({ seen: ['user', 'nobody', 'user'] })
    })

    it('signs out when its token is dead', () => {
      expect(seen['deadToken']).toEqual({
        error: { status: 401, code: 104, name: 'AccessTokenNotAccepted' },
        seen: ['nobody'],
        currentUser: null,
        token: null,
      })
    })

    it('finds its user again after a reload', () => {
      expect(seen['reload']).toEqual({
        restored: { id: 'string', username: 'ona.*' },
        sameUser: true,
      })
    })

    it('keeps both WebSockets open, and idle', () => {
      expect(seen['sockets']).toEqual({ open: 2, closed: 0 })
    })
  })
}

async function runScenarios(version: string, server: Server): Promise<Record<string, unknown>> {
  const folder = fileURLToPath(new URL(`./${version}/node_modules/skygear`, import.meta.url))
  if (!existsSync(folder)) {
    throw new Error(
      `npm skygear ${version} is not installed: run npm ci in e2e/published/${version}.`,
    )
  }
  const script = fileURLToPath(new URL('./run-scenario.mjs', import.meta.url))
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [script, version, server.url, server.apiKey],
    { timeout: SCENARIOS_TIMEOUT_MS },
  )
  return JSON.parse(stdout) as Record<string, unknown>
}
