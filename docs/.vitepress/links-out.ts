import { existsSync } from 'node:fs'
import path from 'node:path'
import type { MarkdownRenderer } from 'vitepress'

const ROOT = path.join(import.meta.dirname, '../..')

/**
 * Links from `docs` to other files of the repository, which GitHub follows and the site has not:
 * they lead to `sourceUrl`, or are text where it is not known.
 *
 * @throws when such a file does not exist
 */
export function linksOut(markdown: MarkdownRenderer, sourceUrl: string | undefined): void {
  markdown.core.ruler.push('links-out', ({ tokens, env }) => {
    for (const { children } of tokens) {
      let isOut = false
      for (const token of children ?? []) {
        if (token.type === 'link_open') {
          const file = fileOut(token.attrGet('href') ?? '', env.relativePath)
          isOut = file !== undefined
          if (file === undefined) continue
          if (sourceUrl) token.attrSet('href', `${sourceUrl}/${file}`)
          else token.attrs = [['title', `${file}, in the repository`]]
        }
        if (isOut && !sourceUrl && token.type.startsWith('link_')) token.tag = 'span'
        if (token.type === 'link_close') isOut = false
      }
    }
  })
}

/** The file of the repository that a link of a page names, if it is outside of `docs`. */
function fileOut(href: string, page: string): string | undefined {
  if (!href.startsWith('..')) return undefined
  const file = path.posix.join('docs', path.posix.dirname(page), href.replace(/#.*/, ''))
  if (file.startsWith('docs/')) return undefined
  if (!existsSync(path.join(ROOT, file))) throw new Error(`${page}: there is no ${file}.`)
  return file
}
