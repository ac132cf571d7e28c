// Runs every scenario with one published SDK and prints what was seen, as one JSON object.
//
//   node run-scenario.mjs VERSION ENDPOINT API_KEY
//
// A process per version, since these SDKs keep one storage per process. The process ends by itself
// once both WebSockets are closed; that it does is part of what is tested.

import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'

const IDLE_MS = 300
const DIALECT_A_VERSIONS = ['0.24.3']
/** Sockets that these SDKs close are opened again, so that their process would never end. */
const RECONNECTS_FOR_EVER = ['1.1.2']

const [version, endPoint, apiKey] = process.argv.slice(2)
const require = createRequire(new URL(`./${version}/package.json`, import.meta.url))
const isDialectA = DIALECT_A_VERSIONS.includes(version)
const unique = randomBytes(6).toString('hex')

let skygear = await loadSdk()
const results = {}

await observe('signUpWithUsername', async () => {
  const user = await auth().signupWithUsername(name('amy'), 'secret-1')
  return { user: facts(user), currentUser: facts(auth().currentUser), token: typeof token() }
})

await observe('signUpWithEmail', async () => {
  const user = await auth().signupWithEmail(`${name('bob')}@example.com`, 'secret-1')
  return { user: facts(user), currentUser: facts(auth().currentUser), token: typeof token() }
})

await observe('signUpWithData', async () => {
  const data = {
    nickname: 'Cat',
    level: 3,
    tags: ['a', 'b'],
    born: new Date('2000-01-02T03:04:05Z'),
  }
  const record = isDialectA
    ? await auth().signupWithUsernameAndProfile(name('cat'), 'secret-1', data)
    : await auth().signupWithUsername(name('cat'), 'secret-1', data)
  const { nickname, level, tags, born } = record
  // 1.1 sends a date as text, and gets text back.
  return { nickname, level, tags, born: born?.toISOString?.() ?? born }
})

await observe('signUpDuplicate', async () => {
  await auth().signupWithUsername(name('dup'), 'secret-1')
  await auth().logout()
  const error = await rejection(auth().signupWithUsername(name('DUP'), 'secret-2'))
  return { error, currentUser: facts(auth().currentUser) }
})

await observe('signUpAnonymously', async () => {
  const user = await auth().signupAnonymously()
  const again = await auth().whoami()
  return { user: facts(user), sameUser: idOf(again) === idOf(user), token: typeof token() }
})

await observe('logIn', async () => {
  const email = `${name('eve')}@example.com`
  await auth().signupWithEmail(email, 'secret-1')
  await rename({ username: name('eve') })
  await auth().logout()
  const byUsername = await auth().loginWithUsername(name('EVE'), 'secret-1')
  await auth().logout()
  const byEmail = await auth().loginWithEmail(email.toUpperCase(), 'secret-1')
  return { byUsername: facts(byUsername), byEmail: facts(byEmail), token: typeof token() }
})

await observe('logInFailures', async () => {
  await auth().signupWithUsername(name('fay'), 'secret-1')
  await auth().logout()
  const wrongPassword = await rejection(auth().loginWithUsername(name('fay'), 'secret-2'))
  const unknownUser = await rejection(auth().loginWithUsername(name('nobody'), 'secret-1'))
  const unknownEmail = await rejection(auth().loginWithEmail('nobody@example.com', 'secret-1'))
  const currentUser = facts(auth().currentUser)
  return { wrongPassword, unknownUser, unknownEmail, currentUser }
})

await observe('logOut', async () => {
  await auth().signupWithUsername(name('gus'), 'secret-1')
  const ended = token()
  await auth().logout()
  const tokenAfter = token() ?? null
  const old = await call('me', { access_token: ended })
  return { currentUser: facts(auth().currentUser), tokenAfter, oldToken: old.error?.code }
})

await observe('whoami', async () => {
  const user = await auth().signupWithUsername(name('hal'), 'secret-1')
  const first = await auth().whoami()
  const second = await auth().whoami()
  return { user: facts(first), sameUser: idOf(first) === idOf(user) && idOf(second) === idOf(user) }
})

await observe('changePassword', async () => {
  await auth().signupWithUsername(name('ida'), 'secret-1')
  const wrongOld = await rejection(auth().changePassword('secret-9', 'secret-2'))
  const user = await auth().changePassword('secret-1', 'secret-2')
  const stillLoggedIn = facts(await auth().whoami())
  await auth().logout()
  const oldPassword = await rejection(auth().loginWithUsername(name('ida'), 'secret-1'))
  const newPassword = facts(await auth().loginWithUsername(name('ida'), 'secret-2'))
  return { wrongOld, user: facts(user), stillLoggedIn, oldPassword, newPassword }
})

