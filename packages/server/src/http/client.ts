import type { IncomingMessage } from 'node:http'
import { type BlockList, isIP } from 'node:net'
import type { Client } from '../actions/action.ts'

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
