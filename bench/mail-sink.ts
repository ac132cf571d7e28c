/** A mail server that takes every mail and keeps none. */
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onData(stream, _session, callback) {
    stream.on('end', () => callback()).resume()
  },
})

server.listen(0, '127.0.0.1', () => {
  const { port } = server.server.address() as AddressInfo
  console.log(`smtp://127.0.0.1:${port}`)
})