await observe('rename', async () => {
  await auth().signupWithUsername(name('joe'), 'secret-1')
  await rename({ username: name('joel'), email: `${name('joel')}@example.com` })
  await auth().logout()
  const oldName = await rejection(auth().loginWithUsername(name('joe'), 'secret-1'))
  const byUsername = facts(await auth().loginWithUsername(name('joel'), 'secret-1'))
  await auth().logout()
  const byEmail = facts(await auth().loginWithEmail(`${name('joel')}@example.com`, 'secret-1'))
  return { oldName, byUsername, byEmail }
})

await observe('renameToTakenName', async () => {
  await auth().signupWithUsername(name('kim'), 'secret-1')
  await auth().logout()
  await auth().signupWithUsername(name('leo'), 'secret-1')
  const error = await rejection(rename({ username: name('kim') }))
  const user = facts(await auth().whoami())
  return { error, user }
})

await observe('onUserChanged', async () => {
  const seen = []
  const subscription = auth().onUserChanged((user) => seen.push(user ? 'user' : 'nobody'))
  await auth().signupWithUsername(name('mia'), 'secret-1')
  await auth().logout()
  await auth().loginWithUsername(name('mia'), 'secret-1')
  subscription.cancel()
  await auth().logout()
  return { seen }
})

await observe('deadToken', async () => {
  await auth().signupWithUsername(name('ned'), 'secret-1')
  await call('auth:logout', { access_token: token() })
  const seen = []
  const subscription = auth().onUserChanged((user) => seen.push(user ? 'user' : 'nobody'))
  const error = await rejection(auth().whoami())
  subscription.cancel()
  return { error, seen, currentUser: facts(auth().currentUser), token: token() ?? null }
})

await observe('reload', async () => {
  const user = await auth().signupWithUsername(name('ona'), 'secret-1')
  await closeSockets()
  skygear = await loadSdk()
  const restored = facts(auth().currentUser)
  const fromServer = await auth().whoami()
  return { restored, sameUser: idOf(fromServer) === idOf(user) }
})

await observe('sockets', async () => {
  const sockets = pubsubs()
  await waitUntil(() => sockets.every(({ connected }) => connected))
  let closed = 0
  for (const socket of sockets) socket.onClose(() => closed++)
  await sleep(IDLE_MS)
  return { open: sockets.filter(({ connected }) => connected).length, closed }
})

await closeSockets()
process.stdout.write(JSON.stringify(results), () => {
  if (RECONNECTS_FOR_EVER.includes(version)) process.exit()
})

async function observe(scenario, run) {
  try {
    await signOut()
    results[scenario] = await run()
  } catch (error) {
    results[scenario] = { failed: String(error?.stack ?? JSON.stringify(error)) }
  }
}

/** A fresh copy of the SDK over the process's storage: what a reload of the page does. */
async function loadSdk() {
  for (const file of Object.keys(require.cache)) {
    if (!file.includes('localstorage-memory')) delete require.cache[file]
  }
  const sdk = require('skygear')
  const container = sdk.default ?? sdk
  await container.config({ apiKey, endPoint })
  return container
}

/** 0.24 has every method of `auth` on the container itself. */
function auth() {
  return isDialectA ? skygear : skygear.auth
}

function token() {
  return auth().accessToken
}

async function signOut() {
  if (auth().currentUser) await auth().logout()
}

function rename(changes) {
  const user = Object.assign(auth().currentUser, changes)
  return isDialectA ? skygear.saveUser(user) : skygear.publicDB.save(user)
}

function name(stem) {
  return `${stem}.${unique}`
}

function idOf(user) {
  return isDialectA ? user.id : user._id
}

function facts(user) {
  if (!user) return null
  const { username, email } = user
  return {
    id: typeof idOf(user),
    ...(username && { username: username.replace(unique, '*') }),
    ...(email && { email: email.replace(unique, '*') }),
  }
}

/** HTTP failures reject with `{status, error}`, failed records with the error itself. */
async function rejection(promise) {
  try {
    await promise
  } catch (reason) {
    const { code, name: errorName } = reason.error ?? reason
    return { ...(reason.status && { status: reason.status }), code, name: errorName }
  }
  return 'nothing was rejected'
}

async function call(action, body) {
  const payload = JSON.stringify({ action, api_key: apiKey, ...body })
  const response = await fetch(endPoint, { method: 'POST', body: payload })
  return response.json()
}

function pubsubs() {
  return isDialectA
    ? [skygear.pubsub, skygear._internalPubsub]
    : [skygear.pubsub._pubsub, skygear.pubsub._internalPubsub]
}

async function closeSockets() {
  for (const pubsub of pubsubs()) pubsub.close()
}

async function waitUntil(isTrue) {
  for (let tries = 0; tries < 100 && !isTrue(); tries++) await sleep(20)
}
