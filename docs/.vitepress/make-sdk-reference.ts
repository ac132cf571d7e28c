/**
 * Writes what the SDK exports, with the docstrings, to `reference/sdk`: a page for each thing, and
 * one for each entry of the package.
 */
import path from 'node:path'
import { Application, Comment, type Context, Converter } from 'typedoc'
import { MarkdownPageEvent, type PluginOptions } from 'typedoc-plugin-markdown'

const DOCS = path.join(import.meta.dirname, '..')
const SDK = path.join(DOCS, '../packages/skygear/src')

/** The entries of the package by their file: what they are called, and what they are for. */
const ENTRIES: { [file: string]: [name: string, summary: string] } = {
  index: [
    'skygear',
    "What `import skygear from 'skygear'` gives, a client for users and records, and all that can be imported beside it.",
  ],
  'auth-only': ['skygear/auth', 'The same client without records, for apps that need users only.'],
  react: ['skygear/react', "A provider and hooks over a client's state."],
  server: ['skygear/server', 'Tells a server of your own who calls it.'],
}

const style: Partial<PluginOptions> = {
  entryFileName: 'index',
  hideBreadcrumbs: true,
  hidePageHeader: true,
  hideGroupHeadings: false,
  useCodeBlocks: true,
  expandObjects: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  propertyMembersFormat: 'table',
  enumMembersFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  indexFormat: 'table',
  tableColumnSettings: {
    hideDefaults: true,
    hideSources: true,
    hideInherited: true,
    hideModifiers: true,
    hideOverrides: true,
  },
}

const app = await Application.bootstrapWithPlugins({
  name: 'The SDK',
  plugin: ['typedoc-plugin-markdown'],
  entryPoints: Object.keys(ENTRIES).map((file) => path.join(SDK, `${file}.ts`)),
  tsconfig: path.join(import.meta.dirname, 'tsconfig.sdk.json'),
  out: path.join(DOCS, 'reference/sdk'),
  readme: 'none',
  excludePrivate: true,
  excludeProtected: true,
  excludeInternal: true,
  excludeExternals: true,
  disableSources: true,
  ...style,
})
app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }: Context) => {
  for (const entry of project.children ?? []) {
    const [name, text] = ENTRIES[entry.name] ?? [entry.name, '']
    entry.name = name
    entry.comment = new Comment([{ kind: 'text', text }])
  }
})
app.renderer.on(MarkdownPageEvent.END, (page) => {
  page.contents = (page.contents ?? '')
    .replaceAll(/#+ (Inherited from|Overrides)\n\n.*\n\n?/g, '')
    // Names that the title has.
    .replaceAll(/## Type Parameters\n\n\| Type Parameter \|\n(\|.*\n)+\n/g, '')
    // Not worth an entry in the outline, nor one of the search for each method.
    .replaceAll(/^####+ (Parameters|Returns|Throws|Type Parameters)$/gm, '**$1**')
    // What another entry exports as well: a line for each instead of a section.
    .replaceAll(/### .*\n\nRe-exports (.*)\n(\n\*\*\*\n\n)?/g, '- $1\n')
    .replace('## References', '## The same as in `skygear`')
})

const project = await app.convert()
if (!project) process.exit(1)
await app.generateOutputs(project)
if (app.logger.hasErrors()) process.exit(1)
