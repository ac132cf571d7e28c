import type { Random } from '../random.ts'
import type {
  AccessEntry,
  FieldRule,
  Json,
  ModelCaller,
  ModelQuery,
  RecordToSave,
} from './model.ts'

export const schema = {
  city: {
    fields: [
      { name: 'name', type: 'string', index: true },
      { name: 'size', type: 'number' },
    ],
  },
  note: {
    fields: [
      { name: 'title', type: 'string', index: true },
      { name: 'n', type: 'number', index: true },
      { name: 'done', type: 'boolean' },
      { name: 'at', type: 'datetime', index: true },
      { name: 'tags', type: 'json' },
      { name: 'loc', type: 'location' },
      { name: 'city', type: 'ref(city)', index: true },
      { name: 'odd.na"me', type: 'string' },
    ],
  },
}

/** Something that is done to a server and to the model alike. */
export type Step =
  | { kind: 'save'; database: Database; records: RecordToSave[]; atomic: boolean }
  | { kind: 'delete'; database: Database; ids: string[]; atomic: boolean }
  | { kind: 'fetch'; database: Database; ids: string[] }
  | { kind: 'query'; database: Database | '_union'; query: ModelQuery }
  | { kind: 'createRoles'; type: string; roles: string[] }
  | { kind: 'defaultAccess'; type: string; access: AccessEntry[] }
  | { kind: 'fieldRules'; rules: FieldRule[] }

type Database = '_public' | '_private'

export const ROLES = ['editor', 'reader']

const texts = ['apple', 'Apple', 'banana', 'b_n%', "o'clock", '']
const numbers = [-2, 0, 0.5, 1, 2, 10]
const dates = ['2020-01-01T00:00:00Z', '2020-06-01T12:00:00.5Z', '2021-01-01T00:00:00Z']
const places = [
  [0, 0],
  [10, 10],
  [-70, 40],
  [179, -30],
] as const

export function randomStep(random: Random, caller: ModelCaller, callers: ModelCaller[]): Step {
  const database = random.once(4) && (caller.id || caller.isMaster) ? '_private' : '_public'
  const chance = random.below(100)
  if (caller.isMaster && chance < 12) return randomRules(random, callers)
  if (caller.id || caller.isMaster) {
    if (chance < 40) return randomSave(random, database, callers)
    if (chance < 50) return randomDelete(random, database)
  }
  if (chance < 60) return { kind: 'fetch', database, ids: many(random, 4, () => randomId(random)) }
  const everywhere = caller.isMaster && random.once(3)
  return {
    kind: 'query',
    database: everywhere ? '_union' : database,
    query: randomQuery(random, callers),
  }
}

function randomSave(random: Random, database: Database, callers: ModelCaller[]): Step {
  const records = many(random, 3, () => randomRecord(random, callers))
  return { kind: 'save', database, records, atomic: random.once(4) }
}

function randomDelete(random: Random, database: Database): Step {
  const ids = many(random, 2, () => randomId(random))
  return { kind: 'delete', database, ids, atomic: random.once(4) }
}

function randomRecord(random: Random, callers: ModelCaller[]): RecordToSave {
  const id = randomId(random)
  const fields = schema[id.startsWith('note') ? 'note' : 'city'].fields.filter(() => random.once(2))
  const values = fields.map(({ name }) => [name, random.once(6) ? null : valueFor(random, name)])
  const record = { ...(Object.fromEntries(values) as Record<string, Json>), _id: id }
  if (random.once(2)) return record
  return { ...record, _access: random.once(5) ? null : randomAccess(random, callers) }
}

function valueFor(random: Random, field: string): Json {
  switch (field) {
    case 'n':
    case 'size':
      return random.pick(numbers)
    case 'done':
      return random.once(2)
    case 'at':
      return { $type: 'date', $date: random.pick(dates) }
    case 'tags':
      return random.pick<Json>([['apple', 'banana'], [], [1, 'apple'], { apple: 1 }, { b: ['x'] }])
    case 'loc':
      return randomPlace(random)
    case 'city':
      return { $type: 'ref', $id: `city/${random.below(5)}` }
    default:
      return random.pick(texts)
  }
}

function randomPlace(random: Random): Json {
  const [longitude, latitude] = random.pick(places)
  return { $type: 'geo', $lng: longitude, $lat: latitude }
}

function randomAccess(random: Random, callers: ModelCaller[]): AccessEntry[] {
  const users = callers.flatMap(({ id }) => (id === undefined ? [] : [id]))
  return many(random, 3, () => {
    const level = random.pick(['read', 'write'] as const)
    return random.pick<AccessEntry>([
      { level, public: true },
      { level, role: random.pick(ROLES) },
      { level, user_id: random.pick(users) },
    ])
  }).slice(random.below(2))
}

