import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { blocksOf } from './pages.ts'

/**
 * What there is before a sample runs: nothing, an account, a session of that account, or a client
 * with the master key.
 */
export type Situation = (typeof SITUATIONS)[number]

const SITUATIONS = ['nobody', 'with-account', 'logged-in', 'master-key'] as const

/** A block of code in a page. */
export interface Sample {
  /** The nearest heading above it. */
  heading: string
  language: string
  /** What the page says behind the language, as in "```js logged-in". */
  situation: Situation
  code: string
}

/** The folder of all that people write about the project. */
const DOCS = path.resolve(import.meta.dirname, '../../docs')

/** Languages that a browser or Node can run. */
const RUNNABLE = ['js', 'javascript', 'html']

/** The samples of a Markdown page that can be run, in the order of the page. */
export function readSamples(markdown: string): Sample[] {
  return blocksOf({ text: markdown })
    .filter(({ language }) => RUNNABLE.includes(language))
    .map(({ heading, language, label, code }) => ({
      heading,
      language,
      situation: readSituation(label),
      code,
    }))
}

/** Every sample of the guide, as `page.md: Heading`. */
export function guideSampleNames(): string[] {
  return sampleNames('guide')
}

/** The sample under a heading of the guide, by its name: `page.md: Heading`. */
export function guideSample(name: string): Sample {
  return sampleIn('guide', name)
}

/** Every sample of a folder of `docs`, as `page.md: Heading`. */
export function sampleNames(folder: string): string[] {
  return readdirSync(path.join(DOCS, folder))
    .filter((file) => file.endsWith('.md'))
    .flatMap((page) => readPage(folder, page).map(({ heading }) => `${page}: ${heading}`))
}

/** The sample under a heading of a page in a folder of `docs`. */
export function sampleIn(folder: string, name: string): Sample {
  const [page = '', ...heading] = name.split(': ')
  const found = readPage(folder, page).filter((sample) => sample.heading === heading.join(': '))
  if (found.length !== 1) throw new Error(`${found.length} samples are named "${name}".`)
  return found[0]!
}

function readPage(folder: string, page: string): Sample[] {
  return readSamples(readFileSync(path.join(DOCS, folder, page), 'utf8'))
}

function readSituation(label: string): Situation {
  if (label === '') return 'nobody'
  const situation = SITUATIONS.find((known) => known === label)
  if (situation) return situation
  throw new Error(`"${label}" is not a situation that a sample can be in.`)
}
