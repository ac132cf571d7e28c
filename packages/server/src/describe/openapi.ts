import type { Action } from '../actions/action.ts'
import { errorTable } from '../errors.ts'
import type { Access } from '../security/authenticate.ts'
import { type JsonSchema, toJsonSchema } from './json-schema.ts'

/** The whole wire protocol as an OpenAPI 3.1 document. */
export function openApi(actions: readonly Action[]): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Skygear',
      version: '1',
      description:
        'Every action is a POST of a JSON object. Key and token may also be the members api_key and access_token of the body.',
    },
    paths: Object.fromEntries(
      actions.map((action) => [pathOf(action), { post: operation(action) }]),
    ),
    components: {
      schemas: { Error: errorSchema() },
      securitySchemes: {
        apiKey: { type: 'apiKey', in: 'header', name: 'X-Skygear-API-Key' },
        accessToken: { type: 'apiKey', in: 'header', name: 'X-Skygear-Access-Token' },
      },
    },
  }
}

function pathOf({ name }: Action): string {
  return `/${name.replaceAll(':', '/')}`
}

function operation(action: Action): object {
  return {
    operationId: action.name,
    summary: action.summary,
    security: securityOf(action.access),
    requestBody: jsonContent(toJsonSchema(action.input, 'input')),
    responses: {
      '200': {
        description: 'Done.',
        ...jsonContent({
          type: 'object',
          properties: { result: toJsonSchema(action.output, 'output'), info: { type: 'object' } },
          required: ['result'],
        }),
      },
      default: {
        description: `An error${namesOf(action)}.`,
        content: {
          'application/json': { schema: { $ref: '#/components/schemas/Error' } },
        },
      },
    },
  }
}

function namesOf({ errors }: Action): string {
  return errors.length > 0 ? `: ${errors.join(', ')}` : ''
}

function securityOf(access: Access): object[] {
  if (access === 'open') return []
  if (access === 'guest') return [{}, { accessToken: [] }]
  if (access === 'key' || access === 'master' || access === 'operator') return [{ apiKey: [] }]
  return [{ accessToken: [] }, { apiKey: [] }]
}

function jsonContent(schema: JsonSchema): object {
  return { content: { 'application/json': { schema } } }
}

function errorSchema(): JsonSchema {
  const codes = Object.values(errorTable).map(({ code }) => code)
  return {
    type: 'object',
    properties: {
      error: {
        type: 'object',
        properties: {
          name: { enum: Object.keys(errorTable) },
          code: { enum: codes },
          message: { type: 'string' },
          info: { type: 'object' },
        },
        required: ['name', 'code', 'message'],
      },
    },
    required: ['error'],
  }
}
