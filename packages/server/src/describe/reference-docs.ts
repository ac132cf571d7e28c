import type { Action } from '../actions/action.ts'
import { errorTable } from '../errors.ts'
import type { Access } from '../security/authenticate.ts'
import { settingsTable } from '../settings.ts'
import { type JsonSchema, toJsonSchema } from './json-schema.ts'

const accessTexts: Record<Access, string> = {
  open: 'anybody, without a key',
  guest: 'anybody, without a key; some need a logged-in user',
  key: 'whoever has an API key',
  session: 'whoever has an API key or an access token',
  reader: 'whoever has an API key or an access token; a logged-in user may see more',
  writer: 'a logged-in user, or the master key',
  user: 'a logged-in user',
  admin: 'an administrator, or the master key',
  master: 'the master key',
  operator: 'the master key',
}

const notice = '<!-- Made by `npm run generate`; not edited by hand. -->'

/** docs/reference/actions.md */
export function actionsPage(actions: readonly Action[]): string {
  return [notice, '# Actions', ...actions.map(actionSection)].join('\n\n').concat('\n')
}

function actionSection(action: Action): string {
  const input = toJsonSchema(action.input, 'input')
  return [
    `## ${action.name}`,
    action.summary,
    `\`POST /${action.name.replaceAll(':', '/')}\` · for ${accessTexts[action.access]}`,
    memberTable('Member of the body', input),
    memberTable('Member of the result', toJsonSchema(action.output, 'output')),
    action.errors.length > 0
      ? `Errors of its own: ${action.errors.map(linkToError).join(', ')}.`
      : '',
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function linkToError(name: string): string {
  return `[${name}](errors.md#${name.toLowerCase()})`
}

function memberTable(title: string, { properties = {}, required = [] }: JsonSchema): string {
  const names = Object.keys(properties)
  if (names.length === 0) return ''
  const rows = names.map((name) => {
    const member = properties[name]!
    const presence = required.includes(name) ? 'always' : 'optional'
    return `| \`${name}\` | ${typeName(member)} | ${presence} | ${member.description ?? ''} |`
  })
  return [`| ${title} | type | | |`, '|---|---|---|---|', ...rows].join('\n')
}

function typeName(schema: JsonSchema): string {
  if (schema.anyOf) return schema.anyOf.map(typeName).join(' or ')
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``
  if (schema.type === 'array') return `list of ${typeName(schema.items ?? {})}`
  return schema.type ?? 'any'
}

/** docs/reference/errors.md */
export function errorsPage(): string {
  const sections = Object.entries(errorTable).map(
    ([name, { code, status, summary }]) =>
      `## ${name}\n\nCode ${code}, HTTP status ${status}. ${summary}`,
  )
  const intro =
    'An answer that says no has the member `error`, an object of `name`, `code`, `message` and, for some, `info`. Programs look at the code.'
  return [notice, '# Errors', intro, ...sections].join('\n\n').concat('\n')
}

/** docs/reference/settings.md */
export function settingsPage(): string {
  const rows = Object.values(settingsTable).map(
    ({ variable, fallback, summary }) =>
      `| \`${variable}\` | ${fallback === '' ? '' : `\`${fallback}\``} | ${summary} |`,
  )
  const intro =
    'Settings are environment variables. Those of the original Skygear server keep their names and forms; `DEV_MODE=NO` means `SCHEMA=frozen`.'
  return [
    notice,
    '# Settings',
    intro,
    ['| Variable | Default | |', '|---|---|---|', ...rows].join('\n'),
  ]
    .join('\n\n')
    .concat('\n')
}
