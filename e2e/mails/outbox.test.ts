import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { findFreePort } from '../../packages/server/src/testing/free-port.ts'
import { type MailServer, startMailServer } from '../../packages/server/src/testing/mail-server.ts'
import { makeTestDirectory } from '../../packages/server/src/testing/test-server.ts'

const program = fileURLToPath(new URL('../../packages/server/src/cli/main.ts', import.meta.url))
const names = ['amy', 'bea', 'cat', 'dan', 'eve', 'fay']

let directory: string
let mailServer: MailServer

beforeEach(async () => {
  directory = makeTestDirectory()
  mailServer = await startMailServer()
  onTestFinished(async () => {
    await mailServer.stop()
    rmSync(directory, { recursive: true, force: true })
  })
})

describe('no mail is lost', () => {
  it('when the mail server is down and the server is killed', async () => {
    await mailServer.stop()
    const server = await startProcess()
    for (const name of names) await askForMails(server, name)
    await untilTheOutboxSays('attempts > 0')
    await server.kill()

    await mailServer.start()
    await startProcess()
    endLeases()

    await untilTheOutboxIsEmpty()
    expect(sentTo()).toEqual([...names, ...names].sort())
    expect(new Set(messageIds()).size).toBe(names.length * 2)
  }, 90_000)

  it('R-17: when the server is killed while it sends, and one is sent twice at most', async () => {
    const server = await startProcess()
    let taken = 0
    const thirdIsTaken = new Promise<void>((resolve) => {
      mailServer.beforeReply = async () => {
        taken += 1
        if (taken < 3) return
        resolve()
        // The mail server has the mail, and the server does not know it yet.
        await sleep(3_000)
      }
    })
    for (const name of names) await askForMails(server, name)
    await thirdIsTaken
    await server.kill()

    mailServer.beforeReply = async () => {}
    await startProcess()
    endLeases()

    await untilTheOutboxIsEmpty()
    const ids = messageIds()
    expect(new Set(ids).size).toBe(names.length * 2)
    expect(ids.length - new Set(ids).size).toBeLessThanOrEqual(1)
    expect(new Set(sentTo())).toEqual(new Set(names))
  }, 90_000)
})

interface Process {
  url: string
  kill(): Promise<void>
}

/** The real command, in a process of its own. */
async function startProcess(): Promise<Process> {
  const port = String(await findFreePort())
  const child: ChildProcess = spawn(process.execPath, [program, 'serve'], {
    env: {
      ...process.env,
      ...mailServer.settings,
      DATA_DIR: directory,
      API_KEY: 'api-key-of-the-test',
      MASTER_KEY: 'master-key-of-the-test',
      TOKEN_STORE_SECRET: 'token-secret-of-the-test',
      PORT: port,
      RATE_LIMIT: 'off',
      LOG_LEVEL: 'silent',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout!, 'data')
  return {
    url: `http://127.0.0.1:${port}`,
    async kill() {
      child.kill('SIGKILL')
      await once(child, 'close')
    },
  }
}

/** Two mails: one that waits for the worker, and one that is written at once. */
async function askForMails({ url }: Process, name: string): Promise<void> {
  const email = `${name}@example.com`
  const body = { auth_data: { email }, password: 'correct horse battery' }
  const { access_token: token } = await post(`${url}/auth/signup`, body)
  await post(`${url}/user/forgot-password`, { args: { email } })
  await post(`${url}/user/verify_request`, { args: { record_key: 'email' }, access_token: token })
}

async function post(url: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method: 'POST',
    body: JSON.stringify({ api_key: 'api-key-of-the-test', ...body }),
  })
  expect(response.status).toBe(200)
  const { result = {} } = (await response.json()) as { result?: Record<string, unknown> }
  return result
}

async function untilTheOutboxSays(condition: string): Promise<void> {
  while (query(`select 1 from outbox_mail where ${condition}`).length === 0) await sleep(50)
}

async function untilTheOutboxIsEmpty(): Promise<void> {
  const left = 'select id from outbox_mail union all select id from reset_request'
  while (query(left).length > 0) await sleep(50)
}

/** As if the time for which the killed process had claimed its mail was over. */
function endLeases(): void {
  query('update outbox_mail set due_at = 1')
}

function query(statement: string): unknown[] {
  const database = new DatabaseSync(join(directory, 'skygear.db'), { timeout: 5_000 })
  try {
    return database.prepare(statement).all()
  } finally {
    database.close()
  }
}

function sentTo(): string[] {
  return mailServer.mails
    .flatMap(({ recipients }) => recipients.map((one) => one.split('@')[0]!))
    .sort()
}

function messageIds(): string[] {
  return mailServer.mails.map(({ messageId }) => messageId ?? '')
}
