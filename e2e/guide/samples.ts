import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** What there is before a sample runs: nothing, an account, or a session of that account. */
export type Situation = 'nobody' | 'with-account' | 'logged-in'

/** A block of code in a page. */
export interface Sample {
  /** The nearest heading above it. */
  heading: string
  language: string
  /** What the page says behind the language, as in "```js logged-in". */
  situation: Situation
  code: string
}

const GUIDE = path.resolve(import.meta.dirname, '../../docs/guide')

/** Languages that a browser or Node can run. */
const RUNNABLE = ['js', 'javascript', 'html']

const BLOCK_OR_HEADING = /^``` ?(\S*)(.*)\n([\s\S]*?)^```$|^#+ (.*)$/gm

/** The samples of a Markdown page that can be run, in the order of the page. */
export function readSamples(markdown: string): Sample[] {
  const samples: Sample[] = []
  let heading = ''
  for (const [, language, label = '', code, title] of markdown.matchAll(BLOCK_OR_HEADING)) {
    if (title !== undefined) heading = title
    else if (language && code && RUNNABLE.includes(language)) {
      samples.push({ heading, language, situation: readSituation(label.trim()), code })
    }
  }
  return samples
}

/** Every sample of the guide, as `page.md: Heading`. */
export function guideSampleNames(): string[] {
  return readdirSync(GUIDE).flatMap((page) =>
    readPage(page).map(({ heading }) => `${page}: ${heading}`),
  )
}

/** The sample under a heading of the guide, by its name: `page.md: Heading`. */
export function guideSample(name: string): Sample {
  const [page = '', ...heading] = name.split(': ')
  const found = readPage(page).filter((sample) => sample.heading === heading.join(': '))
  if (found.length !== 1) throw new Error(`${found.length} samples are named "${name}".`)
  return found[0]!
}

function readPage(page: string): Sample[] {
  return readSamples(readFileSync(path.join(GUIDE, page), 'utf8'))
}

function readSituation(label: string): Situation {
  if (label === '') return 'nobody'
  if (label === 'with-account' || label === 'logged-in') return label
  throw new Error(`"${label}" is not a situation that a sample can be in.`)
}
