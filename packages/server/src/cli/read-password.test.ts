import { describe, expect, it } from 'vitest'
import { runCommand } from '../testing/run-command.ts'
import { makeTestDirectory, testPassword } from '../testing/test-server.ts'

describe('a password for a command', () => {
  it('is not taken from the arguments, and not repeated', async () => {
    const { code, errors } = await create([`--password=${testPassword}`])

    expect(code).toBe(2)
    expect(errors).toBe("error: unknown option '--password'\n")
  })

  it('is not asked for without a terminal', async () => {
    expect(await create([])).toMatchObject({
      code: 1,
      errors: 'There is no terminal to ask for a password. Use --password-stdin or --generate.\n',
    })
  })

  it('is either given or made', async () => {
    const { errors } = await create(['--password-stdin', '--generate'])

    expect(errors).toBe('Give either --password-stdin or --generate.\n')
  })

  it('is refused when it is not UTF-8', async () => {
    const { code, errors } = await create(['--password-stdin'], Buffer.from([0x70, 0xff, 0x0a]))

    expect(code).toBe(1)
    expect(errors).toBe('The password on the standard input is not UTF-8 text.\n')
  })
})

function create(options: string[], input: string | Buffer = '') {
  const environment = { DATA_DIR: makeTestDirectory() }
  return runCommand(['user', 'create', '--username', 'amy', ...options], { environment, input })
}
