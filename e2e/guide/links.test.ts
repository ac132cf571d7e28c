import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { slugify } from '../../docs/.vitepress/slugify.ts'
import { type Page, readPages } from './pages.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const pages = readPages(['*.md', 'docs/**/*.md', 'decisions/*.md', 'bench/*.md', 'e2e/**/*.md'])
const pageOf = new Map(pages.map((page) => [page.file, page]))

describe('links', () => {
  it.each(pages.map((page) => [page.file, page] as const))('of %s lead somewhere', (_, page) => {
    expect(linksOf(page).filter((link) => !leadsSomewhere(page, link))).toEqual([])
  })

  it.each(['guide', 'recipes'])('lead from the index to every page of docs/%s', (folder) => {
    const index = pageOf.get(`docs/${folder}/index.md`)!
    const files = readPages([`docs/${folder}/*.md`]).map(({ file }) => path.posix.basename(file))

    const linked = linksOf(index).map((link) => link.replace(/#.*/, ''))
    expect(files.filter((file) => file !== 'index.md' && !linked.includes(file))).toEqual([])
  })

  it('would be found dead', () => {
    const page = { file: 'docs/guide/errors.md', text: '' }

    expect(leadsSomewhere(page, 'errors.md#without-a-network')).toBe(true)
    expect(leadsSomewhere(page, 'errors.md#with-a-network')).toBe(false)
    expect(leadsSomewhere(page, '#in-typescript')).toBe(true)
    expect(leadsSomewhere(page, '#in-cobol')).toBe(false)
    expect(leadsSomewhere(page, '../reference')).toBe(true)
    expect(leadsSomewhere(page, 'eggs.md')).toBe(false)
  })
})

function linksOf({ text }: Page): string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link))
}

function leadsSomewhere({ file }: Page, link: string): boolean {
  const [target = '', anchor] = link.split('#')
  const wanted = target ? path.posix.join(path.posix.dirname(file), target) : file
  if (!existsSync(path.join(ROOT, wanted))) return false
  if (anchor === undefined || statSync(path.join(ROOT, wanted)).isDirectory()) return true
  const page = pageOf.get(wanted)
  return page !== undefined && anchorsOf(page).has(anchor)
}

/** As GitHub makes them: a heading that comes again gets a number. */
function anchorsOf({ text }: Page): Set<string> {
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '')
  const anchors = new Set<string>()
  for (const [, heading = ''] of prose.matchAll(/^#+ (.*)$/gm)) {
    const slug = slugify(heading.replaceAll(/\[(.*?)\]\(.*?\)/g, '$1'))
    let anchor = slug
    for (let count = 1; anchors.has(anchor); count += 1) anchor = `${slug}-${count}`
    anchors.add(anchor)
  }
  return anchors
}
