import { execFile } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import vm from 'node:vm'
import { afterAll, beforeAll, expect, it } from 'vitest'

// The package as it is published, so after `npm run build`.
const PACKAGE = import.meta.dirname
const MEMBERS = [
  ...['config', 'auth', 'publicDB', 'privateDB', 'Error', 'ErrorCodes', 'Database', 'Query'],
  ...['Record', 'UserRecord', 'ACL', 'Role', 'Reference', 'Geolocation', 'Sequence'],
]
const run = promisify(execFile)

let app: string

beforeAll(() => {
  if (!existsSync(path.join(PACKAGE, 'dist'))) throw new Error('Not built: npm run build')
  app = mkdtempSync(path.join(tmpdir(), 'skygear-app-'))
  mkdirSync(path.join(app, 'node_modules'))
  symlinkSync(PACKAGE, path.join(app, 'node_modules', 'skygear'), 'dir')
})
afterAll(() => rmSync(app, { recursive: true }))

it('gives the client to require(), with the exports on it', () => {
  const require = createRequire(path.join(app, 'app.cjs'))

  const skygear = require('skygear')
  const skygearAuth = require('skygear/auth')

  for (const member of MEMBERS) expect(skygear).toHaveProperty(member)
  expect(skygear.auth.currentUser).toBeNull()
  expect(skygear.default).toBe(skygear)
  expect(skygear.createClient().auth.currentUser).toBeNull()
  expect(skygearAuth.default).toBe(skygearAuth)
  expect(skygearAuth.auth.currentUser).toBeNull()
  expect(skygearAuth.ErrorCodes.Duplicated).toBe(109)
  expect(require('skygear/react').useUser).toBeTypeOf('function')
  expect(require('skygear/server').verifyJwt).toBeTypeOf('function')
})

