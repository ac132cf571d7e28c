import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeStorage } from '../../testing/storage-contract.ts'
import { makeTestDirectory } from '../../testing/test-server.ts'
import { openStorage } from '../open-storage.ts'

const program = fileURLToPath(new URL('../../testing/write-until-killed.ts', import.meta.url))

let directory: string

beforeAll(() => {
  directory = makeTestDirectory()
})

afterAll(() => {
  rmSync(directory, { recursive: true })
})

describeStorage(
  'SQLite',
  () => openStorage(`sqlite:${join(directory, 'contract.db')}`),
  async () => {
    for (const suffix of ['', '-wal', '-shm']) {
      rmSync(join(directory, `contract.db${suffix}`), { force: true })
    }
  },
)

describe('an SQLite database', () => {
  it('is made with its folder', async () => {
    const storage = await openStorage(`sqlite:${join(directory, 'a', 'b', 'new.db')}`)

    await storage.ping()
    await storage.close()
  })

  it('keeps on disk what it has said to keep', async () => {
    const file = join(directory, 'durable.db')
    const storage = await openStorage(`sqlite:${file}`)
    await storage.close()

    const database = new DatabaseSync(file)
    const mode = database.prepare('pragma journal_mode').get()
    database.close()

    expect(mode).toEqual({ journal_mode: 'wal' })
  })

  it('has everything that was acknowledged before a kill, and nothing by half', async () => {
    const databaseUrl = `sqlite:${join(directory, 'killed.db')}`
    const writer = startProgram(databaseUrl)
    const acknowledged = await untilItHasSaid(writer, 25)
    writer.kill('SIGKILL')
    await once(writer, 'close')

    const storage = await openStorage(databaseUrl)
    for (let i = 0; i <= acknowledged; i += 1) {
      expect(await storage.metadata.get(`second-${i}`)).toBe('kept')
    }
    for (let i = 0; i <= acknowledged + 5; i += 1) {
      expect(await storage.metadata.get(`first-${i}`)).toBe(
        await storage.metadata.get(`second-${i}`),
      )
    }
    await storage.close()
  })

  it('can be made by several processes at the same time', async () => {
    const databaseUrl = `sqlite:${join(directory, 'together.db')}`

    const processes = Array.from({ length: 4 }, () => startProgram(databaseUrl, '--once'))
    const outcomes = await Promise.all(processes.map(outcomeOf))

    expect(outcomes).toEqual(Array(4).fill({ code: 0, errors: '' }))
  })

  it('is refused when the file is none', async () => {
    const file = join(directory, 'text.db')
    writeFileSync(file, 'This is a text, and not a database at all. '.repeat(100))

    await expect(openStorage(`sqlite:${file}`)).rejects.toThrow('not a database')
  })
})

function startProgram(databaseUrl: string, ...flags: string[]): ChildProcess {
  return spawn(process.execPath, [program, databaseUrl, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Waits until the program has named so many writes, and gives the last one that it named. */
async function untilItHasSaid(writer: ChildProcess, count: number): Promise<number> {
  let said = ''
  for await (const text of writer.stdout!) {
    said += String(text)
    const complete = said.split('\n').slice(1, -1)
    if (complete.length >= count) return Number(complete.at(-1))
  }
  throw new Error('The program ended too early.')
}

async function outcomeOf(child: ChildProcess): Promise<{ code: number | null; errors: string }> {
  let errors = ''
  child.stderr!.on('data', (text) => {
    errors += String(text)
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, errors }
}
