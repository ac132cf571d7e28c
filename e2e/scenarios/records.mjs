// Runs every scenario with one SDK and prints what was seen, as one JSON object.
//
//   node records.mjs published|ours ENDPOINT API_KEY MASTER_KEY CUSTOM_TOKEN_SECRET
//
// What the SDKs do alike is written once here. A process for each, since the published one keeps one
// session per process.

import { createHmac, randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'

const PASSWORD = 'secret-12'

const [sdk, endPoint, apiKey, masterKey, customTokenSecret] = process.argv.slice(2)
const skygear = await loadSdk()
const { ACL, Geolocation, Query, Record, Reference, Role, Sequence } = skygear
const { auth, publicDB, privateDB } = skygear
const unique = randomBytes(6).toString('hex')
const results = {}
let scenario

await observe('save', async () => {
  const me = await signUp('amy')
  const Note = Record.extend('saved')
  const note = new Note({
    title: 'Hello',
    stars: 4.5,
    done: false,
    due: new Date('2018-01-02T03:04:05.678Z'),
    tags: ['a', 'b'],
    nested: { list: [1, { deep: true }] },
  })
  const saved = await publicDB.save(note)
  const { title, stars, done, due, tags, nested } = saved
  return {
    sameObject: saved === note,
    attributes: { title, stars, done, due: due.toISOString(), tags, nested },
    id: saved.id === `saved/${saved._id}`,
    owner: saved.ownerID === me._id && saved.createdBy === me._id && saved.updatedBy === me._id,
    times: saved.createdAt instanceof Date && saved.updatedAt instanceof Date,
  }
})

await observe('saveWithoutUser', async () => {
  const Note = Record.extend('saved')
  return { error: await rejection(publicDB.save(new Note({ title: 'Nobody' }))) }
})

await observe('saveSeveral', async () => {
  const Note = Record.extend('several')
  await signUp('amy')
  const closed = await publicDB.save(new Note({ title: 'Mine', _access: [] }))
  await signUp('bob')
  const own = new Note({ title: 'Own' })
  const stolen = new Note({ _id: closed.id, title: 'Stolen' })
  const { savedRecords, errors } = await publicDB.save([own, stolen])
  return {
    saved: [savedRecords[0] === own, savedRecords[1] ?? null],
    errors: errors.map((error) => error?.code ?? null),
  }
})

await observe('saveListOfOne', async () => {
  await signUp('amy')
  const Note = Record.extend('several')
  const note = new Note({ title: 'Only' })
  const bad = new Note({ title: 'Bad', done: new Date(Number.NaN) })
  return {
    sameObject: (await publicDB.save([note])) === note,
    nothing: typeof (await rejection(publicDB.save(null))),
    bad: typeof (await rejection(publicDB.save([bad]))),
  }
})

await observe('saveAtomic', async () => {
  await signUp('amy')
  const Note = Record.extend('atomic')
  const User = Record.extend('user')
  const records = [new Note({ title: 'Good' }), new User({ title: 'Bad' })]
  const error = await rejection(publicDB.save(records, { atomic: true }))
  const left = await publicDB.query(new Query(Note))
  const both = await publicDB.save([new Note({ title: 'A' }), new Note({ title: 'B' })], {
    atomic: true,
  })
  return { error, left: left.length, both: titles(both.savedRecords) }
})

await observe('change', async () => {
  await signUp('amy')
  const Note = Record.extend('changed')
  const note = await publicDB.save(new Note({ title: 'Hello', stars: 1, color: 'red' }))
  await publicDB.save(new Note({ _id: note.id, stars: 2 }))
  const merged = await publicDB.getRecordByID(note.id)
  merged.color = null
  await publicDB.save(merged)
  const cleared = await publicDB.getRecordByID(note.id)
  return {
    merged: [merged.title, merged.stars],
    cleared: 'color' in cleared,
    sameOwner: cleared.ownerID === note.ownerID,
  }
})

await observe('operators', async () => {
  await signUp('amy')
  const Fruit = await saveFruits('fruit')
  const q = () => new Query(Fruit)
  const day = new Date('2018-01-03T00:00:00Z')
  const queries = {
    everything: q(),
    like: q().like('title', 'a%'),
    notLike: q().notLike('title', 'a%'),
    caseInsensitiveLike: q().caseInsensitiveLike('title', 'b_nana'),
    caseInsensitiveNotLike: q().caseInsensitiveNotLike('title', '%AN%'),
    equalTo: q().equalTo('title', 'apple'),
    notEqualTo: q().notEqualTo('title', 'apple'),
    equalToNumber: q().equalTo('stars', 3),
    equalToBoolean: q().equalTo('ripe', true),
    equalToNull: q().equalTo('color', null),
    notEqualToNull: q().notEqualTo('color', null),
    greaterThan: q().greaterThan('stars', 3),
    greaterThanOrEqualTo: q().greaterThanOrEqualTo('stars', 3),
    lessThan: q().lessThan('stars', 3),
    lessThanOrEqualTo: q().lessThanOrEqualTo('stars', 3),
    afterDate: q().greaterThan('picked', day),
    untilDate: q().lessThanOrEqualTo('picked', day),
    onDate: q().equalTo('picked', day),
    contains: q().contains('title', ['apple', 'Banana', 'kiwi']),
    containsNothing: q().contains('title', []),
    notContains: q().notContains('title', ['apple', 'Banana']),
    severalConditions: q().greaterThan('stars', 1).lessThan('stars', 4),
    and: Query.and(q().equalTo('ripe', true), q().greaterThan('stars', 2)),
    or: Query.or(q().equalTo('title', 'apple'), q().greaterThan('stars', 4)),
    orAndMore: Query.or(q().equalTo('stars', 1), q().equalTo('stars', 5)).equalTo('ripe', true),
    not: Query.not(q().equalTo('ripe', true)),
    byOwner: q().equalTo('_owner', auth.currentUser._id),
    byOtherOwner: q().equalTo('_owner', 'somebody-else'),
    cloned: Query.clone(q().equalTo('title', 'apple')),
    fromJSON: Query.fromJSON(q().equalTo('title', 'apple').toJSON()),
  }
  const found = {}
  for (const [name, query] of Object.entries(queries)) {
    found[name] = titles(await publicDB.query(query.addAscending('stars'))).join(' ')
  }
  return found
})

await observe('unknownField', async () => {
  await signUp('amy')
  const Fruit = await saveFruits('unknownfield')
  return {
    error: await rejection(publicDB.query(new Query(Fruit).equalTo('nothing', 1))),
    unknownType: (await publicDB.query(new Query(Record.extend('unknowntype')))).length,
  }
})

await observe('sort', async () => {
  await signUp('amy')
  const Fruit = await saveFruits('sorted')
  const sorted = async (query) => titles(await publicDB.query(query)).join(' ')
  return {
    ascending: await sorted(new Query(Fruit).addAscending('stars')),
    descending: await sorted(new Query(Fruit).addDescending('stars')),
    byDate: await sorted(new Query(Fruit).addDescending('picked')),
    byTwo: await sorted(new Query(Fruit).addAscending('ripe').addDescending('stars')),
    byCreation: await sorted(new Query(Fruit).addAscending('_created_at')),
  }
})

await observe('pages', async () => {
  await signUp('amy')
  const Fruit = await saveFruits('paged')
  const page = async (settings) => {
    const query = new Query(Fruit).addAscending('stars')
    const result = await publicDB.query(Object.assign(query, settings))
    return [titles(result).join(' '), result.overallCount ?? 'not counted']
  }
  return {
    limit: await page({ limit: 2 }),
    limitAndOffset: await page({ limit: 2, offset: 1 }),
    firstPage: await page({ limit: 2, page: 1 }),
    lastPage: await page({ limit: 2, page: 3 }),
    offsetBeatsPage: await page({ limit: 2, offset: 1, page: 3 }),
    counted: await page({ limit: 1, overallCount: true }),
    countedBeyond: await page({ limit: 2, page: 9, overallCount: true }),
  }
})

await observe('result', async () => {
  await signUp('amy')
  const Fruit = await saveFruits('resulting')
  const query = new Query(Fruit).equalTo('title', 'apple')
  query.overallCount = true
  const result = await publicDB.query(query)
  const [apple] = result
  return {
    length: result.length,
    isOfClass: apple instanceof Fruit,
    count: result.overallCount,
    values: [apple.stars, apple.ripe, apple.picked.toISOString()],
    mapped: result.map(({ title }) => title),
  }
})

await observe('byId', async () => {
  await signUp('amy')
  const Note = Record.extend('byid')
  const note = await publicDB.save(new Note({ _id: 'byid/with/slash', title: 'Found' }))
  const found = await publicDB.getRecordByID(note.id)
  const missing = await publicDB.getRecordByID('byid/missing').catch(({ message }) => message)
  return { found: found.title, id: found.id, missing }
})

await observe('values', async () => {
  await signUp('amy')
  const City = Record.extend('city')
  const Place = Record.extend('place')
  const city = await publicDB.save(new City({ name: 'Ghent' }))
  const saved = await publicDB.save(
    new Place({ city: new Reference(city), where: new Geolocation(51.05, 3.72) }),
  )
  const { city: reference, where } = await publicDB.getRecordByID(saved.id)
  return {
    reference: [reference instanceof Reference, reference.id === city.id],
    place: [where instanceof Geolocation, where.latitude, where.longitude],
  }
})

await observe('accessOfOthers', async () => {
  await signUp('amy')
  const Note = Record.extend('owned')
  const make = async (title, change) => {
    const note = new Note({ title })
    change(note)
    return (await publicDB.save(note)).id
  }
  const ids = {
    unset: await make('unset', () => {}),
    ownerOnly: await make('ownerOnly', (note) => note.setPublicNoAccess()),
    readOnly: await make('readOnly', (note) => note.setPublicReadOnly()),
    readWrite: await make('readWrite', (note) => note.setPublicReadWriteAccess()),
    aclOwnerOnly: await make('aclOwnerOnly', (note) => note.setAccess(new ACL([]))),
  }
  const rights = async () => {
    const readable = titles(await publicDB.query(new Query(Note).addAscending('title')))
    const writable = []
    for (const [title, id] of Object.entries(ids)) {
      const change = publicDB.save(new Note({ _id: id, touched: true }))
      if (await change.catch(() => false)) writable.push(title)
    }
    return { readable: readable.join(' '), writable: writable.join(' ') }
  }
  const owner = await rights()
  await signUp('bob')
  const other = await rights()
  await auth.logout()
  const nobody = await rights()
  return { owner, other, nobody }
})

await observe('accessOfUser', async () => {
  const bob = await signUp('bob')
  await signUp('amy')
  const Note = Record.extend('shared')
  const read = new Note({ title: 'read' })
  read.setPublicNoAccess()
  read.setReadOnlyForUser(bob)
  const write = new Note({ title: 'write' })
  write.setPublicNoAccess()
  write.setReadWriteAccessForUser(bob)
  await publicDB.save([read, write])
  const access = write.access.toJSON()
  await signUp('cat')
  const cat = titles(await publicDB.query(new Query(Note)))
  await logIn('bob')
  const bobReads = titles(await publicDB.query(new Query(Note).addAscending('title')))
  const bobWrites = await publicDB.save([
    new Note({ _id: read.id, title: 'changed' }),
    new Note({ _id: write.id, title: 'changed' }),
  ])
  return {
    access: access.map((entry) => ({ ...entry, user_id: entry.user_id === bob._id })),
    cat,
    bobReads,
    bobWrites: bobWrites.errors.map((error) => error?.code ?? null),
  }
})

await observe('accessOfRole', async () => {
  const editor = new Role('editor')
  const bob = await signUp('bob')
  await asMaster(() => auth.assignUserRole([bob], [editor]))
  await signUp('amy')
  const Note = Record.extend('edited')
  const note = new Note({ title: 'Hello' })
  note.setPublicNoAccess()
  note.setReadWriteAccessForRole(editor)
  await publicDB.save(note)
  const access = note.access.toJSON()
  await signUp('cat')
  const cat = titles(await publicDB.query(new Query(Note)))
  await logIn('bob')
  const changed = await publicDB.save(new Note({ _id: note.id, title: 'Changed' }))
  await asMaster(() => auth.revokeUserRole([bob], [editor]))
  const revoked = titles(await publicDB.query(new Query(Note)))
  return { access, cat, changed: changed.title, revoked }
})

await observe('accessIsNotInvented', async () => {
  await signUp('amy')
  const Note = Record.extend('kept')
  const { id } = await publicDB.save(new Note({ title: 'Hello' }))
  const fetched = await publicDB.getRecordByID(id)
  fetched.title = 'Bye'
  await publicDB.save(fetched)
  return { access: await accessOnServer(id) }
})

await observe('defaultACL', async () => {
  await signUp('amy')
  publicDB.setDefaultACL(new ACL([]))
  const Note = Record.extend('bydefault')
  const { id } = await publicDB.save(new Note({ title: 'Hello' }))
  const given = publicDB.defaultACL.toJSON()
  publicDB.setDefaultACL(null)
  return { given, access: await accessOnServer(id) }
})

await observe('hiddenFields', async () => {
  const Note = Record.extend('hidden')
  await signUp('amy')
  await publicDB.save(new Note({ title: 'secret', stars: 1, _access: [] }))
  await signUp('bob')
  await publicDB.save(new Note({ title: 'open', stars: 2 }))
  const query = new Query(Note).like('title', '%').addAscending('stars')
  query.overallCount = true
  const result = await publicDB.query(query)
  return { found: titles(result), count: result.overallCount }
})

await observe('privateDB', async () => {
  const Note = Record.extend('diary')
  const texts = async (database) => titles(await database.query(new Query(Note)))
  await signUp('amy')
  const note = await privateDB.save(new Note({ title: 'Dear diary' }))
  const amy = { own: await texts(privateDB), shared: await texts(publicDB) }
  const found = (await privateDB.getRecordByID(note.id)).title
  await signUp('bob')
  const bob = { own: await texts(privateDB), shared: await texts(publicDB) }
  const byId = await rejects(privateDB.getRecordByID(note.id))
  const deleted = await rejection(privateDB.delete(note))
  await auth.logout()
  const nobody = await rejection(privateDB.query(new Query(Note)))
  const nobodySaves = await rejection(privateDB.save(new Note({ title: 'Hello' })))
  await logIn('amy')
  await privateDB.delete(note)
  return {
    amy,
    found,
    bob,
    byId,
    deleted: deleted.code,
    nobody: nobody.code,
    nobodySaves: nobodySaves.code,
    left: await texts(privateDB),
  }
})

await observe('delete', async () => {
  await signUp('amy')
  const Note = Record.extend('deleted')
  const make = (title) => publicDB.save(new Note({ title }))
  const [one, two, three, four, five] = [
    await make('one'),
    await make('two'),
    await make('three'),
    await make('four'),
    await make('five'),
  ]
  const single = await publicDB.delete(one)
  const again = await rejection(publicDB.delete(one))
  const listOfOne = await publicDB.delete([two])
  const several = await publicDB.delete([one, three])
  const byOtherName = await publicDB.del(four)
  const left = await publicDB.query(new Query(Note))
  const result = await publicDB.delete(left)
  const closed = await make('closed')
  await signUp('bob')
  const foreign = await rejection(publicDB.delete(new Note({ _id: five.id })))
  closed.setPublicNoAccess()
  await logIn('amy')
  await publicDB.save(closed)
  await logIn('bob')
  return {
    single: single ?? 'nothing',
    again: again.code,
    listOfOne: listOfOne ?? 'nothing',
    several: several.map((error) => error?.code ?? null),
    byOtherName: byOtherName ?? 'nothing',
    left: titles(left),
    result: result ?? 'nothing',
    gone: foreign.code,
    foreign: (await rejection(publicDB.delete(closed))).code,
  }
})

await observe('deleteUser', async () => {
  const me = await signUp('amy')
  return { error: (await rejection(publicDB.delete(me))).code }
})

await observe('roles', async () => {
  const amy = await signUp('amy')
  const bob = await signUp('bob')
  const [boss, writer] = [new Role('boss'), new Role('writer')]
  const names = (roles) => roles.map(({ name }) => name).sort()
  const byClient = (await rejection(auth.setAdminRole([boss]))).code
  const admins = await asMaster(() => auth.setAdminRole([boss]))
  const refused = (await rejection(auth.assignUserRole([bob], [writer]))).code
  const assigned = await asMaster(() => auth.assignUserRole([bob], [boss]))
  const byAdmin = await auth.assignUserRole([amy, bob], [writer, 'reader'])
  const fetched = await auth.fetchUserRole([amy, bob._id])
  const revoked = await auth.revokeUserRole([amy._id], [writer])
  const left = await auth.fetchUserRole([amy])
  const defaults = await asMaster(() => auth.setDefaultRole([writer]))
  const cat = await signUp('cat')
  const ofNewUser = names((await auth.fetchUserRole([cat]))[cat._id])
  const ofOthers = (await rejection(auth.fetchUserRole([amy]))).code
  await asMaster(() => auth.setDefaultRole([]))
  return {
    byClient,
    admins,
    refused,
    assigned,
    byAdmin,
    fetched: [names(fetched[amy._id]), names(fetched[bob._id])],
    areRoles: fetched[amy._id].every((role) => role instanceof Role),
    revoked,
    left: names(left[amy._id]),
    defaults,
    ofNewUser,
    ofOthers,
  }
})

await observe('disable', async () => {
  const amy = await signUp('amy')
  const day = new Date('2999-01-01T00:00:00Z')
  const disabled = await asMaster(() => auth.adminDisableUser(amy, 'Contact support', day))
  const { code } = await rejection(auth.whoami())
  const info = await infoOf(auth.whoami())
  const stillLoggedIn = auth.currentUser !== null
  await signUp('bob')
  const enabled = await asMaster(() => auth.adminEnableUser(amy._id))
  const again = await logIn('amy')
  return {
    results: [disabled === amy._id, enabled === amy._id],
    code,
    info,
    stillLoggedIn,
    sameUser: again._id === amy._id,
  }
})

await observe('resetPassword', async () => {
  const amy = await signUp('amy')
  await auth.logout()
  const result = await asMaster(() => auth.adminResetPassword(amy._id, 'another-12'))
  const loggedIn = auth.currentUser !== null
  const old = await rejection(auth.loginWithUsername(name('amy'), PASSWORD))
  const user = await auth.loginWithUsername(name('amy'), 'another-12')
  return { result: result === amy._id, loggedIn, old: old.code, sameUser: user._id === amy._id }
})

await observe('listsOfTexts', async () => {
  await signUp('amy')
  const Note = Record.extend('tagged')
  await publicDB.save(new Note({ title: 'both', tags: ['a', 'b'] }))
  await publicDB.save(new Note({ title: 'one', tags: ['a'] }))
  const find = async (query) => titles(await publicDB.query(query.addAscending('title')))
  return {
    containsValue: await find(new Query(Note).containsValue('tags', 'b')),
    notContainsValue: await find(new Query(Note).notContainsValue('tags', 'b')),
  }
})

await observe('references', async () => {
  await signUp('amy')
  const City = Record.extend('town')
  const House = Record.extend('house')
  const ghent = await publicDB.save(new City({ name: 'Ghent' }))
  const bruges = await publicDB.save(new City({ name: 'Bruges' }))
  await publicDB.save(new House({ title: 'in Ghent', city: new Reference(ghent) }))
  await publicDB.save(new House({ title: 'in Bruges', city: new Reference(bruges) }))
  await publicDB.save(new House({ title: 'nowhere' }))
  const find = async (query) => titles(await publicDB.query(query.addAscending('title')))
  const included = await publicDB.query(
    new Query(House)
      .transientInclude('city')
      .transientInclude('city', 'town')
      .addAscending('title'),
  )
  return {
    equalTo: await find(new Query(House).equalTo('city', new Reference(ghent))),
    contains: await find(new Query(House).contains('city', [new Reference(bruges)])),
    through: await find(new Query(House).equalTo('city.name', 'Bruges')),
    included: included.map(({ $transient }) => $transient.city?.name ?? null),
    alias: included.map(({ $transient }) => $transient.town?.id === ghent.id),
    areRecords: included[0].$transient.city instanceof Record,
    referenced: (await rejection(publicDB.delete(ghent))).code,
  }
})

await observe('distances', async () => {
  await signUp('amy')
  const Place = Record.extend('spot')
  const here = new Geolocation(51.05, 3.72)
  await publicDB.save(new Place({ title: 'near', where: new Geolocation(51.06, 3.72) }))
  await publicDB.save(new Place({ title: 'far', where: new Geolocation(52, 3.72) }))
  const find = async (query) => titles(await publicDB.query(query))
  const [near] = await publicDB.query(
    new Query(Place)
      .transientIncludeDistance('where', 'away', here)
      .addAscendingByDistance('where', here),
  )
  return {
    lessThan: await find(new Query(Place).distanceLessThan('where', here, 5000)),
    greaterThan: await find(new Query(Place).distanceGreaterThan('where', here, 5000)),
    ascending: await find(new Query(Place).addAscendingByDistance('where', here)),
    descending: await find(new Query(Place).addDescendingByDistance('where', here)),
    included: Math.round(near.$transient.away / 100),
  }
})

await observe('sequences', async () => {
  await signUp('amy')
  const Ticket = Record.extend('ticket')
  const first = await publicDB.save(new Ticket({ number: new Sequence() }))
  const second = await publicDB.save(new Ticket({ number: new Sequence() }))
  return { isNumber: typeof first.number, step: second.number - first.number }
})

await observe('creationRoles', async () => {
  const author = new Role('author')
  const bob = await signUp('bob')
  const Note = Record.extend('restricted')
  await publicDB.save(new Note({ title: 'before' }))
  const byClient = (await rejection(publicDB.setRecordCreateAccess(Note, [author]))).code
  const set = await asMaster(() => publicDB.setRecordCreateAccess(Note, [author]))
  const refused = (await rejection(publicDB.save(new Note({ title: 'without' })))).code
  await asMaster(() => auth.assignUserRole([bob], [author]))
  const allowed = (await publicDB.save(new Note({ title: 'with' }))).title
  return { byClient, set, refused, allowed }
})

await observe('defaultAccess', async () => {
  await signUp('amy')
  const Note = Record.extend('defaulted')
  await publicDB.save(new Note({ title: 'before' }))
  const acl = new ACL([])
  acl.setReadOnlyForRole(new Role('reader'))
  const set = await asMaster(() => publicDB.setRecordDefaultAccess(Note, acl))
  const { id } = await publicDB.save(new Note({ title: 'after' }))
  return { set, access: await accessOnServer(id) }
})

await observe('customToken', async () => {
  const claims = { sub: name('amy'), skyprofile: { nickname: 'Amy' } }
  const user = await auth.loginWithCustomToken(customToken(claims))
  const isCurrent = user === auth.currentUser
  await auth.logout()
  const again = await auth.loginWithCustomToken(customToken(claims))
  const expired = customToken({ ...claims, exp: seconds() - 60 })
  return {
    isCurrent,
    nickname: user.nickname,
    sameUser: again._id === user._id,
    expired: typeof (await rejection(auth.loginWithCustomToken(expired))).code,
    stillLoggedIn: (await auth.whoami())._id === user._id,
  }
})

process.stdout.write(JSON.stringify(results), () => process.exit())

async function loadSdk() {
  const container = sdk === 'published' ? loadPublished() : await loadOurs()
  // An SDK that finds nothing in its cache says so, where the results are expected.
  console.log = () => {}
  await container.config({ apiKey, endPoint })
  return container
}

function loadPublished() {
  const require = createRequire(new URL('../published/1.7.2/package.json', import.meta.url))
  const loaded = require('skygear')
  return loaded.default ?? loaded
}

async function loadOurs() {
  return (await import('../../packages/skygear/src/index.ts')).default
}

async function observe(name, run) {
  scenario = name
  try {
    if (auth.currentUser) await auth.logout()
    results[scenario] = await run()
  } catch (error) {
    results[scenario] = { failed: String(error?.stack ?? JSON.stringify(error)) }
  }
}

async function saveFruits(recordType) {
  const Fruit = Record.extend(recordType)
  const fruits = [
    ['apple', 1, true, 'green'],
    ['Banana', 2, false],
    ['avocado', 3, true],
    ['cherry', 4, false, 'red'],
    ['mango', 5, true],
  ]
  for (const [title, stars, ripe, color] of fruits) {
    const picked = new Date(`2018-01-0${stars}T00:00:00Z`)
    await publicDB.save(new Fruit({ title, stars, ripe, picked, ...(color && { color }) }))
  }
  return Fruit
}

function signUp(stem) {
  return auth.signupWithUsername(name(stem), PASSWORD)
}

function logIn(stem) {
  return auth.loginWithUsername(name(stem), PASSWORD)
}

/** A user name of this scenario and this run alone. */
function name(stem) {
  return `${stem}.${scenario}.${unique}`
}

/** Does something as the operator does; whoever is logged in stays so. */
async function asMaster(run) {
  skygear.configApiKey(masterKey)
  try {
    return await run()
  } finally {
    skygear.configApiKey(apiKey)
  }
}

/** A token as a server of the app's own signs it. */
function customToken(claims) {
  const encode = (part) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const header = encode({ alg: 'HS256', typ: 'JWT' })
  const payload = encode({ iat: seconds(), exp: seconds() + 60, ...claims })
  const hmac = createHmac('sha256', customTokenSecret).update(`${header}.${payload}`)
  return `${header}.${payload}.${hmac.digest('base64url')}`
}

function seconds() {
  return Math.floor(Date.now() / 1000)
}

async function accessOnServer(id) {
  const body = JSON.stringify({ action: 'record:fetch', api_key: masterKey, ids: [id] })
  const { result } = await (await fetch(endPoint, { method: 'POST', body })).json()
  return result[0]._access
}

function titles(records) {
  return records.map(({ title }) => title)
}

/** HTTP failures reject with `{status, error}`, failed records with the error itself. */
async function rejection(promise) {
  try {
    await promise
  } catch (reason) {
    const { code, name: errorName } = reason.error ?? reason
    return { code, name: errorName }
  }
  return 'nothing was rejected'
}

async function rejects(promise) {
  return promise.then(
    () => false,
    () => true,
  )
}

async function infoOf(promise) {
  return promise.catch((reason) => reason.error.info)
}