it('SD-16: runs nothing when it is installed, and no text as code', () => {
  const { dependencies, scripts = {} } = JSON.parse(
    readFileSync(path.join(PACKAGE, 'package.json'), 'utf8'),
  )
  const files = readdirSync(path.join(PACKAGE, 'dist'), { recursive: true, encoding: 'utf8' })
  const code = files.filter((file) => /\.[cm]?js$/.test(file))

  expect(dependencies).toBeUndefined()
  expect(Object.keys(scripts).filter((name) => /install|prepare/.test(name))).toEqual([])
  expect(code.length).toBeGreaterThan(3)
  for (const file of code) {
    const text = readFileSync(path.join(PACKAGE, 'dist', file), 'utf8')
    expect(text).not.toMatch(/\beval\(|new Function\(/)
  }
})

it('gives the client to import', async () => {
  writeFileSync(
    path.join(app, 'app.mjs'),
    `import skygear, { createClient, ErrorCodes } from 'skygear'
     import skygearAuth from 'skygear/auth'
     import { useUser } from 'skygear/react'
     import { verifyJwt } from 'skygear/server'
     if (!useUser || !verifyJwt) throw new Error('Something is missing.')
     console.log(JSON.stringify([
       Object.keys(skygear), createClient().auth.currentUser, ErrorCodes.Duplicated,
       skygearAuth.auth.currentUser, new skygear.Error('') instanceof skygearAuth.Error,
     ]))`,
  )

  const { stdout } = await run(process.execPath, [path.join(app, 'app.mjs')])
  const [members, user, code, authUser, sharesCode] = JSON.parse(stdout)

  expect(members).toEqual(expect.arrayContaining(MEMBERS))
  expect([user, code, authUser, sharesCode]).toEqual([null, 109, null, true])
})

it('gives the client to a script element, as the global skygear', async () => {
  const script = readFileSync(path.join(PACKAGE, 'dist', 'skygear.global.js'), 'utf8')
  const page = vm.createContext({ console, setTimeout, clearTimeout })

  vm.runInContext(script, page)
  const skygear = vm.runInContext('globalThis.skygear', page)

  for (const member of MEMBERS) expect(skygear).toHaveProperty(member)
  expect(skygear.default).toBe(skygear)
  expect(skygear.createClient).toBeTypeOf('function')
  expect(await skygear.config({ apiKey: 'K', endPoint: 'https://example.com' })).toBe(skygear)
})

it('is typed for import and require, in strict code without skipLibCheck', async () => {
  const uses = `
    interface Profile { interest?: string }
    const client: Client<Profile> = createClient<Profile>()
    const user: User | null = skygear.auth.currentUser
    const name: string | undefined = user?.username
    const interest: string | undefined = client.auth.currentUser?.interest
    client.auth.signupWithUsername('a', 'b', { interest: 'x' }).then((signedUp) => {
      signedUp['username'] = 'new-username'
      return client.publicDB.save(signedUp).then((saved) => saved.interest?.length)
    }, (error: SkygearError) => error.error.code === skygear.ErrorCodes.Duplicated)
    const note: Record = new skygear.Record('note', { title: 'x' })
    interface Fields { title: string; due?: Date }
    const Note = skygear.Record.extend<Fields>('note')
    const typed: Record & Fields = new Note({ title: 'x', due: new Date() })
    const query: Query<Record & Fields> = new skygear.Query(Note).lessThan('due', new Date())
    const classes = [new Query(Note).recordClass, new QueryResult<Record>().overallCount]
    client.publicDB.query(query).then((found: QueryResult<Record & Fields>) =>
      found.map((one) => one.title.length + (found.overallCount ?? 0)))
    client.publicDB.save([typed, typed]).then(({ savedRecords, errors }) =>
      [savedRecords[0]?.title.length, errors[0]?.code])
    client.publicDB.save([typed]).then((saved) => saved.title)
    client.publicDB.save([note].concat(note)).then((saved) =>
      'savedRecords' in saved ? saved.errors : saved)
    client.publicDB.delete([typed, note], { atomic: true }).then((errors) => errors?.[0]?.code)
    client.publicDB.delete(typed).then((nothing: undefined) => nothing)
    const acl: ACL = new skygear.ACL([{ level: 'read', role: 'editor' }])
    note.access = acl
    const hasAccess: boolean = note.access.hasReadAccessForRole(new skygear.Role('editor'))
    client.publicDB.setRecordCreateAccess(Note, [new skygear.Role('editor')])
    client.auth.fetchUserRole(['amy']).then((roles) => roles['amy']?.[0]?.name)
    const place: Geolocation = new skygear.Geolocation(1, 2)
    // @ts-expect-error: a title is a string.
    new Note({ title: 1 })
    // @ts-expect-error: only the public database has default access.
    client.privateDB.setDefaultACL(acl)
    skygear.config({ apiKey: 'K', endPoint: 'E' }).then((configured) => configured.publicDB.dbID)
    const handler: UserChangedHandler = skygear.auth.onUserChanged((changed) => changed?.email)
    const storage: KeyValueStorage = createMemoryStorage()
    auth.auth.loginWithEmail('a', 'b').then((loggedIn) => loggedIn.email)
    client.auth.onAuthState((state: AuthState<User<Profile>>) => {
      const nobody: null = state.status === 'signedIn' ? null : state.user
      return state.status === 'signedIn' ? state.user.interest : nobody
    })
    const failureOf = (error: AnySkygearError): 109 | undefined | string => {
      switch (error.name) {
        case 'Duplicated': return error.code
        case 'TimeoutError': return error.code
        // @ts-expect-error: no error has this name.
        case 'Duplicate': return ''
        default: return error.message
      }
    }
    const Greeting = () => {
      const { status, user, auth, client: used } = useAuth<typeof client>()
      void used.publicDB.dbID
      const anybody: string | undefined = useUser()?.username
      return status === 'signedIn' ? user.interest : auth.currentUser?.interest ?? anybody
    }
    SkygearProvider({ client, children: null })
    SkygearProvider({ client: auth })
    const verify: Verify<Profile> = createVerifier<Profile>({ endPoint: 'E', apiKey: 'K' })
    verify(new Headers()).then((found) => found?.interest)
    verify(new Request('E')).then((found) => found?.username)
    verify({ headers: { authorization: ['a'] } })
    verifyJwt('a', { tokenSecret: 'b' }).then((claims: TokenClaims | null) => claims?.userId)
    // @ts-expect-error: a username may be missing.
    const surelyNamed: string = client.auth.currentUser!.username
    // @ts-expect-error: a username is a string.
    skygear.auth.loginWithUsername(1, 'b')
    // @ts-expect-error: there are no databases in skygear/auth.
    auth.publicDB
    export { name, interest, handler, storage, hasAccess, place, classes, failureOf, surelyNamed, Greeting }`
  const names = `{ createClient, createMemoryStorage, type ACL, type AnySkygearError, type AuthState, type Client, type Geolocation,
    type KeyValueStorage, Query, QueryResult, type Record, type SkygearError, type User,
    type UserChangedHandler }`
  const entries = `import { SkygearProvider, useAuth, useUser } from 'skygear/react'
    import { createVerifier, type TokenClaims, type Verify, verifyJwt } from 'skygear/server'`
  const imports = `import skygear, ${names} from 'skygear'
    import auth, { type AuthClient } from 'skygear/auth'
    ${entries}
    export type { AuthClient }`
  const requires = `import skygear = require('skygear')
    import ${names} from 'skygear'
    import auth = require('skygear/auth')
    ${entries}
    export type AuthClient = auth.AuthClient<{ interest?: string }>`
  writeFileSync(path.join(app, 'typed.mts'), imports + uses)
  writeFileSync(path.join(app, 'typed.cts'), requires + uses)
  writeFileSync(
    path.join(app, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        strict: true,
        noEmit: true,
        target: 'es2022',
        lib: ['es2022', 'dom'],
        module: 'nodenext',
        types: [],
      },
      files: ['typed.mts', 'typed.cts'],
    }),
  )

  const tsc = createRequire(import.meta.url).resolve('typescript/package.json')
  const { stdout, stderr } = await run(process.execPath, [
    path.join(path.dirname(tsc), 'bin', 'tsc'),
    '-p',
    app,
  ]).catch((failure) => failure)

  expect(stdout + stderr).toBe('')
})

it('has a type for require() for each that it has for import', () => {
  for (const entry of ['index', 'auth', 'react', 'server']) {
    const [esm = '', commonjs] = ['d.mts', 'd.cts'].map((extension) =>
      readFileSync(path.join(PACKAGE, 'dist', `${entry}.${extension}`), 'utf8'),
    )
    const listed = esm.slice(esm.indexOf('export {')).matchAll(/\btype (?:\w+ as )?(\w+)[,;} ]/g)
    const declared = esm.matchAll(/^export (?:interface|type) (\w+)/gm)
    const types = [...listed, ...declared].map(([, name]) => name)

    for (const name of types) expect(commonjs).toMatch(new RegExp(`type ${name}\\b`))
    expect(types.length).toBeGreaterThan(2)
  }
})
