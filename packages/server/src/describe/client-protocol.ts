import type { Action } from '../actions/action.ts'
import { errorTable } from '../errors.ts'
import { type JsonSchema, toJsonSchema } from './json-schema.ts'

/** The TypeScript module from which the SDK has the error codes and the types of all actions. */
export function clientProtocol(actions: readonly Action[]): string {
  const codes = Object.entries(errorTable).map(([name, { code }]) => `  ${name}: ${code},`)
  const types = actions.map((action) => {
    const input = typeText(toJsonSchema(action.input, 'input'), 2)
    const output = typeText(toJsonSchema(action.output, 'output'), 2)
    return `  ${JSON.stringify(action.name)}: {\n    input: ${input}\n    output: ${output}\n  }`
  })
  return `// Made by \`npm run generate\` from the server's tables; not edited by hand.

/** The code of every error that the server answers with, by name. */
export const ErrorCodes = {
${codes.join('\n')}
} as const

/** The name of an error that the server answers with. */
export type ErrorName = keyof typeof ErrorCodes

/** Input and output of every action, by name. */
export interface Actions {
${types.join('\n')}
}
`
}

function typeText(schema: JsonSchema, indent: number): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  if (schema.anyOf) return schema.anyOf.map((one) => typeText(one, indent)).join(' | ')
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type
    case 'number':
    case 'integer':
      return 'number'
    case 'array':
      return `Array<${typeText(schema.items ?? {}, indent)}>`
    case 'object':
      return objectText(schema, indent)
    default:
      return 'unknown'
  }
}

function objectText(schema: JsonSchema, indent: number): string {
  const { properties, required = [] } = schema
  if (!properties) return '{ [key: string]: unknown }'
  if (Object.keys(properties).length === 0) return '{ [key: string]: never }'
  const inner = ' '.repeat((indent + 1) * 2)
  const members = Object.entries(properties).map(([name, member]) => {
    const mark = required.includes(name) ? '' : '?'
    return `${inner}${name}${mark}: ${typeText(member, indent + 1)}`
  })
  if (typeof schema.additionalProperties === 'object') {
    members.push(`${inner}[key: string]: unknown`)
  }
  return `{\n${members.join('\n')}\n${' '.repeat(indent * 2)}}`
}
