import { isDeepStrictEqual } from 'node:util'
import { startTestServer, type TestServer } from '../../packages/server/src/testing/test-server.ts'
import { createRandom, type Random } from '../random.ts'
import { type Item, Model, type ModelCaller } from './model.ts'
import { ROLES, randomStep, type Step, schema } from './random-step.ts'

/** The first step whose answers differ. */
export interface Difference {
  step: number
  caller: string
  action: Step
  server: unknown
  model: unknown
}

interface ModelRun {
  steps: number
  seed: number
}

interface Caller extends ModelCaller {
  token: string | undefined
}

/** Does the same random steps to a new server and to the model, until their answers differ. */
export async function checkModel(run: ModelRun): Promise<Difference | undefined> {
  const server = await startTestServer({ LOG_LEVEL: 'silent' })
  try {
    const random = createRandom(run.seed)
    const callers = await makeCallers(server)
    await makeSchema(server)
    const model = new Model()
    for (let step = 1; step <= run.steps; step += 1) {
      const difference = await doStep(server, model, random, callers)
      if (difference) return { step, ...difference }
    }
    return undefined
  } finally {
    await server.close()
  }
}

async function doStep(server: TestServer, model: Model, random: Random, callers: Caller[]) {
  const caller = random.pick(callers)
  const action = randomStep(random, caller, callers)
  const fromServer = await ask(server, caller, action)
  const fromModel = askModel(model, caller, action)
  if (isDeepStrictEqual(fromServer, fromModel)) return undefined
  return { caller: caller.name, action, server: fromServer, model: fromModel }
}

async function makeCallers(server: TestServer): Promise<Caller[]> {
  const rolesByName = { amy: [], bea: [ROLES[0]!], cat: [ROLES[1]!], dan: [...ROLES] }
  const users: Caller[] = []
  for (const [name, roles] of Object.entries(rolesByName)) {
    const { user_id: id, access_token: token } = await server.signUp(name)
    if (roles.length > 0) {
      await server.call('role:assign', { users: [id], roles }, { key: server.masterKey })
    }
    users.push({ name, id, roles, isMaster: false, token })
  }
  const nobody = { name: 'nobody', id: undefined, roles: [], isMaster: false, token: undefined }
  const master = { name: 'master', id: undefined, roles: [], isMaster: true, token: undefined }
  return [...users, nobody, master]
}

async function makeSchema(server: TestServer): Promise<void> {
  const credentials = { key: server.masterKey }
  const created = await server.call('schema:create', { record_types: schema }, credentials)
  const access = await server.call('schema:field_access:update', { access: [] }, credentials)
  if (created.status !== 200 || access.status !== 200) throw new Error(created.text + access.text)
}

async function ask(server: TestServer, caller: Caller, action: Step): Promise<unknown> {
  const credentials = {
    ...(caller.token !== undefined && { token: caller.token }),
    ...(caller.isMaster && { key: server.masterKey }),
  }
  switch (action.kind) {
    case 'save': {
      const { database, records, atomic } = action
      const body = { database_id: database, records, atomic }
      return itemsOf(await server.call('record:save', body, credentials))
    }
    case 'delete': {
      const { database, ids, atomic } = action
      return itemsOf(
        await server.call('record:delete', { database_id: database, ids, atomic }, credentials),
      )
    }
    case 'fetch': {
      const { database, ids } = action
      return itemsOf(await server.call('record:fetch', { database_id: database, ids }, credentials))
    }
    case 'query': {
      const { type, ...query } = action.query
      const body = { ...query, record_type: type, database_id: action.database, count: true }
      const answer = await server.call('record:query', body, credentials)
      const items = itemsOf(answer)
      return Array.isArray(items) ? { items, count: answer.info?.['count'] } : items
    }
    case 'createRoles': {
      const body = { type: action.type, create_roles: action.roles }
      return (await server.call('schema:access', body, credentials)).status
    }
    case 'defaultAccess': {
      const body = { type: action.type, default_access: action.access }
      return (await server.call('schema:default_access', body, credentials)).status
    }
    case 'fieldRules':
      return (
        await server.call('schema:field_access:update', { access: action.rules }, credentials)
      ).status
  }
}

interface RecordAnswer {
  error: { name: string } | undefined
  result: Record<string, unknown>[]
}

/** Records without their times; the names of errors instead of what else they say. */
function itemsOf(answer: RecordAnswer): Item[] | string {
  if (answer.error) return answer.error.name
  return answer.result.map(({ _created_at: _, _updated_at: __, ...item }) =>
    item['_type'] === 'error' ? String(item['name']) : item,
  )
}

function askModel(model: Model, caller: Caller, action: Step): unknown {
  switch (action.kind) {
    case 'save':
      return model.save(caller, placeOf(action, caller), action.records, action.atomic)
    case 'delete':
      return model.delete(caller, placeOf(action, caller), action.ids, action.atomic)
    case 'fetch':
      return model.fetch(caller, placeOf(action, caller), action.ids)
    case 'query': {
      const place = action.database === '_union' ? undefined : placeOf(action, caller)
      return model.query(caller, place, action.query)
    }
    case 'createRoles':
      model.createRoles[action.type] = action.roles
      return 200
    case 'defaultAccess':
      model.defaultAccess[action.type] = action.access
      return 200
    case 'fieldRules':
      model.fieldRules = action.rules
      return 200
  }
}

function placeOf({ database }: { database: string }, caller: Caller): string {
  return database === '_public' ? '' : (caller.id ?? '_god')
}
