import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Liquid } from 'liquidjs'
import { pickLanguage } from './languages.ts'

/** What a mail or page says beside its texts. */
export type Facts = Record<string, unknown>

/** Mails and pages, made of a template for the structure and texts for the language. */
export interface Templates {
  /** `name` is a file of the folder `mails` without its ending. */
  mail(name: string, languages: string, facts: Facts): Promise<MailContent>
  /** The HTML of a page; `name` is a file of the folder `pages` without its ending. */
  page(name: string, languages: string, facts: Facts): Promise<string>
}

export interface MailContent {
  subject: string
  text: string
  html: string
}

/** Texts of one language: by the name of the mail or page, then by their own. */
type Texts = Record<string, Record<string, string>>

/**
 * Reads templates and texts when they are first needed. Those in `directory` (empty: none) take the
 * place of ours with the same names, texts one by one; a file with the texts of another language
 * adds that language.
 */
export function createTemplates(directory: string): Templates {
  const folders = [directory, defaultFolder()].filter((folder) => folder !== '')
  let loaded: Promise<Loaded> | undefined
  const load = () => (loaded ??= loadFrom(folders))

  /** Texts may hold facts too; they are escaped with the rest when the template shows them. */
  async function textsFor(name: string, languages: string, facts: Facts) {
    const { plain, catalogs } = await load()
    const language = pickLanguage(languages, [...catalogs.keys()])
    const said = { ...facts, ...wordsFor(facts, language) }
    const texts = { ...catalogs.get(language)!['common'], ...catalogs.get(language)![name] }
    const t: Record<string, string> = {}
    for (const [key, text] of Object.entries(texts)) t[key] = await plain.parseAndRender(text, said)
    return { ...said, language, t }
  }

  return {
    async mail(name, languages, facts) {
      const { html, plain } = await load()
      const scope = await textsFor(name, languages, facts)
      return {
        subject: scope.t['subject'] ?? name,
        text: await plain.renderFile(`mails/${name}.txt`, scope),
        html: await html.renderFile(`mails/${name}.html`, scope),
      }
    },

    async page(name, languages, facts) {
      const { html } = await load()
      return html.renderFile(`pages/${name}.html`, await textsFor(`${name}-page`, languages, facts))
    },
  }
}

interface Loaded {
  /** Escapes everything that a template shows. */
  html: Liquid
  plain: Liquid
  catalogs: Map<string, Texts>
}

async function loadFrom(folders: string[]): Promise<Loaded> {
  // Only now, since most servers start without having a mail to write.
  const { Liquid } = await import('liquidjs')
  const options = {
    root: folders,
    relativeReference: false,
    ownPropertyOnly: true,
    strictFilters: true,
    cache: true,
  }
  return {
    html: new Liquid({ ...options, outputEscape: 'escape' }),
    plain: new Liquid(options),
    catalogs: readCatalogs(folders),
  }
}

/** What a text lacks in one language is said in English. */
function readCatalogs(folders: string[]): Map<string, Texts> {
  const catalogs = new Map<string, Texts>()
  for (const folder of folders.toReversed()) {
    const texts = join(folder, 'texts')
    const files = existsSync(texts) ? readdirSync(texts).filter((file) => /\.json$/.test(file)) : []
    for (const file of files) {
      const language = basename(file, '.json')
      const given = JSON.parse(readFileSync(join(texts, file), 'utf8')) as Texts
      catalogs.set(language, merge(catalogs.get(language) ?? {}, given))
    }
  }
  const english = catalogs.get('en')!
  for (const [language, texts] of catalogs) catalogs.set(language, merge(english, texts))
  return catalogs
}

function merge(base: Texts, more: Texts): Texts {
  const merged = { ...base }
  for (const [name, texts] of Object.entries(more)) merged[name] = { ...merged[name], ...texts }
  return merged
}

/** Durations in words, as the language says them: `seconds` becomes `duration`. */
function wordsFor({ seconds }: Facts, language: string): Facts {
  if (typeof seconds !== 'number' || seconds === 0) return {}
  const [unit, size] =
    seconds % 3_600 === 0 ? (['hour', 3_600] as const) : (['minute', 60] as const)
  const words = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' })
  return { duration: words.format(Math.floor(seconds / size)) }
}

/** The package's own folder, beside `src` or `dist`, wherever in those this code runs. */
function defaultFolder(): string {
  const places = ['../templates', '../../templates'].map((place) =>
    join(import.meta.dirname, place),
  )
  const found = places.find((place) => existsSync(join(place, 'texts', 'en.json')))
  if (!found) throw new Error('The folder with the templates is missing from the package.')
  return found
}
