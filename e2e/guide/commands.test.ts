import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { findUnservedSettings, settingsTable } from '../../packages/server/src/settings.ts'
import { codeOf, writtenPages } from './pages.ts'

const run = promisify(execFile)
const ROOT = path.resolve(import.meta.dirname, '../..')
const CLI = path.join(ROOT, 'packages/server/src/cli/main.ts')

/** Names in capitals that are none of the server's settings. */
const OTHER_NAMES = [
  'YOUR_API_KEY',
  // Variables of samples, of compose.yaml and of other programs.
  'NEXT_PUBLIC_SKYGEAR_API_KEY',
  'NEXT_PUBLIC_SKYGEAR_ENDPOINT',
  'NODE_ENV',
  'SKYGEAR_API_KEY',
  'SKYGEAR_ENDPOINT',
  'SKYGEAR_MASTER_KEY',
  'POSTGRES_PASSWORD',
  'NODE_ENV',
]

const code = writtenPages().flatMap((page) => codeOf(page).map((text) => ({ ...page, text })))

describe('commands in the documentation', () => {
  const help = new Map<string, Promise<string>>()
  const mentioned = [...new Set(code.flatMap(({ text }) => serverCommandsIn(text)))]

  it('are many', () => {
    expect(mentioned.length).toBeGreaterThan(20)
  })

  it.each(mentioned)('%s', async (line) => {
    const [program = '', ...words] = line.split(/\s+/)
    const path = [program]
    for (const word of words) {
      if (!commandsIn(await helpOf(path)).includes(word)) break
      path.push(word)
    }

    const text = await helpOf(path)
    if (path.length === 1) expect(words.filter((word) => !word.startsWith('-'))).toEqual([])
    else expect(commandsIn(text), 'names a group of commands only').toEqual([])
    const options = words.filter((word) => word.startsWith('--')).map((word) => word.split('=')[0])
    expect(options.filter((option) => !new RegExp(`${option}\\b`).test(text))).toEqual([])
  })

  it.each(mentionedScripts())('npm run %s', (script) => {
    const { scripts } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'))

    expect(scripts).toHaveProperty(script)
  })

  function helpOf([, ...words]: string[]): Promise<string> {
    const key = words.join(' ')
    const known = help.get(key)
    if (known) return known
    const asked = run(process.execPath, [CLI, ...words, '--help']).then(({ stdout }) => stdout)
    help.set(key, asked)
    return asked
  }
})

describe('settings in the documentation', () => {
  const served = new Set(Object.values(settingsTable).map(({ variable }) => variable))
  const names = new Set(
    code.flatMap(({ text }) => text.match(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b(?!…)/g) ?? []),
  )

  it.each([...names].filter((name) => !OTHER_NAMES.includes(name)))('%s', (name) => {
    // The chapter on migration also names settings of the original that mean nothing here.
    const isKnown = served.has(name) || findUnservedSettings({ [name]: 'x' }).length > 0

    expect(isKnown).toBe(true)
  })
})

/** The lines that call `skygear-server`, without what the shell does with their output. */
function serverCommandsIn(text: string): string[] {
  const joined = text.replaceAll(/\\\n\s*/g, ' ')
  return [...joined.matchAll(/(?<![\w./-])skygear-server(?: [^\n|&;<>#)]*)?/g)]
    .map(([line]) => line.replaceAll(/'[^']*'/g, 'TEXT').trim())
    .filter((line) => line !== 'skygear-server')
}

function commandsIn(help: string): string[] {
  const [, list = ''] = help.split('\nCommands:\n')
  return [...list.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name = '']) => name)
}

function mentionedScripts(): string[] {
  const names = code.flatMap(({ text }) => [...text.matchAll(/\bnpm run ([\w:-]+)/g)])
  return [...new Set(names.map(([, name = '']) => name))]
}
