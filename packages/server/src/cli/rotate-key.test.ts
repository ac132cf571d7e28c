import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCommand } from '../testing/run-command.ts'
import { makeTestDirectory } from '../testing/test-server.ts'

const before = { apiKey: 'old-api-key', masterKey: 'old-master-key', tokenSecret: 'old-secret' }

let directory: string

beforeEach(() => {
  directory = makeTestDirectory()
  writeFileSync(join(directory, 'keys.json'), JSON.stringify(before), { mode: 0o600 })
})

afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

describe('skygear-server key rotate', () => {
  it('KY-06: replaces the keys that are named, and no other', async () => {
    const { code, output } = await rotate(['--master'])

    expect(code).toBe(0)
    expect(keys()).toMatchObject({ apiKey: 'old-api-key', tokenSecret: 'old-secret' })
    expect(keys()['masterKey']).toMatch(/^[\w-]{43}$/)
    expect(output).toContain('Apps notice nothing.')
  })

  it('tells the API key, which is no secret, and what it does to apps', async () => {
    const { output } = await rotate(['--api'])

    expect(output).toContain('until they are published anew')
    expect(output).toContain(`New API key: ${keys()['apiKey']}`)
    expect(output).toContain('Old API key: old-api-key')
    expect(output).toContain('when the server is started again')
  })

  it('tells no secret, old or new', async () => {
    const { output, errors } = await rotate(['--master', '--token-secret', '--json'])

    const secrets = ['old-master-key', 'old-secret', keys()['masterKey'], keys()['tokenSecret']]
    for (const secret of secrets) expect(output + errors).not.toContain(secret)
    expect(JSON.parse(output)).toEqual({
      file: join(directory, 'keys.json'),
      rotated: ['MASTER_KEY', 'TOKEN_STORE_SECRET'],
    })
  })

  it('leaves one file, for the eyes of the owner only', async () => {
    await rotate(['--master'])

    expect(readdirSync(directory)).toEqual(['keys.json'])
    expect(statSync(join(directory, 'keys.json')).mode & 0o777).toBe(0o600)
  })

  it('refuses a key that the environment gives', async () => {
    expect(await rotate(['--api'], { API_KEY: 'given' })).toMatchObject({
      code: 1,
      errors: 'API_KEY is given by the environment. Change it there.\n',
    })
    expect(keys()).toEqual(before)
  })

  it('asks which key is meant', async () => {
    expect((await rotate([])).errors).toBe('Give --api, --master or --token-secret.\n')
  })

  it('says when there are no keys yet', async () => {
    rmSync(join(directory, 'keys.json'))

    expect((await rotate(['--api'])).errors).toMatch(
      /^There is no .*keys\.json yet\. Start the server once\.\n$/,
    )
  })
})

function rotate(options: string[], environment: Record<string, string> = {}) {
  return runCommand(['key', 'rotate', ...options], {
    environment: { DATA_DIR: directory, ...environment },
  })
}

function keys(): Record<string, string> {
  return JSON.parse(readFileSync(join(directory, 'keys.json'), 'utf8')) as Record<string, string>
}
