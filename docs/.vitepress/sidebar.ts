import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { DefaultTheme } from 'vitepress'

type Item = DefaultTheme.SidebarItem

const DOCS = path.join(import.meta.dirname, '..')

/** The lists of a folder's `index.md`: a group for each heading that has one. */
export function chaptersOf(folder: string): Item[] {
  const markdown = readFileSync(path.join(DOCS, folder, 'index.md'), 'utf8')
  const groups: Array<Item & { items: Item[] }> = []
  for (const [, heading, text = '', page] of markdown.matchAll(
    /^## (.*)$|^- \[(.*?)\]\(([\w-]+)\.md\)/gm,
  )) {
    if (heading) groups.push({ text: heading, items: [] })
    else groups.at(-1)?.items.push({ text, link: `/${folder}/${page}` })
  }
  return groups.filter(({ items }) => items.length > 0)
}

/** The pages that make-sdk-reference.ts has written, by the SDK's entries. */
export function sdkPages(): Item[] {
  return ['skygear', 'skygear/auth', 'skygear/react', 'skygear/server'].map((entry) => {
    const folder = `reference/sdk/${entry}`
    return {
      text: entry,
      link: `/${folder}/`,
      collapsed: entry !== 'skygear',
      items: ['functions', 'variables', 'classes', 'interfaces', 'type-aliases'].flatMap((kind) =>
        pagesIn(`${folder}/${kind}`),
      ),
    }
  })
}

function pagesIn(folder: string): Item[] {
  if (!existsSync(path.join(DOCS, folder))) return []
  return readdirSync(path.join(DOCS, folder))
    .sort()
    .map((file) => path.basename(file, '.md'))
    .map((name) => ({
      text: name === 'default' ? 'skygear, the default' : name,
      link: `/${folder}/${name}`,
    }))
}