function randomId(random: Random): string {
  return random.once(3) ? `city/${random.below(5)}` : `note/${random.below(8)}`
}

function randomQuery(random: Random, callers: ModelCaller[]): ModelQuery {
  const type = random.once(4) ? 'city' : 'note'
  const term = () => random.pick<Json>(termsOf(type, random))
  const keys = random.once(2) ? many(random, 2, term) : []
  const ends = [path('_id'), path('_database_id')]
  return {
    type,
    predicate: random.once(6) ? undefined : randomPredicate(random, type, callers, 3),
    sort: [...keys, ...ends].map((key) => [key, random.pick(['asc', 'desc'] as const)]),
    limit: random.once(3) ? random.below(6) : undefined,
    offset: random.once(4) ? random.below(4) : 0,
  }
}

function termsOf(type: string, random: Random): Json[] {
  const distance = ['func', 'distance', path('loc'), randomPlace(random)]
  return type === 'city'
    ? ['name', 'size', '_owner_id'].map(path)
    : [...['title', 'n', 'done', 'at', 'city', 'city.name', 'city.size'].map(path), distance]
}

function randomPredicate(
  random: Random,
  type: string,
  callers: ModelCaller[],
  depth: number,
): Json[] {
  if (depth > 0 && random.once(2)) {
    const inner = () => randomPredicate(random, type, callers, depth - 1)
    if (random.once(3)) return ['not', inner()]
    return [random.pick(['and', 'or']), ...many(random, 3, inner)]
  }
  const owner = callers[random.below(callers.length)]?.id ?? '_god'
  const op = random.pick(['eq', 'neq', 'gt', 'gte', 'lt', 'lte'])
  const general: Json[][] = [
    ['eq', path('_owner'), owner],
    ['eq', path('_id'), String(random.below(8))],
  ]
  const ofCity = (prefix: string): Json[][] => [
    sides(random, op, path(`${prefix}name`), random.pick(texts)),
    sides(random, op, path(`${prefix}size`), random.pick(numbers)),
    [random.pick(['eq', 'neq']), path(`${prefix}name`), null],
  ]
  if (type === 'city') return random.pick([...general, ...ofCity('')])
  const field = random.pick(['title', 'n', 'done', 'at', 'city', 'tags', 'loc'])
  const comparable = random.pick(['title', 'n', 'done', 'at', 'city', 'odd.na"me'])
  const equality = random.pick(['eq', 'neq'])
  return random.pick([
    ...general,
    ...ofCity('city.'),
    [equality, path(field), null],
    sides(
      random,
      comparable === 'done' ? equality : op,
      path(comparable),
      valueFor(random, comparable),
    ),
    sides(
      random,
      comparable === 'done' ? equality : op,
      path(comparable),
      valueFor(random, comparable),
    ),
    [
      'in',
      path(comparable),
      many(random, 3, () => (random.once(5) ? null : valueFor(random, comparable))),
    ],
    ['in', random.pick(['apple', 'banana', 'b', 'x']), path('tags')],
    [
      random.pick(['like', 'ilike']),
      path('title'),
      random.pick(['%a%', 'A%', '_____', '%', 'apple', '']),
    ],
    [
      random.pick(['lt', 'gt']),
      ['func', 'distance', path('loc'), randomPlace(random)],
      random.pick([1_000_500, 5_000_500, 12_000_500]),
    ],
  ])
}

/** A comparison with its sides in either order. */
function sides(random: Random, op: string, left: Json, right: Json): Json[] {
  return random.once(4) ? [op, right, left] : [op, left, right]
}

function path(name: string): Json {
  return { $type: 'keypath', $val: name }
}

function randomRules(random: Random, callers: ModelCaller[]): Step {
  const type = random.pick(['note', 'city'])
  if (random.once(3)) {
    return { kind: 'createRoles', type, roles: ROLES.filter(() => random.once(4)) }
  }
  if (random.once(3)) {
    return { kind: 'defaultAccess', type, access: randomAccess(random, callers) }
  }
  const userRoles = ['_owner', '_any_user', '_public', ...ROLES.map((role) => `_role:${role}`)]
  const fields: [string, string][] = [
    ['note', 'n'],
    ['note', 'title'],
    ['city', 'name'],
  ]
  const rules = fields
    .filter(() => random.once(3))
    .flatMap(([type, field]) =>
      userRoles
        .filter(() => random.once(2))
        .map((role) => ({
          record_type: type,
          record_field: field,
          user_role: role,
          readable: !random.once(3),
          writable: !random.once(3),
          comparable: !random.once(3),
          discoverable: !random.once(3),
        })),
    )
  return { kind: 'fieldRules', rules }
}

function many<T>(random: Random, most: number, make: () => T): T[] {
  return Array.from({ length: 1 + random.below(most) }, make)
}
