/**
 * Checks what imports what in packages/: the table below, no import across packages, no cycles.
 *
 *   --print  prints the table as Markdown instead
 *   --write  puts it into ARCHITECTURE.md, between the `imports:start` and `imports:end` comments
 */
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseSync, Visitor } from 'rolldown/utils'
import { ROOT } from './run.ts'

/**
 * What the files of packages/server/src may import of ours, `type` meaning types only. A folder may
 * always import itself. Tests may import everything in their package and are not listed.
 */
const MAY_IMPORT: ImportRules = {
  'errors.ts': [],
  'settings.ts': [],
  'records/': ['errors.ts'],
  'users/': ['errors.ts', 'records/'],
  'storage/storage.ts': ['type users/', 'type records/'],
  'storage/finding.ts': [],
  'storage/migrations/': [],
  'storage/sql/': [
    'errors.ts',
    'users/',
    'records/',
    'storage/storage.ts',
    'storage/finding.ts',
    'storage/migrations/',
  ],
  'storage/sqlite/': ['storage/sql/', 'storage/storage.ts', 'storage/finding.ts'],
  'storage/postgres/': ['storage/sql/', 'storage/storage.ts', 'storage/finding.ts'],
  'storage/open-storage.ts': [
    'storage/storage.ts',
    'storage/finding.ts',
    'storage/sql/',
    'storage/sqlite/',
    'storage/postgres/',
  ],
  'storage/index-login-ids.ts': ['settings.ts', 'users/', 'storage/storage.ts'],
  'storage/background-work.ts': ['storage/storage.ts'],
  'storage/retention.ts': ['storage/storage.ts', 'storage/background-work.ts'],
  'security/': ['errors.ts', 'settings.ts', 'users/', 'type records/', 'storage/storage.ts'],
  'templates/': [],
  'audit/': ['type settings.ts', 'storage/storage.ts', 'storage/background-work.ts'],
  'mails/': [
    'type settings.ts',
    'users/',
    'type audit/',
    'type security/',
    'type templates/',
    'storage/storage.ts',
    'storage/background-work.ts',
  ],
  'actions/': [
    'errors.ts',
    'settings.ts',
    'users/',
    'records/',
    'security/',
    'audit/',
    'mails/',
    'storage/storage.ts',
  ],
  'pages/': [
    'errors.ts',
    'type audit/',
    'settings.ts',
    'security/',
    'mails/',
    'actions/',
    'storage/storage.ts',
  ],
  'describe/': ['errors.ts', 'settings.ts', 'actions/', 'type security/'],
  'http/': [
    'errors.ts',
    'settings.ts',
    'metrics.ts',
    'actions/',
    'pages/',
    'type security/',
    'type templates/',
  ],
  'log.ts': ['type settings.ts'],
  'readable-log.ts': ['errors.ts'],
  'metrics.ts': [],
  'server.ts': [
    'errors.ts',
    'log.ts',
    'metrics.ts',
    'settings.ts',
    'users/',
    'records/',
    'storage/',
    'security/',
    'templates/',
    'audit/',
    'mails/',
    'actions/',
    'pages/',
    'describe/',
    'http/',
  ],
  'index.ts': ['errors.ts', 'settings.ts', 'server.ts'],
  'cli/': [
    'errors.ts',
    'settings.ts',
    'log.ts',
    'readable-log.ts',
    'type metrics.ts',
    'users/',
    'storage/',
    'security/',
    'audit/',
    'actions/',
    'server.ts',
  ],
  'testing/': ['anything'],
}

/** By file or folder (with a slash): what it may import. */
type ImportRules = Record<string, readonly string[]>

const SERVER = 'packages/server/src/'
const DOCUMENT = path.join(ROOT, 'ARCHITECTURE.md')

interface Import {
  from: string
  /** The imported file, relative to the repository like `from`; a package's name as it is. */
  to: string
  typeOnly: boolean
}

/** The table as Markdown, for ARCHITECTURE.md. */
export function importTable(): string {
  const rows = Object.entries(MAY_IMPORT).map(
    ([part, allowed]) =>
      `| ${code(part)} | ${allowed.map(code).join(' · ') || 'nothing of ours'} |`,
  )
  return ['| part of `packages/server/src` | may import |', '|---|---|', ...rows].join('\n')
}

function code(part: string): string {
  if (part === 'anything') return part
  const [name, types] = part.startsWith('type ') ? [part.slice(5), ' (types)'] : [part, '']
  return `\`${name}\`${types}`
}

