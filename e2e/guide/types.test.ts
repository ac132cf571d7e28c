import { execFile } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { blocksOf, writtenPages } from './pages.ts'

const run = promisify(execFile)
const ROOT = path.resolve(import.meta.dirname, '../..')
const STAND_INS = path.join(import.meta.dirname, 'stand-ins')

/** What each language is checked with: what its authors' editors would say. */
const PROJECTS = {
  typescript: {
    languages: ['ts', 'tsx'],
    options: { strict: true, noImplicitAny: false },
  },
  javascript: {
    languages: ['js', 'jsx'],
    options: { strict: false, exactOptionalPropertyTypes: false, allowJs: true, checkJs: true },
  },
}

/** Passages of apps that e2e/frameworks compiles, and compares with the page. */
const CHECKED_ELSEWHERE = 'docs/guide/server-side.md'

const pages = writtenPages().filter(({ file }) => file !== CHECKED_ELSEWHERE)
const samples = pages.flatMap((page) =>
  blocksOf(page).map((block, index) => ({ ...block, page: page.file, number: index + 1 })),
)

describe('the types of samples', () => {
  let folder: string
  let findings: string

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'skygear-types-'))
    findings = await checkSamples(folder, samples)
  }, 120_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it.each(samples.filter(isChecked).map((sample) => [nameOf(sample), sample] as const))(
    'are right in %s',
    (_, sample) => {
      const mine = findings.split('\n').filter((line) => line.includes(fileOf(sample)))

      expect(mine).toEqual([])
    },
  )

  it('are looked at, without a complaint about anything else', () => {
    const others = findings
      .split('\n')
      .filter((line) => /error TS/.test(line))
      .filter((line) => !samples.some((sample) => line.includes(fileOf(sample))))
      // The SDK's sources, which are checked more strictly than those who write JavaScript are.
      .filter((line) => !line.startsWith('packages/'))

    expect(others).toEqual([])
  })

  it('would be found wrong', async () => {
    const scratch = mkdtempSync(path.join(tmpdir(), 'skygear-types-'))
    const code = "skygear.auth.signUp('amy')\n"
    const sample = {
      page: 'docs/wrong.md',
      heading: '',
      label: '',
      number: 1,
      language: 'ts',
      code,
    }
    try {
      expect(await checkSamples(scratch, [sample])).toContain("'signUp' does not exist")
    } finally {
      rmSync(scratch, { recursive: true, force: true })
    }
  })
})

type Sample = (typeof samples)[number]

/** What the compiler says of all samples, in a folder that finds the packages of the repository. */
async function checkSamples(folder: string, checked: Sample[]): Promise<string> {
  const inner = path.join(folder, 'samples')
  mkdirSync(inner)
  cpSync(STAND_INS, path.join(inner, 'stand-ins'), { recursive: true })
  link('node_modules', inner)
  let findings = ''
  for (const [project, { languages, options }] of Object.entries(PROJECTS)) {
    const files = checked.filter(({ language }) => languages.includes(language))
    for (const sample of files) {
      writeFileSync(path.join(inner, fileOf(sample)), `${sample.code}\nexport {}\n`)
    }
    const config = path.join(inner, `${project}.json`)
    writeFileSync(
      config,
      JSON.stringify({
        extends: path.join(ROOT, 'tsconfig.json'),
        compilerOptions: {
          ...options,
          module: 'esnext',
          moduleResolution: 'bundler',
          verbatimModuleSyntax: false,
          noUnusedLocals: false,
          noUnusedParameters: false,
        },
        files: files.map(fileOf),
        include: ['stand-ins'],
        exclude: [],
      }),
    )
    findings += await compile(config)
  }
  return findings
}

function link(modules: string, folder: string): void {
  const target = path.join(ROOT, modules)
  if (existsSync(target)) symlinkSync(target, path.join(folder, 'node_modules'), 'junction')
}

async function compile(config: string): Promise<string> {
  const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc')
  try {
    return (await run(process.execPath, [tsc, '--project', config, '--pretty', 'false'])).stdout
  } catch (error) {
    // It fails when it has found something, which is told.
    const { stdout } = error as { stdout?: string }
    if (!stdout) throw error
    return stdout
  }
}

function isChecked({ language }: Sample): boolean {
  return Object.values(PROJECTS).some(({ languages }) => languages.includes(language))
}

function nameOf({ page, heading, number }: Sample): string {
  return `${page}: ${heading} (block ${number})`
}

function fileOf({ page, number, language }: Sample): string {
  return `${page.replaceAll('/', '-').replace('.md', '')}-${number}.${language}`
}
