import { connect, type Socket } from 'node:net'

/** Opens a socket to a server, to say what no HTTP client would. */
export function openSocket(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.off('error', reject)
      // The server may cut the connection at any moment; the tests look at what it says before.
      socket.on('error', () => {})
      resolve(socket)
    })
    socket.once('error', reject)
  })
}

/** Longer than any answer takes; a server that says nothing by then says nothing. */
const PATIENCE_MS = 5_000

/** Sends bytes as they are, and gives all that comes back until the connection ends. */
export async function sendRaw(url: string, request: string): Promise<string> {
  const socket = await openSocket(url)
  socket.setTimeout(PATIENCE_MS, () => socket.destroy())
  let received = ''
  socket.setEncoding('utf8').on('data', (text: string) => {
    received += text
  })
  socket.write(request)
  await new Promise((resolve) => socket.once('close', resolve))
  return received
}
