// An app with a user who is logged in, and who asks, logs in again and saves until it is told to stop.
//
//   sdk-app.mjs published|ours ENDPOINT API_KEY USERNAME PASSWORD
//
// A process for each SDK, since the published one keeps one session per process. Sends a message
// when it is ready and one for each call; answers the message `stop` with what is left, and ends.

import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'

const PAUSE_MS = 30

const [sdk, endPoint, apiKey, username, password] = process.argv.slice(2)
const skygear = await loadSdk()
const { auth, privateDB, Query, Record } = skygear
const Note = Record.extend('note')

const { _id: userId } = await auth.signupWithUsername(username, password)
let signedOut = 0
auth.onUserChanged((user) => {
  if (!user) signedOut += 1
})

/** What the note may hold: what was last acknowledged, and what was sent since. */
let possible = []
let isOver = false

const running = [
  repeat('whoami', async () => {
    const user = await auth.whoami()
    return user._id === userId && user.username === username
  }),
  repeat('log-in', async () => {
    const user = await auth.loginWithUsername(username, password)
    return user._id === userId
  }),
  repeat('save', async (number) => {
    possible.push(number)
    const saved = await privateDB.save(new Note({ _id: 'note/1', number }))
    possible = [number]
    return saved.number === number
  }),
]

process.on('message', () => void end())
process.send({ kind: 'ready' })

async function end() {
  isOver = true
  await Promise.all(running)
  const { currentUser } = auth
  // With the token of before the outage or of a log-in since.
  const whoami = await auth.whoami()
  const [note] = await privateDB.query(new Query(Note))
  process.send(
    {
      kind: 'end',
      isSignedIn: currentUser?._id === userId && whoami._id === userId,
      signedOut,
      isKept: possible.includes(note?.number),
    },
    () => process.exit(),
  )
}

async function repeat(name, call) {
  for (let count = 1; !isOver; count += 1) {
    const result = { kind: 'call', name, startedAt: Date.now() }
    try {
      result.isRight = await call(count)
    } catch (reason) {
      const { code, name: errorName } = reason.error ?? reason
      result.failure = { status: reason.status, code, name: errorName }
    }
    process.send({ ...result, endedAt: Date.now() })
    await sleep(PAUSE_MS)
  }
}

async function loadSdk() {
  const container = sdk === 'published' ? loadPublished() : await loadOurs()
  // An SDK that finds nothing in its cache says so.
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
