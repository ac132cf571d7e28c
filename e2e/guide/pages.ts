import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'

const ROOT = path.resolve(import.meta.dirname, '../..')

/** A Markdown file that people write or read here. */
export interface Page {
  /** Its path from the repository's root, with slashes. */
  file: string
  text: string
}

/** A block of code, in three backticks. */
export interface Block {
  /** The nearest heading above it. */
  heading: string
  language: string
  /** What is said behind the language, as in "```js logged-in". */
  label: string
  code: string
}

const BLOCK_OR_HEADING = /^``` ?(\S*)(.*)\n([\s\S]*?)^```$|^#+ (.*)$/gm

/** The pages whose paths match, in the order of their paths. */
export function readPages(patterns: string[]): Page[] {
  return globSync(patterns, { cwd: ROOT, exclude: ['**/node_modules/**', '**/sdk/**'] })
    .map((file) => file.split(path.sep).join('/'))
    .sort()
    .map((file) => ({ file, text: readFileSync(path.join(ROOT, file), 'utf8') }))
}

/** What people write for users of the product: not generated, and not about the code. */
export function writtenPages(): Page[] {
  return readPages([
    'README.md',
    'SECURITY.md',
    'docs/*.md',
    'docs/guide/*.md',
    'docs/recipes/*.md',
  ])
}

/** The blocks of code of a page. */
export function blocksOf({ text }: Pick<Page, 'text'>): Block[] {
  let heading = ''
  const blocks: Block[] = []
  for (const [, language = '', label = '', code, title] of text.matchAll(BLOCK_OR_HEADING)) {
    if (title !== undefined) heading = title
    else if (code !== undefined) blocks.push({ heading, language, label: label.trim(), code })
  }
  return blocks
}

/** All code of a page: its blocks, and what stands between single backticks. */
export function codeOf(page: Page): string[] {
  const prose = page.text.replace(BLOCK_OR_HEADING, '')
  const inline = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code)
  return [...blocksOf(page).map(({ code }) => code), ...inline]
}