/** What is wrong with the imports of the repository in `root`, a line each. */
export function checkImports(root: string, rules: ImportRules): string[] {
  const files = globSync('packages/*/src/**/*.ts', { cwd: root }).map((file) =>
    file.replaceAll(path.sep, '/'),
  )
  const imports = files.flatMap((file) =>
    importsOf(file, readFileSync(path.join(root, file), 'utf8')),
  )
  return [
    ...files.flatMap((file) => unlisted(file, rules)),
    ...imports.flatMap((found) => forbidden(found, rules)),
    ...cycles(imports.filter(({ from }) => !isTest(from))),
  ]
}

function importsOf(from: string, source: string): Import[] {
  const found: Import[] = []
  const add = (specifier: unknown, typeOnly: boolean) => {
    if (typeof specifier !== 'string') return
    const isRelative = specifier.startsWith('.')
    const to = isRelative ? path.posix.join(path.posix.dirname(from), specifier) : specifier
    found.push({ from, to, typeOnly })
  }
  const { program } = parseSync(from, source)
  new Visitor({
    ImportDeclaration: (node) => add(node.source.value, node.importKind === 'type'),
    ExportNamedDeclaration: (node) => add(node.source?.value, node.exportKind === 'type'),
    ExportAllDeclaration: (node) => add(node.source.value, node.exportKind === 'type'),
    ImportExpression: ({ source }) => add(source.type === 'Literal' && source.value, false),
    TSImportType: (node) => add(node.source.value, true),
  }).visit(program)
  return found
}

function unlisted(file: string, rules: ImportRules): string[] {
  if (!file.startsWith(SERVER) || isTest(file) || partOf(file, rules)) return []
  return [`${file} is in no row of the table in scripts/check-imports.ts.`]
}

function forbidden({ from, to, typeOnly }: Import, rules: ImportRules): string[] {
  const ours = to.startsWith('packages/')
  if (ours ? packageOf(from) !== packageOf(to) : /^skygear(-server)?(\/|$)/.test(to)) {
    return [`${from} may not import ${to}: packages do not import each other.`]
  }
  if (!ours || !from.startsWith(SERVER) || isTest(from)) return []

  const part = partOf(from, rules)
  const target = to.slice(SERVER.length)
  const allowed = part === undefined ? [] : [part, ...(rules[part] ?? [])]
  if (allowed.some((rule) => permits(rule, target, typeOnly))) return []
  return [`${from} may not import ${target}${typeOnly ? ' (types)' : ''}.`]
}

function permits(rule: string, target: string, typeOnly: boolean): boolean {
  if (rule.startsWith('type ')) return typeOnly && covers(rule.slice(5), target)
  return rule === 'anything' || covers(rule, target)
}

/** The row that a file of the server belongs to. */
function partOf(file: string, rules: ImportRules): string | undefined {
  return Object.keys(rules).find((part) => covers(part, file.slice(SERVER.length)))
}

function covers(part: string, file: string): boolean {
  return part.endsWith('/') ? file.startsWith(part) : file === part
}

function packageOf(file: string): string | undefined {
  return file.split('/')[1]
}

function isTest(file: string): boolean {
  return file.endsWith('.test.ts')
}

/** Each cycle once, as the path round it. Types count: they make two files one thing to read. */
function cycles(imports: Import[]): string[] {
  const targets = new Map<string, string[]>()
  for (const { from, to } of imports) targets.set(from, [...(targets.get(from) ?? []), to])
  const done = new Set<string>()
  const found: string[] = []
  const visit = (file: string, trail: string[]) => {
    const start = trail.indexOf(file)
    if (start >= 0) found.push(`Cycle: ${[...trail.slice(start), file].join(' → ')}`)
    if (start >= 0 || done.has(file)) return
    for (const target of targets.get(file) ?? []) visit(target, [...trail, file])
    done.add(file)
  }
  for (const file of targets.keys()) visit(file, [])
  return found
}

function staleDocument(): string[] {
  if (!existsSync(DOCUMENT)) return []
  const text = readFileSync(DOCUMENT, 'utf8')
  if (text === withTable(text)) return []
  return ['ARCHITECTURE.md shows an old table. Run: node scripts/check-imports.ts --write']
}

function withTable(text: string): string {
  const between = /(<!-- imports:start -->\n)[\s\S]*?(<!-- imports:end -->)/
  return text.replace(between, (_, start, end) => `${start}${importTable()}\n${end}`)
}

if (import.meta.main) {
  if (process.argv.includes('--print')) console.log(importTable())
  else if (process.argv.includes('--write')) writeDocument()
  else report([...checkImports(ROOT, MAY_IMPORT), ...staleDocument()])
}

function writeDocument(): void {
  writeFileSync(DOCUMENT, withTable(readFileSync(DOCUMENT, 'utf8')))
}

function report(problems: string[]): void {
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) process.exitCode = 1
}
