import type { IncomingMessage } from 'node:http'
import { type BlockList, isIP } from 'node:net'
import type { Client } from '../actions/action.ts'
import { asLine, nameSoftware } from './name-software.ts'

/**
 * Gives who sends a request. X-Forwarded-For is believed as far as proxies in `trusted` have
 * written it: each appends the address that it was called from.
 */
export function createClientOf(trusted: BlockList): (request: IncomingMessage) => Client {
  return (request) => new RequestClient(request, trusted)
}

/** Reads the request when it is asked, since most actions do not ask. */
class RequestClient implements Client {
  readonly #request: IncomingMessage
  readonly #trusted: BlockList

  constructor(request: IncomingMessage, trusted: BlockList) {
    this.#request = request
    this.#trusted = trusted
  }

  get software(): string {
    const { headers } = this.#request
    return nameSoftware(headers['user-agent'] ?? '', headers['x-skygear-sdk-version'])
  }

  get network(): Record<string, string> {
    const { socket, headers } = this.#request
    const given = {
      tcp_remote_addr: socket.remoteAddress,
      http_x_forwarded_for: headers['x-forwarded-for'],
      http_x_real_ip: headers['x-real-ip'],
      http_forwarded: headers['forwarded'],
    }
    const lines = Object.entries(given).map(([name, value = '']) => [name, asLine(String(value))])
    return Object.fromEntries(lines.filter(([, line]) => line !== ''))
  }

  get languages(): string {
    return this.#request.headers['accept-language'] ?? ''
  }

  get deviceHint(): string | undefined {
    const hint = this.#request.headers['x-skygear-device']
    return typeof hint === 'string' ? hint : undefined
  }

  get address(): string {
    const { socket, headers } = this.#request
    const header = headers['x-forwarded-for']
    const forwarded = typeof header === 'string' ? header.split(',') : []
    let address = plainAddress(socket.remoteAddress ?? '')
    while (forwarded.length > 0 && this.#isTrusted(address)) {
      const before = plainAddress(forwarded.pop()!.trim())
      if (isIP(before) === 0) break
      address = before
    }
    return address
  }

  #isTrusted(address: string): boolean {
    return this.#trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
  }
}

/** IPv4 addresses stay what they are when they arrive on a socket of IPv6. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}
