import { findFreePort } from '../../packages/server/src/testing/free-port.ts'
import { type MailServer, startMailServer } from '../../packages/server/src/testing/mail-server.ts'
import { startTestServer, type TestServer } from '../../packages/server/src/testing/test-server.ts'

/** A server whose links lead to itself, and the mail server that it sends to. */
export async function startMailingServer(
  environment: Record<string, string> = {},
): Promise<{ server: TestServer; mailServer: MailServer; close(): Promise<void> }> {
  const mailServer = await startMailServer()
  const port = String(await findFreePort())
  const server = await startTestServer({
    ...mailServer.settings,
    APP_NAME: 'bookshop',
    PORT: port,
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    ...environment,
  })
  return {
    server,
    mailServer,
    async close() {
      await server.close()
      await mailServer.stop()
    },
  }
}
