import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { type MailServer, startMailServer } from '../testing/mail-server.ts'
import { startTestServer, type TestServer, testPassword } from '../testing/test-server.ts'

it('R-15: tries again when the mail server was down', async () => {
  const { server, mailServer } = await start()
  await mailServer.stop()
  await askFor('amy', server)
  await until(server, 'select 1 from outbox_mail where attempts > 0')

  await mailServer.start()

  const mail = await mailServer.next('amy@example.com')
  expect(mail.messageId).toMatch(/^<[0-9a-f-]{36}@example\.com>$/)
  await until(server, 'select 1 where not exists (select 1 from outbox_mail)')
  expect(mailServer.mails).toHaveLength(1)
})

it('R-16: gives a mail up that the mail server refuses, and sends the others', async () => {
  const { server, mailServer } = await start((recipient) =>
    recipient.startsWith('bea') ? '550 no such user' : undefined,
  )
  await askFor('bea', server)
  await until(server, 'select 1 from outbox_mail where failed_at is not null')
  await askFor('cat', server)

  await mailServer.next('cat@example.com')

  // The mail server has it a moment before the outbox knows.
  await until(
    server,
    "select 1 where not exists (select 1 from outbox_mail where recipient like 'cat%')",
  )
  const left = await server.sql('select facts, attempts from outbox_mail')
  expect(left).toEqual([{ facts: '{}', attempts: 1 }])
})

it('R-15: does not send a code whose time is over', async () => {
  const { server, mailServer } = await start()
  await mailServer.stop()
  await askFor('dan', server)
  await until(server, 'select 1 from outbox_mail where attempts > 0')
  await server.sql('update outbox_mail set expires_at = ?', Date.now())
  await until(server, 'select 1 from outbox_mail where failed_at is not null')

  await mailServer.start()
  await askFor('eve', server)

  await mailServer.next('eve@example.com')
  expect(mailServer.mails).toHaveLength(1)
})

it('LG-05: does not tell addresses or codes to the log', async () => {
  const { server } = await start(() => '550 no such user fay@example.com')
  await askFor('fay', server)

  await until(server, 'select 1 from outbox_mail where failed_at is not null')

  expect(server.log.join('')).toContain('a mail was refused')
  expect(server.log.join('')).not.toContain('fay@')
})

async function start(answer?: Parameters<typeof startMailServer>[0]) {
  const mailServer: MailServer = await startMailServer(answer)
  onTestFinished(() => mailServer.stop())
  const server = await startTestServer({ ...mailServer.settings, LOG_LEVEL: 'warn' })
  onTestFinished(server.close)
  return { server, mailServer }
}

async function askFor(name: string, server: TestServer): Promise<void> {
  const email = `${name}@example.com`
  await server.call('auth:signup', { auth_data: { email }, password: testPassword })
  await server.call('user:forgot-password', { args: { email } })
}

/** Waits until the statement gives a row. */
async function until(server: TestServer, statement: string): Promise<void> {
  while ((await server.sql(statement)).length === 0) await sleep(50)
}
